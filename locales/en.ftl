# What linger says into a thread, in English. Every language has the same messages,
# attributes and values (src/domain/system_messages/fluent_tests.rs).
# .nameless: nobody knows the name of the agent. .no-opening: nor when it opens again.

greeting-persistent = Hello! Write what you need. You can close this window at any time: the conversation stays here.
greeting-live = Hello! Somebody will be with you in a moment.
agent-assigned = A member of our team is being asked to help you.
agent-joined = { $agent } has joined the conversation.
    .nameless = A member of our team has joined the conversation.
agent-left-persistent = { $agent } has left for now. Write whenever you like: the conversation stays open.
    .nameless = A member of our team has left for now. Write whenever you like: the conversation stays open.
agent-left-live = { $agent } has left the conversation. Somebody else will be with you in a moment.
    .nameless = A member of our team has left the conversation. Somebody else will be with you in a moment.
transferred = Your conversation is being passed on to a colleague.
agent-ended = { $agent } has ended the conversation.
    .nameless = A member of our team has ended the conversation.
ended-by-system = This conversation has ended.
outside-hours-persistent = Our team is not here at the moment. Your message is kept, and we are back on { $opens_at }.
    .no-opening = Our team is not here at the moment. Your message is kept.
outside-hours-live = Our team is not here at the moment. We are back on { $opens_at }.
    .no-opening = Our team is not here at the moment.
holiday-persistent = Our team has a holiday today. Your message is kept, and we are back on { $opens_at }.
    .no-opening = Our team has a holiday today. Your message is kept.
holiday-live = Our team has a holiday today. We are back on { $opens_at }.
    .no-opening = Our team has a holiday today.
queue-position = You are number { $position } in line.
next-in-line = You are next in line.
average-wait = The wait is about { $wait } at the moment.
customer-disconnected = The connection to this chat was interrupted.
customer-reconnected = The connection to this chat is back.
agent-returned = { $agent } is back in your conversation.
    .nameless = A member of our team is back in your conversation.

opening = { $weekday_name } { $day } { $month_name }, { $time } { $zone }
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}

weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

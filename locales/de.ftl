# Was linger in einem Gespräch sagt, auf Deutsch (Sie).

greeting-persistent = Guten Tag! Schreiben Sie uns, was Sie brauchen. Sie können dieses Fenster jederzeit schließen: Die Unterhaltung bleibt hier erhalten.
greeting-live = Guten Tag! Gleich ist jemand aus unserem Team für Sie da.
agent-assigned = Wir benachrichtigen gerade jemanden aus unserem Team für Sie.
agent-joined = { $agent } ist jetzt in der Unterhaltung.
    .nameless = Jemand aus unserem Team ist jetzt in der Unterhaltung.
agent-left-persistent = { $agent } hat die Unterhaltung vorerst verlassen. Schreiben Sie jederzeit: Die Unterhaltung bleibt offen.
    .nameless = Jemand aus unserem Team hat die Unterhaltung vorerst verlassen. Schreiben Sie jederzeit: Die Unterhaltung bleibt offen.
agent-left-live = { $agent } hat die Unterhaltung verlassen. Gleich ist jemand anderes aus unserem Team für Sie da.
    .nameless = Jemand aus unserem Team hat die Unterhaltung verlassen. Gleich ist jemand anderes aus unserem Team für Sie da.
transferred = Ihre Unterhaltung wird an eine andere Person aus unserem Team übergeben.
agent-ended = { $agent } hat die Unterhaltung beendet.
    .nameless = Jemand aus unserem Team hat die Unterhaltung beendet.
ended-by-system = Diese Unterhaltung wurde beendet.
outside-hours-persistent = Unser Team ist gerade nicht im Dienst. Ihre Nachricht bleibt gespeichert, und wir sind ab { $opens_at } wieder für Sie da.
    .no-opening = Unser Team ist gerade nicht im Dienst. Ihre Nachricht bleibt gespeichert.
outside-hours-live = Unser Team ist gerade nicht im Dienst. Wir sind ab { $opens_at } wieder für Sie da.
    .no-opening = Unser Team ist gerade nicht im Dienst.
holiday-persistent = Heute ist Feiertag, und unser Team ist nicht im Dienst. Ihre Nachricht bleibt gespeichert, und wir sind ab { $opens_at } wieder für Sie da.
    .no-opening = Heute ist Feiertag, und unser Team ist nicht im Dienst. Ihre Nachricht bleibt gespeichert.
holiday-live = Heute ist Feiertag, und unser Team ist nicht im Dienst. Wir sind ab { $opens_at } wieder für Sie da.
    .no-opening = Heute ist Feiertag, und unser Team ist nicht im Dienst.
queue-position = Sie sind auf Platz { $position } der Warteschlange.
next-in-line = Sie sind als Nächstes an der Reihe.
average-wait = Die Wartezeit beträgt derzeit etwa { $wait }.
customer-disconnected = Die Verbindung zu diesem Chat wurde unterbrochen.
customer-reconnected = Die Verbindung zu diesem Chat steht wieder.
agent-returned = { $agent } ist wieder in Ihrer Unterhaltung.
    .nameless = Jemand aus unserem Team ist wieder in Ihrer Unterhaltung.

opening = { $weekday_name }, { $day }. { $month_name }, { $time } Uhr { $zone }
wait-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
wait-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}

weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

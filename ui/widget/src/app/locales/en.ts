/** From January, and from Sunday. */
export interface Calendar {
  months: string[];
  weekdays: string[];
  day(day: number, month: string): string;
}

/** English, and the shape of every catalogue. Functions take what stands in the sentence. */
export const en = {
  /** Names of months and weekdays, for a language that not every browser knows. */
  calendar: null as Calendar | null,
  close: "Close chat",
  more: "More",
  dialog: "Chat",
  loading: "Loading…",
  tryAgain: "Try again",
  failedTitle: "The chat could not be loaded",
  disabledTitle: "This chat is not open",
  disabledText: "Please reach us in another way.",
  signInTitle: "Please sign in",
  signInText: "This chat is for signed-in customers. Sign in on the page, and it opens here.",
  signInAgain: "Signing you in did not work.",
  closedTitle: "We are not here at the moment",
  opens: (when: string) => `We are back ${when}.`,
  back: (when: string) => `We are back ${when}. Write now: your message is kept.`,
  away: "We are not here at the moment. Write now: your message is kept.",

  emptyTitle: "How can we help?",
  emptyPersistent:
    "Write to us. You can close this window at any time: the conversation stays here.",
  emptyLive: "Write to us, and somebody from the team will be with you.",
  log: "Messages",
  write: "Write a message",
  send: "Send",
  emoji: "Emoji",
  left: (n: number) => (n === 1 ? "1 character left" : `${n} characters left`),
  tooLong: (n: number) => `Too long by ${n === 1 ? "1 character" : `${n} characters`}`,

  today: "Today",
  yesterday: "Yesterday",
  todayAt: (time: string) => `today at ${time}`,
  onDayAt: (day: string, time: string) => `on ${day} at ${time}`,
  conversationOf: (date: string) => `Conversation of ${date}`,
  ended: "This conversation has ended.",
  endedWrite: "Write to start a new one.",
  newMessages: (n: number) => (n === 1 ? "1 new message" : `${n} new messages`),
  toEnd: "Go to the latest message",
  earlier: "Loading earlier messages…",
  team: "Team",
  you: "You",

  waiting: "Waiting to be sent",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  refused: "Not sent",
  retry: "Send again",
  discard: "Discard",
  typing: (name: string) => `${name} is writing…`,
  typingSomebody: "Somebody is writing…",

  connecting: "Connecting…",
  offline: "Not connected. What you write is kept and sent.",
  offlineMemory: "Not connected. Keep this page open: what you write is sent as soon as it can be.",
  offlineLive: "Not connected. The chat goes on if the connection is back within a few minutes.",

  place: (n: number) => (n === 1 ? "You are next in line." : `You are number ${n} in line.`),
  wait: (minutes: number) =>
    minutes <= 1 ? "The wait is about a minute." : `The wait is about ${minutes} minutes.`,
  looking: "We are finding somebody for you.",
  end: "End chat",
  endAsk: "End this chat?",
  endText: "You can start a new one at any time.",
  cancel: "Cancel",

  sound: "Sound",
  notices: "Browser notifications",
  noticesOn: "Browser notifications are on",
  noticesDenied: "Notifications are blocked by your browser",
  newFrom: (name: string) => `New message from ${name}`,

  before: "Before we start",
  yourMessage: "Your message",
  optional: "optional",
  choose: "Please choose",
  start: "Start chat",
};

export type Messages = typeof en;

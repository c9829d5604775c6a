import type { Messages } from "./en";

export const messages: Messages = {
  calendar: null,
  close: "Chat schließen",
  more: "Mehr",
  dialog: "Chat",
  loading: "Wird geladen …",
  tryAgain: "Erneut versuchen",
  failedTitle: "Der Chat konnte nicht geladen werden",
  disabledTitle: "Dieser Chat ist nicht geöffnet",
  disabledText: "Bitte erreichen Sie uns auf anderem Weg.",
  signInTitle: "Bitte melden Sie sich an",
  signInText:
    "Dieser Chat ist für angemeldete Kundinnen und Kunden. Melden Sie sich auf der Seite an, dann öffnet er sich hier.",
  signInAgain: "Die Anmeldung hat nicht geklappt.",
  closedTitle: "Wir sind gerade nicht da",
  opens: (when) => `Wir sind ${when} wieder da.`,
  back: (when) =>
    `Wir sind ${when} wieder da. Schreiben Sie ruhig: Ihre Nachricht bleibt gespeichert.`,
  away: "Wir sind gerade nicht da. Schreiben Sie ruhig: Ihre Nachricht bleibt gespeichert.",

  emptyTitle: "Wie können wir helfen?",
  emptyPersistent:
    "Schreiben Sie uns. Sie können dieses Fenster jederzeit schließen: Die Unterhaltung bleibt hier.",
  emptyLive: "Schreiben Sie uns, und jemand aus dem Team ist gleich für Sie da.",
  log: "Nachrichten",
  write: "Nachricht schreiben",
  send: "Senden",
  emoji: "Emoji",
  left: (n) => `Noch ${n} Zeichen`,
  tooLong: (n) => `${n} Zeichen zu lang`,

  today: "Heute",
  yesterday: "Gestern",
  todayAt: (time) => `heute um ${time}`,
  onDayAt: (day, time) => `am ${day} um ${time}`,
  conversationOf: (date) => `Unterhaltung vom ${date}`,
  ended: "Diese Unterhaltung ist beendet.",
  endedWrite: "Schreiben Sie, um eine neue zu beginnen.",
  newMessages: (n) => (n === 1 ? "1 neue Nachricht" : `${n} neue Nachrichten`),
  toEnd: "Zur neuesten Nachricht",
  earlier: "Frühere Nachrichten werden geladen …",
  team: "Team",
  you: "Sie",

  waiting: "Wartet auf das Senden",
  sent: "Gesendet",
  delivered: "Zugestellt",
  read: "Gelesen",
  refused: "Nicht gesendet",
  retry: "Erneut senden",
  discard: "Verwerfen",
  typing: (name) => `${name} schreibt …`,
  typingSomebody: "Jemand schreibt …",

  connecting: "Verbindung wird aufgebaut …",
  offline: "Nicht verbunden. Was Sie schreiben, wird aufgehoben und gesendet.",
  offlineMemory:
    "Nicht verbunden. Lassen Sie diese Seite offen: Was Sie schreiben, wird gesendet, sobald es geht.",
  offlineLive:
    "Nicht verbunden. Der Chat geht weiter, wenn die Verbindung in ein paar Minuten wieder steht.",

  place: (n) => (n === 1 ? "Sie sind als Nächstes an der Reihe." : `Sie sind auf Platz ${n}.`),
  wait: (minutes) =>
    minutes <= 1
      ? "Die Wartezeit beträgt etwa eine Minute."
      : `Die Wartezeit beträgt etwa ${minutes} Minuten.`,
  looking: "Wir suchen jemanden für Sie.",
  end: "Chat beenden",
  endAsk: "Diesen Chat beenden?",
  endText: "Sie können jederzeit einen neuen beginnen.",
  cancel: "Abbrechen",

  sound: "Ton",
  notices: "Benachrichtigungen des Browsers",
  noticesOn: "Benachrichtigungen sind eingeschaltet",
  noticesDenied: "Ihr Browser blockiert Benachrichtigungen",
  newFrom: (name) => `Neue Nachricht von ${name}`,

  before: "Bevor es losgeht",
  yourMessage: "Ihre Nachricht",
  optional: "freiwillig",
  choose: "Bitte wählen",
  start: "Chat beginnen",
};

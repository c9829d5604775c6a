import type { Messages } from "./en";

export const messages: Messages = {
  calendar: null,
  close: "Fermer le chat",
  more: "Plus",
  dialog: "Chat",
  loading: "Chargement…",
  tryAgain: "Réessayer",
  failedTitle: "Le chat n’a pas pu être chargé",
  disabledTitle: "Ce chat n’est pas ouvert",
  disabledText: "Merci de nous joindre par un autre moyen.",
  signInTitle: "Connectez-vous",
  signInText:
    "Ce chat est réservé aux clients connectés. Connectez-vous sur la page et il s’ouvrira ici.",
  signInAgain: "La connexion à votre compte n’a pas abouti.",
  closedTitle: "Nous ne sommes pas là pour le moment",
  opens: (when) => `Nous serons de retour ${when}.`,
  back: (when) =>
    `Nous serons de retour ${when}. Écrivez dès maintenant : votre message est conservé.`,
  away: "Nous ne sommes pas là pour le moment. Écrivez dès maintenant : votre message est conservé.",

  emptyTitle: "Comment pouvons-nous vous aider ?",
  emptyPersistent:
    "Écrivez-nous. Vous pouvez fermer cette fenêtre à tout moment : la conversation reste ici.",
  emptyLive: "Écrivez-nous, et quelqu’un de l’équipe vous répondra.",
  log: "Messages",
  write: "Écrire un message",
  send: "Envoyer",
  emoji: "Émoji",
  left: (n) => (n <= 1 ? `${n} caractère restant` : `${n} caractères restants`),
  tooLong: (n) => (n === 1 ? "1 caractère de trop" : `${n} caractères de trop`),

  today: "Aujourd’hui",
  yesterday: "Hier",
  todayAt: (time) => `aujourd’hui à ${time}`,
  onDayAt: (day, time) => `${day} à ${time}`,
  conversationOf: (date) => `Conversation du ${date}`,
  ended: "Cette conversation est terminée.",
  endedWrite: "Écrivez pour en commencer une nouvelle.",
  newMessages: (n) => (n === 1 ? "1 nouveau message" : `${n} nouveaux messages`),
  toEnd: "Aller au dernier message",
  earlier: "Chargement des messages précédents…",
  team: "Équipe",
  you: "Vous",

  waiting: "En attente d’envoi",
  sent: "Envoyé",
  delivered: "Remis",
  read: "Lu",
  refused: "Non envoyé",
  retry: "Renvoyer",
  discard: "Supprimer",
  typing: (name) => `${name} écrit…`,
  typingSomebody: "Quelqu’un écrit…",

  connecting: "Connexion…",
  offline: "Non connecté. Ce que vous écrivez est conservé et sera envoyé.",
  offlineMemory:
    "Non connecté. Gardez cette page ouverte : ce que vous écrivez sera envoyé dès que possible.",
  offlineLive: "Non connecté. Le chat continue si la connexion revient dans quelques minutes.",

  place: (n) =>
    n === 1 ? "Vous êtes la prochaine personne." : `Vous êtes en position ${n} dans la file.`,
  wait: (minutes) =>
    minutes <= 1
      ? "L’attente est d’environ une minute."
      : `L’attente est d’environ ${minutes} minutes.`,
  looking: "Nous cherchons quelqu’un pour vous répondre.",
  end: "Terminer le chat",
  endAsk: "Terminer ce chat ?",
  endText: "Vous pourrez en commencer un autre à tout moment.",
  cancel: "Annuler",

  sound: "Son",
  notices: "Notifications du navigateur",
  noticesOn: "Les notifications sont activées",
  noticesDenied: "Votre navigateur bloque les notifications",
  newFrom: (name) => `Nouveau message de ${name}`,

  before: "Avant de commencer",
  yourMessage: "Votre message",
  optional: "facultatif",
  choose: "Choisissez",
  start: "Commencer le chat",
};

/** The few words of the launcher, before the app with its catalogues is there. */

interface Texts {
  open: string;
  close: string;
  unread: string;
  failed: string;
  again: string;
}

const texts: Record<string, Texts> = {
  en: {
    open: "Open chat",
    close: "Close chat",
    unread: "unread",
    failed: "The chat cannot be reached.",
    again: "Try again",
  },
  es: {
    open: "Abrir el chat",
    close: "Cerrar el chat",
    unread: "sin leer",
    failed: "No se puede acceder al chat.",
    again: "Reintentar",
  },
  gl: {
    open: "Abrir o chat",
    close: "Pechar o chat",
    unread: "sen ler",
    failed: "Non se pode acceder ao chat.",
    again: "Tentar de novo",
  },
  pt: {
    open: "Abrir o chat",
    close: "Fechar o chat",
    unread: "por ler",
    failed: "Não é possível aceder ao chat.",
    again: "Tentar de novo",
  },
  fr: {
    open: "Ouvrir le chat",
    close: "Fermer le chat",
    unread: "non lus",
    failed: "Le chat est injoignable.",
    again: "Réessayer",
  },
  de: {
    open: "Chat öffnen",
    close: "Chat schließen",
    unread: "ungelesen",
    failed: "Der Chat ist nicht erreichbar.",
    again: "Erneut versuchen",
  },
};

export function textsOf(locale: string): Texts {
  return texts[locale.slice(0, 2).toLowerCase()] ?? (texts.en as Texts);
}

import type { Messages } from "./en";

export const messages: Messages = {
  calendar: null,
  close: "Cerrar el chat",
  more: "Más",
  dialog: "Chat",
  loading: "Cargando…",
  tryAgain: "Reintentar",
  failedTitle: "No se ha podido cargar el chat",
  disabledTitle: "Este chat no está abierto",
  disabledText: "Póngase en contacto con nosotros por otra vía.",
  signInTitle: "Inicie sesión",
  signInText:
    "Este chat es para clientes con sesión iniciada. Inicie sesión en la página y se abrirá aquí.",
  signInAgain: "No se ha podido iniciar la sesión.",
  closedTitle: "Ahora mismo no estamos",
  opens: (when) => `Volvemos ${when}.`,
  back: (when) => `Volvemos ${when}. Escriba ahora: guardamos su mensaje.`,
  away: "Ahora mismo no estamos. Escriba ahora: guardamos su mensaje.",

  emptyTitle: "¿En qué podemos ayudarle?",
  emptyPersistent:
    "Escríbanos. Puede cerrar esta ventana cuando quiera: la conversación se queda aquí.",
  emptyLive: "Escríbanos y enseguida le atenderá alguien del equipo.",
  log: "Mensajes",
  write: "Escriba un mensaje",
  send: "Enviar",
  emoji: "Emoji",
  left: (n) => (n === 1 ? "Queda 1 carácter" : `Quedan ${n} caracteres`),
  tooLong: (n) => (n === 1 ? "Sobra 1 carácter" : `Sobran ${n} caracteres`),

  today: "Hoy",
  yesterday: "Ayer",
  todayAt: (time) => `hoy a las ${time}`,
  onDayAt: (day, time) => `el ${day} a las ${time}`,
  conversationOf: (date) => `Conversación del ${date}`,
  ended: "Esta conversación ha terminado.",
  endedWrite: "Escriba para empezar otra.",
  newMessages: (n) => (n === 1 ? "1 mensaje nuevo" : `${n} mensajes nuevos`),
  toEnd: "Ir al último mensaje",
  earlier: "Cargando mensajes anteriores…",
  team: "Equipo",
  you: "Usted",

  waiting: "Pendiente de envío",
  sent: "Enviado",
  delivered: "Entregado",
  read: "Leído",
  refused: "No enviado",
  retry: "Enviar de nuevo",
  discard: "Descartar",
  typing: (name) => `${name} está escribiendo…`,
  typingSomebody: "Alguien está escribiendo…",

  connecting: "Conectando…",
  offline: "Sin conexión. Lo que escriba se guarda y se enviará.",
  offlineMemory:
    "Sin conexión. No cierre esta página: lo que escriba se enviará en cuanto se pueda.",
  offlineLive: "Sin conexión. El chat continúa si la conexión vuelve en unos minutos.",

  place: (n) =>
    n === 1 ? "Es la siguiente persona de la cola." : `Su puesto en la cola es el ${n}.`,
  wait: (minutes) =>
    minutes <= 1
      ? "La espera es de un minuto aproximadamente."
      : `La espera es de unos ${minutes} minutos.`,
  looking: "Estamos buscando a alguien para atenderle.",
  end: "Terminar el chat",
  endAsk: "¿Terminar este chat?",
  endText: "Puede empezar otro cuando quiera.",
  cancel: "Cancelar",

  sound: "Sonido",
  notices: "Notificaciones del navegador",
  noticesOn: "Las notificaciones están activadas",
  noticesDenied: "Su navegador bloquea las notificaciones",
  newFrom: (name) => `Mensaje nuevo de ${name}`,

  before: "Antes de empezar",
  yourMessage: "Su mensaje",
  optional: "opcional",
  choose: "Elija una opción",
  start: "Empezar el chat",
};

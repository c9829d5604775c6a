import type { Messages } from "./en";

export const messages: Messages = {
  calendar: null,
  close: "Fechar o chat",
  more: "Mais",
  dialog: "Chat",
  loading: "A carregar…",
  tryAgain: "Tentar de novo",
  failedTitle: "Não foi possível carregar o chat",
  disabledTitle: "Este chat não está aberto",
  disabledText: "Contacte-nos por outra via.",
  signInTitle: "Inicie sessão",
  signInText:
    "Este chat é para clientes com sessão iniciada. Inicie sessão na página e ele abre aqui.",
  signInAgain: "Não foi possível iniciar a sessão.",
  closedTitle: "De momento não estamos",
  opens: (when) => `Voltamos ${when}.`,
  back: (when) => `Voltamos ${when}. Escreva já: guardamos a sua mensagem.`,
  away: "De momento não estamos. Escreva já: guardamos a sua mensagem.",

  emptyTitle: "Como podemos ajudar?",
  emptyPersistent: "Escreva-nos. Pode fechar esta janela quando quiser: a conversa fica aqui.",
  emptyLive: "Escreva-nos e alguém da equipa já o atende.",
  log: "Mensagens",
  write: "Escreva uma mensagem",
  send: "Enviar",
  emoji: "Emoji",
  left: (n) => (n === 1 ? "Resta 1 carácter" : `Restam ${n} caracteres`),
  tooLong: (n) => (n === 1 ? "1 carácter a mais" : `${n} caracteres a mais`),

  today: "Hoje",
  yesterday: "Ontem",
  todayAt: (time) => `hoje às ${time}`,
  onDayAt: (day, time) => `${day}, às ${time}`,
  conversationOf: (date) => `Conversa de ${date}`,
  ended: "Esta conversa terminou.",
  endedWrite: "Escreva para começar outra.",
  newMessages: (n) => (n === 1 ? "1 mensagem nova" : `${n} mensagens novas`),
  toEnd: "Ir para a última mensagem",
  earlier: "A carregar mensagens anteriores…",
  team: "Equipa",
  you: "Você",

  waiting: "À espera de ser enviada",
  sent: "Enviada",
  delivered: "Entregue",
  read: "Lida",
  refused: "Não enviada",
  retry: "Enviar de novo",
  discard: "Descartar",
  typing: (name) => `${name} está a escrever…`,
  typingSomebody: "Alguém está a escrever…",

  connecting: "A ligar…",
  offline: "Sem ligação. O que escrever fica guardado e será enviado.",
  offlineMemory:
    "Sem ligação. Não feche esta página: o que escrever será enviado assim que possível.",
  offlineLive: "Sem ligação. O chat continua se a ligação voltar dentro de minutos.",

  place: (n) => (n === 1 ? "É a próxima pessoa da fila." : `Está em ${n}.º lugar na fila.`),
  wait: (minutes) =>
    minutes <= 1
      ? "A espera é de cerca de um minuto."
      : `A espera é de cerca de ${minutes} minutos.`,
  looking: "Estamos à procura de alguém para o atender.",
  end: "Terminar o chat",
  endAsk: "Terminar este chat?",
  endText: "Pode começar outro quando quiser.",
  cancel: "Cancelar",

  sound: "Som",
  notices: "Notificações do navegador",
  noticesOn: "As notificações estão ativas",
  noticesDenied: "O seu navegador bloqueia as notificações",
  newFrom: (name) => `Nova mensagem de ${name}`,

  before: "Antes de começar",
  yourMessage: "A sua mensagem",
  optional: "opcional",
  choose: "Escolha uma opção",
  start: "Começar o chat",
};

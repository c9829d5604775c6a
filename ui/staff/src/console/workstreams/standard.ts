/**
 * What linger says unless a company says otherwise, by language: shown where nothing is written. A test
 * compares with the texts of the server.
 */
export const STANDARD: Record<string, Record<string, string>> = {
  en: {
    "greeting-persistent":
      "Hello! Write what you need. You can close this window at any time: the conversation stays here.",
    "greeting-live": "Hello! Somebody will be with you in a moment.",
    "agent-assigned": "A member of our team is being asked to help you.",
    "agent-joined": "{agent} has joined the conversation.",
    "agent-left-persistent":
      "{agent} has left for now. Write whenever you like: the conversation stays open.",
    "agent-left-live":
      "{agent} has left the conversation. Somebody else will be with you in a moment.",
    transferred: "Your conversation is being passed on to a colleague.",
    "agent-ended": "{agent} has ended the conversation.",
    "ended-by-system": "This conversation has ended.",
    "outside-hours-persistent":
      "Our team is not here at the moment. Your message is kept, and we are back on {opens_at}.",
    "outside-hours-live": "Our team is not here at the moment. We are back on {opens_at}.",
    "holiday-persistent":
      "Our team has a holiday today. Your message is kept, and we are back on {opens_at}.",
    "holiday-live": "Our team has a holiday today. We are back on {opens_at}.",
    "queue-position": "You are number {position} in line.",
    "next-in-line": "You are next in line.",
    "average-wait": "The wait is about {wait} at the moment.",
    "customer-disconnected": "The connection to this chat was interrupted.",
    "customer-reconnected": "The connection to this chat is back.",
    "agent-returned": "{agent} is back in your conversation.",
  },
  de: {
    "greeting-persistent":
      "Guten Tag! Schreiben Sie uns, was Sie brauchen. Sie können dieses Fenster jederzeit schließen: Die Unterhaltung bleibt hier erhalten.",
    "greeting-live": "Guten Tag! Gleich ist jemand aus unserem Team für Sie da.",
    "agent-assigned": "Wir benachrichtigen gerade jemanden aus unserem Team für Sie.",
    "agent-joined": "{agent} ist jetzt in der Unterhaltung.",
    "agent-left-persistent":
      "{agent} hat die Unterhaltung vorerst verlassen. Schreiben Sie jederzeit: Die Unterhaltung bleibt offen.",
    "agent-left-live":
      "{agent} hat die Unterhaltung verlassen. Gleich ist jemand anderes aus unserem Team für Sie da.",
    transferred: "Ihre Unterhaltung wird an eine andere Person aus unserem Team übergeben.",
    "agent-ended": "{agent} hat die Unterhaltung beendet.",
    "ended-by-system": "Diese Unterhaltung wurde beendet.",
    "outside-hours-persistent":
      "Unser Team ist gerade nicht im Dienst. Ihre Nachricht bleibt gespeichert, und wir sind ab {opens_at} wieder für Sie da.",
    "outside-hours-live":
      "Unser Team ist gerade nicht im Dienst. Wir sind ab {opens_at} wieder für Sie da.",
    "holiday-persistent":
      "Heute ist Feiertag, und unser Team ist nicht im Dienst. Ihre Nachricht bleibt gespeichert, und wir sind ab {opens_at} wieder für Sie da.",
    "holiday-live":
      "Heute ist Feiertag, und unser Team ist nicht im Dienst. Wir sind ab {opens_at} wieder für Sie da.",
    "queue-position": "Sie sind auf Platz {position} der Warteschlange.",
    "next-in-line": "Sie sind als Nächstes an der Reihe.",
    "average-wait": "Die Wartezeit beträgt derzeit etwa {wait}.",
    "customer-disconnected": "Die Verbindung zu diesem Chat wurde unterbrochen.",
    "customer-reconnected": "Die Verbindung zu diesem Chat steht wieder.",
    "agent-returned": "{agent} ist wieder in Ihrer Unterhaltung.",
  },
  es: {
    "greeting-persistent":
      "¡Hola! Escriba lo que necesite. Puede cerrar esta ventana cuando quiera: la conversación seguirá aquí.",
    "greeting-live": "¡Hola! En un momento, una persona de nuestro equipo atenderá su consulta.",
    "agent-assigned":
      "Estamos avisando a una persona de nuestro equipo para que atienda su consulta.",
    "agent-joined": "{agent} se ha incorporado a la conversación.",
    "agent-left-persistent":
      "{agent} ha dejado la conversación por el momento. Escriba cuando quiera: la conversación sigue abierta.",
    "agent-left-live":
      "{agent} ha dejado la conversación. En un momento, otra persona del equipo atenderá su consulta.",
    transferred: "Estamos pasando su conversación a otra persona del equipo.",
    "agent-ended": "{agent} ha finalizado la conversación.",
    "ended-by-system": "Esta conversación ha finalizado.",
    "outside-hours-persistent":
      "En este momento estamos fuera del horario de atención. Su mensaje queda guardado y volveremos a estar a su disposición el {opens_at}.",
    "outside-hours-live":
      "En este momento estamos fuera del horario de atención. Volveremos a estar a su disposición el {opens_at}.",
    "holiday-persistent":
      "Hoy es festivo y nuestro equipo no está disponible. Su mensaje queda guardado y volveremos a estar a su disposición el {opens_at}.",
    "holiday-live":
      "Hoy es festivo y nuestro equipo no está disponible. Volveremos a estar a su disposición el {opens_at}.",
    "queue-position": "Ocupa el puesto número {position} en la cola.",
    "next-in-line": "Su consulta es la siguiente en la cola.",
    "average-wait": "El tiempo de espera aproximado es de {wait}.",
    "customer-disconnected": "Se ha interrumpido la conexión con este chat.",
    "customer-reconnected": "Se ha restablecido la conexión con este chat.",
    "agent-returned": "{agent} ha vuelto a su conversación.",
  },
  fr: {
    "greeting-persistent":
      "Bonjour ! Écrivez-nous ce dont vous avez besoin. Vous pouvez fermer cette fenêtre à tout moment : la conversation reste ici.",
    "greeting-live": "Bonjour ! Un membre de notre équipe va vous répondre dans un instant.",
    "agent-assigned": "Nous sollicitons un membre de notre équipe pour vous aider.",
    "agent-joined": "{agent} a rejoint la conversation.",
    "agent-left-persistent":
      "{agent} a quitté la conversation pour le moment. Écrivez quand vous le souhaitez : la conversation reste ouverte.",
    "agent-left-live":
      "{agent} a quitté la conversation. Un autre membre de notre équipe va vous répondre dans un instant.",
    transferred: "Votre conversation va être confiée à un autre membre de notre équipe.",
    "agent-ended": "{agent} a mis fin à la conversation.",
    "ended-by-system": "Cette conversation est terminée.",
    "outside-hours-persistent":
      "Notre équipe est absente pour le moment. Votre message est conservé et nous serons de retour le {opens_at}.",
    "outside-hours-live":
      "Notre équipe est absente pour le moment. Nous serons de retour le {opens_at}.",
    "holiday-persistent":
      "C’est aujourd’hui un jour férié et notre équipe est absente. Votre message est conservé et nous serons de retour le {opens_at}.",
    "holiday-live":
      "C’est aujourd’hui un jour férié et notre équipe est absente. Nous serons de retour le {opens_at}.",
    "queue-position": "Vous êtes en position {position} dans la file d’attente.",
    "next-in-line": "Votre demande est la prochaine dans la file d’attente.",
    "average-wait": "L’attente est actuellement d’environ {wait}.",
    "customer-disconnected": "La connexion à ce chat a été interrompue.",
    "customer-reconnected": "La connexion à ce chat est rétablie.",
    "agent-returned": "{agent} est de retour dans votre conversation.",
  },
  gl: {
    "greeting-persistent":
      "Ola! Escriba o que precise. Pode pechar esta xanela cando queira: a conversa seguirá aquí.",
    "greeting-live": "Ola! Nun momento, unha persoa do noso equipo atenderá a súa consulta.",
    "agent-assigned": "Estamos a avisar unha persoa do noso equipo para que atenda a súa consulta.",
    "agent-joined": "{agent} incorporouse á conversa.",
    "agent-left-persistent":
      "{agent} deixou a conversa polo momento. Escriba cando queira: a conversa segue aberta.",
    "agent-left-live":
      "{agent} deixou a conversa. Nun momento, outra persoa do equipo atenderá a súa consulta.",
    transferred: "Estamos a pasar a súa conversa a outra persoa do equipo.",
    "agent-ended": "{agent} deu por rematada a conversa.",
    "ended-by-system": "Esta conversa rematou.",
    "outside-hours-persistent":
      "Neste momento estamos fóra do horario de atención. A súa mensaxe queda gardada e volveremos estar á súa disposición o {opens_at}.",
    "outside-hours-live":
      "Neste momento estamos fóra do horario de atención. Volveremos estar á súa disposición o {opens_at}.",
    "holiday-persistent":
      "Hoxe é festivo e o noso equipo non está dispoñible. A súa mensaxe queda gardada e volveremos estar á súa disposición o {opens_at}.",
    "holiday-live":
      "Hoxe é festivo e o noso equipo non está dispoñible. Volveremos estar á súa disposición o {opens_at}.",
    "queue-position": "Ocupa o posto número {position} na cola.",
    "next-in-line": "A súa consulta é a seguinte na cola.",
    "average-wait": "O tempo de espera aproximado é de {wait}.",
    "customer-disconnected": "Interrompeuse a conexión con este chat.",
    "customer-reconnected": "Restableceuse a conexión con este chat.",
    "agent-returned": "{agent} volve estar na súa conversa.",
  },
  pt: {
    "greeting-persistent":
      "Olá! Escreva o que precisar. Pode fechar esta janela quando quiser: a conversa continua aqui.",
    "greeting-live": "Olá! Dentro de instantes, uma pessoa do nosso atendimento falará consigo.",
    "agent-assigned":
      "Estamos a avisar uma pessoa do nosso atendimento para que trate do seu pedido.",
    "agent-joined": "{agent} entrou na conversa.",
    "agent-left-persistent":
      "{agent} saiu da conversa por agora. Escreva quando quiser: a conversa continua aberta.",
    "agent-left-live":
      "{agent} saiu da conversa. Dentro de instantes, outra pessoa dará seguimento ao seu pedido.",
    transferred: "A sua conversa vai passar para outra pessoa do nosso atendimento.",
    "agent-ended": "{agent} encerrou a conversa.",
    "ended-by-system": "Esta conversa foi encerrada.",
    "outside-hours-persistent":
      "Neste momento estamos fora do horário de atendimento. A sua mensagem fica guardada e voltamos a atender a partir de {opens_at}.",
    "outside-hours-live":
      "Neste momento estamos fora do horário de atendimento. Voltamos a atender a partir de {opens_at}.",
    "holiday-persistent":
      "Hoje é feriado e o atendimento está fechado. A sua mensagem fica guardada e voltamos a atender a partir de {opens_at}.",
    "holiday-live":
      "Hoje é feriado e o atendimento está fechado. Voltamos a atender a partir de {opens_at}.",
    "queue-position": "Ocupa o lugar número {position} na fila.",
    "next-in-line": "O seu pedido é o próximo da fila.",
    "average-wait": "O tempo de espera é de cerca de {wait}.",
    "customer-disconnected": "A ligação a este chat foi interrompida.",
    "customer-reconnected": "A ligação a este chat foi restabelecida.",
    "agent-returned": "{agent} voltou à sua conversa.",
  },
};

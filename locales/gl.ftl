# O que linger di nunha conversa, en galego (vostede).

greeting-persistent = Ola! Escriba o que precise. Pode pechar esta xanela cando queira: a conversa seguirá aquí.
greeting-live = Ola! Nun momento, unha persoa do noso equipo atenderá a súa consulta.
agent-assigned = Estamos a avisar unha persoa do noso equipo para que atenda a súa consulta.
agent-joined = { $agent } incorporouse á conversa.
    .nameless = Unha persoa do noso equipo incorporouse á conversa.
agent-left-persistent = { $agent } deixou a conversa polo momento. Escriba cando queira: a conversa segue aberta.
    .nameless = Unha persoa do noso equipo deixou a conversa polo momento. Escriba cando queira: a conversa segue aberta.
agent-left-live = { $agent } deixou a conversa. Nun momento, outra persoa do equipo atenderá a súa consulta.
    .nameless = Unha persoa do noso equipo deixou a conversa. Nun momento, outra persoa do equipo atenderá a súa consulta.
transferred = Estamos a pasar a súa conversa a outra persoa do equipo.
agent-ended = { $agent } deu por rematada a conversa.
    .nameless = Unha persoa do noso equipo deu por rematada a conversa.
ended-by-system = Esta conversa rematou.
outside-hours-persistent = Neste momento estamos fóra do horario de atención. A súa mensaxe queda gardada e volveremos estar á súa disposición o { $opens_at }.
    .no-opening = Neste momento estamos fóra do horario de atención. A súa mensaxe queda gardada.
outside-hours-live = Neste momento estamos fóra do horario de atención. Volveremos estar á súa disposición o { $opens_at }.
    .no-opening = Neste momento estamos fóra do horario de atención.
holiday-persistent = Hoxe é festivo e o noso equipo non está dispoñible. A súa mensaxe queda gardada e volveremos estar á súa disposición o { $opens_at }.
    .no-opening = Hoxe é festivo e o noso equipo non está dispoñible. A súa mensaxe queda gardada.
holiday-live = Hoxe é festivo e o noso equipo non está dispoñible. Volveremos estar á súa disposición o { $opens_at }.
    .no-opening = Hoxe é festivo e o noso equipo non está dispoñible.
queue-position = Ocupa o posto número { $position } na cola.
next-in-line = A súa consulta é a seguinte na cola.
average-wait = O tempo de espera aproximado é de { $wait }.
customer-disconnected = Interrompeuse a conexión con este chat.
customer-reconnected = Restableceuse a conexión con este chat.
agent-returned = { $agent } volve estar na súa conversa.
    .nameless = Unha persoa do noso equipo volve estar na súa conversa.

opening = { $weekday_name } { $day } de { $month_name } { $hour ->
    [1] á
   *[other] ás
} { $time } { $zone }
wait-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
wait-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}

weekday-1 = luns
weekday-2 = martes
weekday-3 = mércores
weekday-4 = xoves
weekday-5 = venres
weekday-6 = sábado
weekday-7 = domingo
month-1 = xaneiro
month-2 = febreiro
month-3 = marzo
month-4 = abril
month-5 = maio
month-6 = xuño
month-7 = xullo
month-8 = agosto
month-9 = setembro
month-10 = outubro
month-11 = novembro
month-12 = decembro

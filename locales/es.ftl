# Lo que linger dice en una conversación, en español (usted).

greeting-persistent = ¡Hola! Escriba lo que necesite. Puede cerrar esta ventana cuando quiera: la conversación seguirá aquí.
greeting-live = ¡Hola! En un momento, una persona de nuestro equipo atenderá su consulta.
agent-assigned = Estamos avisando a una persona de nuestro equipo para que atienda su consulta.
agent-joined = { $agent } se ha incorporado a la conversación.
    .nameless = Una persona de nuestro equipo se ha incorporado a la conversación.
agent-left-persistent = { $agent } ha dejado la conversación por el momento. Escriba cuando quiera: la conversación sigue abierta.
    .nameless = Una persona de nuestro equipo ha dejado la conversación por el momento. Escriba cuando quiera: la conversación sigue abierta.
agent-left-live = { $agent } ha dejado la conversación. En un momento, otra persona del equipo atenderá su consulta.
    .nameless = Una persona de nuestro equipo ha dejado la conversación. En un momento, otra persona del equipo atenderá su consulta.
transferred = Estamos pasando su conversación a otra persona del equipo.
agent-ended = { $agent } ha finalizado la conversación.
    .nameless = Una persona de nuestro equipo ha finalizado la conversación.
ended-by-system = Esta conversación ha finalizado.
outside-hours-persistent = En este momento estamos fuera del horario de atención. Su mensaje queda guardado y volveremos a estar a su disposición el { $opens_at }.
    .no-opening = En este momento estamos fuera del horario de atención. Su mensaje queda guardado.
outside-hours-live = En este momento estamos fuera del horario de atención. Volveremos a estar a su disposición el { $opens_at }.
    .no-opening = En este momento estamos fuera del horario de atención.
holiday-persistent = Hoy es festivo y nuestro equipo no está disponible. Su mensaje queda guardado y volveremos a estar a su disposición el { $opens_at }.
    .no-opening = Hoy es festivo y nuestro equipo no está disponible. Su mensaje queda guardado.
holiday-live = Hoy es festivo y nuestro equipo no está disponible. Volveremos a estar a su disposición el { $opens_at }.
    .no-opening = Hoy es festivo y nuestro equipo no está disponible.
queue-position = Ocupa el puesto número { $position } en la cola.
next-in-line = Su consulta es la siguiente en la cola.
average-wait = El tiempo de espera aproximado es de { $wait }.
customer-disconnected = Se ha interrumpido la conexión con este chat.
customer-reconnected = Se ha restablecido la conexión con este chat.
agent-returned = { $agent } ha vuelto a su conversación.
    .nameless = Una persona de nuestro equipo ha vuelto a su conversación.

opening = { $weekday_name } { $day } de { $month_name } { $hour ->
    [1] a la
   *[other] a las
} { $time } { $zone }
wait-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
wait-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}

weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

# O que o linger diz numa conversa, em português.

greeting-persistent = Olá! Escreva o que precisar. Pode fechar esta janela quando quiser: a conversa continua aqui.
greeting-live = Olá! Dentro de instantes, uma pessoa do nosso atendimento falará consigo.
agent-assigned = Estamos a avisar uma pessoa do nosso atendimento para que trate do seu pedido.
agent-joined = { $agent } entrou na conversa.
    .nameless = Uma pessoa do nosso atendimento entrou na conversa.
agent-left-persistent = { $agent } saiu da conversa por agora. Escreva quando quiser: a conversa continua aberta.
    .nameless = Uma pessoa do nosso atendimento saiu da conversa por agora. Escreva quando quiser: a conversa continua aberta.
agent-left-live = { $agent } saiu da conversa. Dentro de instantes, outra pessoa dará seguimento ao seu pedido.
    .nameless = Uma pessoa do nosso atendimento saiu da conversa. Dentro de instantes, outra pessoa dará seguimento ao seu pedido.
transferred = A sua conversa vai passar para outra pessoa do nosso atendimento.
agent-ended = { $agent } encerrou a conversa.
    .nameless = Uma pessoa do nosso atendimento encerrou a conversa.
ended-by-system = Esta conversa foi encerrada.
outside-hours-persistent = Neste momento estamos fora do horário de atendimento. A sua mensagem fica guardada e voltamos a atender a partir de { $opens_at }.
    .no-opening = Neste momento estamos fora do horário de atendimento. A sua mensagem fica guardada.
outside-hours-live = Neste momento estamos fora do horário de atendimento. Voltamos a atender a partir de { $opens_at }.
    .no-opening = Neste momento estamos fora do horário de atendimento.
holiday-persistent = Hoje é feriado e o atendimento está fechado. A sua mensagem fica guardada e voltamos a atender a partir de { $opens_at }.
    .no-opening = Hoje é feriado e o atendimento está fechado. A sua mensagem fica guardada.
holiday-live = Hoje é feriado e o atendimento está fechado. Voltamos a atender a partir de { $opens_at }.
    .no-opening = Hoje é feriado e o atendimento está fechado.
queue-position = Ocupa o lugar número { $position } na fila.
next-in-line = O seu pedido é o próximo da fila.
average-wait = O tempo de espera é de cerca de { $wait }.
customer-disconnected = A ligação a este chat foi interrompida.
customer-reconnected = A ligação a este chat foi restabelecida.
agent-returned = { $agent } voltou à sua conversa.
    .nameless = Uma pessoa do nosso atendimento voltou à sua conversa.

opening = { $weekday_name }, { $day } de { $month_name }, { $hour ->
    [1] à
   *[other] às
} { $time } { $zone }
wait-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
wait-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}

weekday-1 = segunda-feira
weekday-2 = terça-feira
weekday-3 = quarta-feira
weekday-4 = quinta-feira
weekday-5 = sexta-feira
weekday-6 = sábado
weekday-7 = domingo
month-1 = janeiro
month-2 = fevereiro
month-3 = março
month-4 = abril
month-5 = maio
month-6 = junho
month-7 = julho
month-8 = agosto
month-9 = setembro
month-10 = outubro
month-11 = novembro
month-12 = dezembro

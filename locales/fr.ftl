# Ce que linger dit dans une conversation, en français (vous).
# Les espaces devant « ! » et « : » sont insécables.

greeting-persistent = Bonjour ! Écrivez-nous ce dont vous avez besoin. Vous pouvez fermer cette fenêtre à tout moment : la conversation reste ici.
greeting-live = Bonjour ! Un membre de notre équipe va vous répondre dans un instant.
agent-assigned = Nous sollicitons un membre de notre équipe pour vous aider.
agent-joined = { $agent } a rejoint la conversation.
    .nameless = Un membre de notre équipe a rejoint la conversation.
agent-left-persistent = { $agent } a quitté la conversation pour le moment. Écrivez quand vous le souhaitez : la conversation reste ouverte.
    .nameless = Un membre de notre équipe a quitté la conversation pour le moment. Écrivez quand vous le souhaitez : la conversation reste ouverte.
agent-left-live = { $agent } a quitté la conversation. Un autre membre de notre équipe va vous répondre dans un instant.
    .nameless = Un membre de notre équipe a quitté la conversation. Un autre membre de notre équipe va vous répondre dans un instant.
transferred = Votre conversation va être confiée à un autre membre de notre équipe.
agent-ended = { $agent } a mis fin à la conversation.
    .nameless = Un membre de notre équipe a mis fin à la conversation.
ended-by-system = Cette conversation est terminée.
outside-hours-persistent = Notre équipe est absente pour le moment. Votre message est conservé et nous serons de retour le { $opens_at }.
    .no-opening = Notre équipe est absente pour le moment. Votre message est conservé.
outside-hours-live = Notre équipe est absente pour le moment. Nous serons de retour le { $opens_at }.
    .no-opening = Notre équipe est absente pour le moment.
holiday-persistent = C’est aujourd’hui un jour férié et notre équipe est absente. Votre message est conservé et nous serons de retour le { $opens_at }.
    .no-opening = C’est aujourd’hui un jour férié et notre équipe est absente. Votre message est conservé.
holiday-live = C’est aujourd’hui un jour férié et notre équipe est absente. Nous serons de retour le { $opens_at }.
    .no-opening = C’est aujourd’hui un jour férié et notre équipe est absente.
queue-position = Vous êtes en position { $position } dans la file d’attente.
next-in-line = Votre demande est la prochaine dans la file d’attente.
average-wait = L’attente est actuellement d’environ { $wait }.
customer-disconnected = La connexion à ce chat a été interrompue.
customer-reconnected = La connexion à ce chat est rétablie.
agent-returned = { $agent } est de retour dans votre conversation.
    .nameless = Un membre de notre équipe est de retour dans votre conversation.

opening = { $weekday_name } { $day ->
    [1] 1er
   *[other] { $day }
} { $month_name } à { $time } { $zone }
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
wait-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}

weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

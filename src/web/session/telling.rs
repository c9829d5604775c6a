//! What a client asks, and what it is told.

use actix::AsyncContext;

use super::super::live::{Asked, Pending, concerned};
use super::{CATCH_UP_PACE, Context, Phase, WsSession, dismissed, prove_anew};
use crate::domain::ids::ConversationId;
use crate::domain::reject::{Code, Reject};
use crate::engine::outbound::{Delivery, Outbound};
use crate::engine::request::{Reply, Request};
use crate::engine::watch::WatchPart;
use crate::error;
use crate::limits;
use crate::wire::client::Tag;
use crate::wire::hot;
use crate::wire::server::{self, Concerning};
use crate::wire::watch;

/// Says that a part has been taken, when the connection asks for more: a timer is not looked at
/// before.
fn taken_in_time(part: &WatchPart, ctx: &mut Context) {
    let (what, number) = (part.what, part.number);
    ctx.run_later(CATCH_UP_PACE, move |session, _| {
        if let Phase::Live(live) = &session.phase {
            live.session.watch_taken(what, number);
        }
    });
}

impl WsSession {
    pub(super) fn asked(&mut self, tag: Tag, mut request: Request, ctx: &mut Context) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let conversation = concerned(&request);
        let gateway = &self.state.gateway;
        let checked = live.check(&mut request, || gateway.company(), || gateway.now());
        let principal = live.principal.clone();
        let checked = checked.and_then(|()| self.allowed(&principal, &request));
        if let Err(reject) = checked {
            if tag == Tag::Silent {
                self.state.telemetry.refused(reject.code);
            } else {
                self.refuse(Concerning::tag(&tag, conversation), &reject, ctx);
            }
            return;
        }
        if let Phase::Live(live) = &mut self.phase {
            live.ask(tag, request);
        }
    }

    pub(super) fn granted(
        &mut self,
        conversation: ConversationId,
        messages: u32,
        ctx: &mut Context,
    ) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        if live.client_credit.is_none() {
            let reject = Reject::new(
                Code::InvalidRequest,
                "Credit is automatic here; say `credit` in hello to grant it.",
            );
            self.refuse(
                Concerning {
                    conversation: Some(conversation),
                    ..Concerning::default()
                },
                &reject,
                ctx,
            );
            return;
        }
        if let Some(owed) = live.subscriptions.get_mut(&conversation) {
            // Never more than was used: the window cannot be stretched by granting.
            let given = messages.min(*owed);
            *owed -= given;
            live.session.taken(conversation, given);
        }
    }

    pub(super) fn told(&mut self, out: Outbound, ctx: &mut Context) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let viewer = live.viewer;
        let frame = match out {
            Outbound::Answer { request, result } => return self.answered(request, result, ctx),
            Outbound::Messages {
                conversation,
                messages,
            } => return self.delivered(conversation, &messages, ctx),
            Outbound::View(view) => {
                if !live.subscriptions.contains_key(&view.id) {
                    return;
                }
                server::conversation(&view, viewer)
            }
            Outbound::Typing {
                conversation,
                side,
                agent,
                on,
            } => server::typing(conversation, side, agent.as_ref().map(|a| a.as_str()), on),
            Outbound::Offer(notice) => server::offer(&notice),
            Outbound::OfferEnded {
                conversation,
                taken,
            } => server::offer_ended(conversation, taken),
            Outbound::Assigned(view) => server::assigned(&view),
            Outbound::CustomerReturned {
                conversation,
                customer,
            } => server::customer_returned(conversation, &customer),
            Outbound::Note { conversation, note } => {
                if !live.subscriptions.contains_key(&conversation) {
                    return;
                }
                server::note(conversation, &note)
            }
            Outbound::Consult(view) => server::consult(&view),
            Outbound::ConsultEnded { conversation } => server::consult_ended(conversation),
            Outbound::Unfollowed { conversation } => {
                if live.unfollowed(conversation) {
                    let concerning = Concerning {
                        conversation: Some(conversation),
                        ..Concerning::default()
                    };
                    self.refuse(concerning, &Reject::not_theirs_any_more(), ctx);
                }
                return;
            }
            Outbound::Presence { presence } => server::presence(presence),
            Outbound::Watch(part) => {
                taken_in_time(&part, ctx);
                watch::frame(&part)
            }
            Outbound::Unwatched(what) => {
                return self.refuse(Concerning::default(), &watch::not_any_more(what), ctx);
            }
            Outbound::Dismissed => return self.refuse_and_close(&dismissed(), ctx),
            Outbound::ProveAnew(settings) => {
                if live.is_by_one_of(&settings) {
                    self.refuse_and_close(&prove_anew(), ctx);
                }
                return;
            }
            Outbound::GoAway => {
                self.send(server::goaway(), ctx);
                return self.close(error::CLOSE_GOING_AWAY, "goaway", ctx);
            }
        };
        self.send(frame, ctx);
    }

    fn delivered(
        &mut self,
        conversation: ConversationId,
        messages: &[Delivery],
        ctx: &mut Context,
    ) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let count = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        match (
            live.subscriptions.get_mut(&conversation),
            live.client_credit,
        ) {
            // Was on its way when the client unsubscribed.
            (None, _) => return,
            (Some(owed), Some(_)) => *owed = owed.saturating_add(count),
            // A whole window at once is catching up. Taking the next one in this same poll
            // would pile up what the connection has not taken yet; a timer is looked at only
            // when the connection asks for more.
            (Some(_), None) if count >= limits::CREDIT_WINDOW => {
                ctx.run_later(CATCH_UP_PACE, move |session, _| {
                    if let Phase::Live(live) = &mut session.phase
                        && live.subscriptions.contains_key(&conversation)
                    {
                        live.session.taken(conversation, count);
                    }
                });
            }
            // Being here means that the client reads: a frozen one's actor is not polled.
            (Some(_), None) => live.session.taken(conversation, count),
        }
        let mut known = 0;
        let news: Vec<&Delivery> = messages
            .iter()
            .filter(|d| {
                let knows = live.knows(conversation, d.seq);
                known += u32::from(knows);
                !knows
            })
            .collect();
        if live.client_credit.is_some() && known > 0 {
            // A client that grants credit counts what it sees.
            live.session.taken(conversation, known);
            if let Some(owed) = live.subscriptions.get_mut(&conversation) {
                *owed = owed.saturating_sub(known);
            }
        }
        let company = self.state.gateway.company();
        for delivery in news {
            self.send(
                delivery.frame(|m| hot::message(conversation, m, &company)),
                ctx,
            );
        }
    }

    fn answered(&mut self, number: u64, result: Result<Reply, Reject>, ctx: &mut Context) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let Some(pending) = live.pending.remove(&number) else {
            return;
        };
        let Pending {
            from,
            conversation,
            subscribes,
            page: _,
        } = pending;
        if matches!(from, Asked::Frame(_)) {
            live.in_flight -= 1;
        }
        if subscribes
            && result.is_err()
            && let Some(conversation) = conversation
        {
            live.subscriptions.remove(&conversation);
        }
        let viewer = live.viewer;
        match (from, result) {
            (Asked::Frame(Tag::Silent), Ok(_)) => {}
            (Asked::Frame(Tag::Silent), Err(reject)) => self.state.telemetry.refused(reject.code),
            (Asked::Frame(Tag::Client(id)), Ok(Reply::Posted { seq, at, repeated })) => {
                if let (Some(conversation), false) = (conversation, repeated) {
                    live.accepted(conversation, seq);
                }
                self.send(hot::accepted_send(id.as_str(), seq.0, at.0, repeated), ctx);
            }
            (Asked::Frame(tag), Ok(reply)) => {
                if let Reply::Watching(part) = &reply {
                    taken_in_time(part, ctx);
                }
                let company = self.state.gateway.company();
                if let Some(frame) = server::accepted(&tag, conversation, &reply, viewer, &company)
                {
                    self.send(frame, ctx);
                }
            }
            (Asked::Frame(tag), Err(reject)) => {
                self.refuse(Concerning::tag(&tag, conversation), &reject, ctx);
            }
            (Asked::Cursor, Ok(Reply::Subscribed { view })) => {
                self.send(server::conversation(&view, viewer), ctx);
            }
            (Asked::Cursor, Ok(_)) => {}
            (Asked::Cursor, Err(reject)) => {
                self.refuse(
                    Concerning {
                        conversation,
                        ..Concerning::default()
                    },
                    &reject,
                    ctx,
                );
            }
        }
    }
}

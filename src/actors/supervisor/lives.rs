//! How a conversation's actor begins, and what its death leaves to do.

use std::sync::Arc;

use actix::{Actor, Addr, AsyncContext, Context};

use crate::actors::conversation::ConversationActor;
use crate::actors::links::Token;
use crate::actors::post::post;
use crate::actors::registry::{Handle, INTERNAL_REQUEST};
use crate::domain::commit::Write;
use crate::domain::ids::{ConversationId, CustomerId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::engine::conversation::{ConversationMachine, Memory, Origin};
use crate::engine::request::Ask;
use crate::engine::supervisor::{Epoch, Woken};
use crate::store::readers::Readers;
use crate::store::{Loaded, Store};

use super::{LoadFailed, SupervisorActor, ToSupervisor};

impl SupervisorActor {
    pub(super) fn spawn(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        machine: ConversationMachine,
        first: Vec<crate::engine::conversation::Effect>,
        ctx: &Context<Self>,
    ) {
        let (links, me) = (self.links.clone(), ctx.address().downgrade());
        let actor = ConversationActor::start_in_arbiter(self.arbiter(id.0), move |_| {
            ConversationActor::new(machine, first, epoch, links, me)
        });
        self.conversations.insert(id, (epoch, actor));
    }

    /// Reads a conversation for its next life. After a death the read comes behind
    /// everything that the earlier life handed to the writer: two lives must not write
    /// the same position. A life that ended in sleep had nothing on its way; but its timer
    /// row may be moved while it sleeps.
    pub(super) fn load(&mut self, id: ConversationId, epoch: Epoch, ctx: &Context<Self>) {
        let may_be_written = self.died.remove(&id) || self.moving.contains(&id);
        if !may_be_written || self.links.writer.depth() == 0 {
            Self::read(&self.links.readers, id, epoch, ctx.address());
            return;
        }
        let (readers, me) = (self.links.readers.clone(), ctx.address());
        let then = Box::new(move || Self::read(&readers, id, epoch, me));
        self.links.write(Write::Barrier, Token::Then(then));
    }

    fn read(readers: &Readers, id: ConversationId, epoch: Epoch, me: Addr<Self>) {
        let busy = me.clone();
        let job = Box::new(move |store: &Store| {
            let loaded = store
                .load(id)
                .map(|l| l.map(Box::new))
                .map_err(LoadFailed::Store);
            post(&me, ToSupervisor::Loaded(id, epoch, loaded));
        });
        if readers.submit(job).is_err() {
            post(
                &busy,
                ToSupervisor::Loaded(id, epoch, Err(LoadFailed::Busy)),
            );
        }
    }

    pub(super) fn loaded(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        loaded: Result<Option<Box<Loaded>>, LoadFailed>,
        ctx: &mut Context<Self>,
    ) {
        let woken = match loaded {
            Ok(None) => Woken::Missing,
            Ok(Some(loaded)) if loaded.parked.is_some() => Woken::Parked,
            Ok(Some(loaded)) => {
                let machine = ConversationMachine::wake(memory(*loaded));
                let summary = Box::new(machine.summary());
                self.spawn(id, epoch, machine, Vec::new(), ctx);
                Woken::Here(summary)
            }
            Err(LoadFailed::Busy) => Woken::Busy,
            Err(LoadFailed::Store(error)) => {
                tracing::error!(conversation = %id, %error, "a conversation could not be read; it is set aside");
                Woken::Unreadable
            }
        };
        self.with_machine(ctx, |machine, now, out| {
            machine.woken(id, epoch, woken, now, out);
        });
    }

    pub(super) fn look_up(
        &self,
        customer: CustomerId,
        workstream: WorkstreamId,
        ctx: &Context<Self>,
    ) {
        let me = ctx.address();
        let (c, w) = (customer.clone(), workstream.clone());
        let job = Box::new(move |store: &Store| {
            let found = store.current(&c, &w).map_err(|error| {
                tracing::error!(%error, "a customer's conversation could not be looked up");
                Reject::new(
                    Code::Internal,
                    "Your conversation could not be looked up; try again.",
                )
            });
            post(&me, ToSupervisor::LookedUp(c, w, found));
        });
        if self.links.readers.submit(job).is_err() {
            post(
                &ctx.address(),
                ToSupervisor::LookedUp(customer, workstream, Err(Reject::overloaded())),
            );
        }
    }

    pub(super) fn died(
        &mut self,
        conversation: ConversationId,
        epoch: Epoch,
        sessions: &[Arc<Handle>],
        ctx: &mut Context<Self>,
    ) {
        tracing::error!(conversation = %conversation, "the actor of a conversation died; it comes back from the store");
        if self
            .conversations
            .get(&conversation)
            .is_some_and(|(current, _)| *current == epoch)
        {
            self.conversations.remove(&conversation);
        }
        self.died.insert(conversation);
        let routes: Vec<_> = sessions
            .iter()
            .filter_map(|handle| Some((handle.clone(), handle.detach(conversation)?)))
            .collect();
        // Whatever was on its way there is lost, also from those who did not follow it.
        for handle in self.links.registry.all() {
            handle.refuse_in_flight(conversation);
        }
        self.with_machine(ctx, |m, now, out| {
            m.died(conversation, epoch, now, out);
            for (handle, route) in routes {
                let origin = Origin {
                    session: handle.id,
                    request: INTERNAL_REQUEST,
                    trail: handle.trail,
                };
                let ask = Ask::Subscribe {
                    after: route.cursor,
                    credit: route.credit,
                };
                m.ask(
                    conversation,
                    origin,
                    handle.principal.clone(),
                    ask,
                    now,
                    out,
                );
            }
        });
    }
}

fn memory(loaded: Loaded) -> Memory {
    let Loaded {
        conversation,
        recent,
        client_ids,
        client_ids_complete,
        snapshot,
        timer,
        parked: _,
    } = loaded;
    Memory {
        state: conversation,
        recent,
        client_ids,
        client_ids_complete,
        timer,
        snapshot,
    }
}

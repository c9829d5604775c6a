//! Timer rows after a change of the configuration: pages from the store, moves to the writer.

use actix::{AsyncContext, Context};

use crate::actors::links::Token;
use crate::actors::post::post;
use crate::domain::commit::{TimerMove, Write};
use crate::domain::ids::ConversationId;
use crate::engine::supervisor::TimerPage;
use crate::limits;
use crate::store::Store;

use super::{SupervisorActor, ToSupervisor};

impl SupervisorActor {
    /// Behind everything that was handed to the writer: what sleeps by now has then written
    /// its last row.
    pub(super) fn read_late_timers(&self, page: TimerPage, ctx: &Context<Self>) {
        let (me, readers) = (ctx.address(), self.links.readers.clone());
        let company = self.links.company();
        let then = Box::new(move || {
            let number = page.number;
            let answer = me.clone();
            let job = Box::new(move |store: &Store| {
                let admits = |entry: &_| page.concerned.admits(entry);
                let rows = limits::TIMERS_SWEPT_AT_ONCE;
                let late = store.late_timers(page.after, rows, &company, admits);
                if let Err(error) = &late {
                    tracing::error!(%error, "timers could not be read after a change of the configuration; trying again in a second");
                }
                post(&answer, ToSupervisor::TimersRead(number, late.ok()));
            });
            if readers.submit(job).is_err() {
                post(&me, ToSupervisor::TimersRead(number, None));
            }
        });
        self.links.write(Write::Barrier, Token::Then(then));
    }

    pub(super) fn move_timers(
        &mut self,
        moves: Vec<(ConversationId, TimerMove)>,
        ctx: &Context<Self>,
    ) {
        for (conversation, timer) in moves {
            self.moving.insert(conversation);
            let write = Write::Timer {
                conversation,
                timer,
            };
            self.links.write(write, Token::Quiet);
        }
        let me = ctx.address();
        let then = Box::new(move || post(&me, ToSupervisor::TimersMoved));
        self.links.write(Write::Barrier, Token::Then(then));
    }
}

//! A changed configuration: checked against what runs, written with its audit, and only
//! then in force. One change at a time; who comes second sees what the first has done.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use actix::{AsyncContext, Context};
use tokio::sync::oneshot;

use crate::actors::links::Token;
use crate::actors::post::post;
use crate::config::{Edit, EditError, Moves, Plan};
use crate::domain::audit::{Interface, Trail, What};
use crate::domain::commit::Write;
use crate::domain::company::{Company, Role};
use crate::domain::ids::{AgentId, AuthenticationId};
use crate::domain::reject::{Code, Reject};
use crate::engine::outbound::Outbound;
use crate::engine::request::Principal;
use crate::engine::supervisor::Doubtful;
use crate::store::{Store, StoreError};

use super::SupervisorActor;
use super::message::ToSupervisor;

/// Changes that may wait for the one that is under way.
const WAITING_MAX: usize = 64;

/// A change that an admin wants.
pub struct Reconfigure {
    /// Who.
    pub who: AgentId,
    /// Which way they came.
    pub trail: Trail,
    /// The revision that they have seen; `None`: whatever it is.
    pub seen: Option<u64>,
    /// What.
    pub edit: Edit,
    /// Where the conversations of removed queues go.
    pub moves: Moves,
    /// Only say what would happen.
    pub dry_run: bool,
    /// Whom to tell.
    pub answer: oneshot::Sender<Result<Reconfigured, Reject>>,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Reconfigured {
    /// The configuration after it (or as it would be).
    pub company: Arc<Company>,
    /// What changed (or would change); empty: nothing.
    pub plan: Plan,
}

/// Changes on their way.
#[derive(Default)]
pub(super) struct Changes {
    underway: Option<Underway>,
    waiting: VecDeque<Reconfigure>,
}

struct Underway {
    change: Change,
    answer: oneshot::Sender<Result<Reconfigured, Reject>>,
}

/// A change that is worth making.
struct Change {
    who: AgentId,
    trail: Trail,
    dry_run: bool,
    result: Reconfigured,
}

/// What to do with a change that was looked at.
enum Judged {
    /// Nothing is different.
    Same(Reconfigured),
    /// The store has something to say first.
    Doubtful(Change, Doubtful),
    /// It can be made.
    Sound(Change),
}

impl SupervisorActor {
    pub(super) fn reconfigure(&mut self, change: Reconfigure, ctx: &mut Context<Self>) {
        if self.changes.waiting.len() >= WAITING_MAX {
            tell(change.answer, Err(Reject::overloaded()));
            return;
        }
        self.changes.waiting.push_back(change);
        self.next_change(ctx);
    }

    fn next_change(&mut self, ctx: &mut Context<Self>) {
        while self.changes.underway.is_none()
            && let Some(wanted) = self.changes.waiting.pop_front()
        {
            let Reconfigure {
                who,
                trail,
                seen,
                edit,
                moves,
                dry_run,
                answer,
            } = wanted;
            match self.judge((who, trail), seen, edit, &moves, dry_run) {
                Err(reject) => tell(answer, Err(reject)),
                Ok(Judged::Same(result)) => tell(answer, Ok(result)),
                Ok(Judged::Sound(change)) => {
                    self.changes.underway = Some(Underway { change, answer });
                    self.make_change(ctx);
                }
                Ok(Judged::Doubtful(change, doubtful)) => {
                    self.machine.hold_starts(&doubtful);
                    let me = ctx.address();
                    let job = Box::new(move |store: &Store| {
                        post(
                            &me,
                            ToSupervisor::ChangeChecked(objections(store, &doubtful)),
                        );
                    });
                    if self.links.readers.submit(job).is_err() {
                        self.machine.release_starts();
                        tell(answer, Err(Reject::overloaded()));
                    } else {
                        self.changes.underway = Some(Underway { change, answer });
                    }
                }
            }
        }
    }

    fn judge(
        &self,
        (who, trail): (AgentId, Trail),
        seen: Option<u64>,
        edit: Edit,
        moves: &Moves,
        dry_run: bool,
    ) -> Result<Judged, Reject> {
        let current = self.links.company();
        if !current
            .agents
            .get(&who)
            .is_some_and(|a| a.enabled && a.role == Role::Admin)
        {
            return Err(Reject::new(
                Code::Forbidden,
                "You are no longer an admin; ask one.",
            ));
        }
        if seen.is_some_and(|seen| seen != current.revision) {
            return Err(Reject::new(
                Code::Conflict,
                format!(
                    "The configuration is at revision {} by now; read it again and make your change there.",
                    current.revision
                ),
            ));
        }
        let Some(next) = edit.apply(Some(&current), moves).map_err(refusal)? else {
            return Ok(Judged::Same(Reconfigured {
                company: current,
                plan: Plan::default(),
            }));
        };
        if !has_admin(&next) {
            let sentence = "Nobody could change the configuration any more: keep one enabled admin who can sign in.";
            return Err(refusal_of(
                Code::InvalidConfiguration,
                vec![sentence.to_owned()],
            ));
        }
        let objections = self.machine.objections(&next, moves);
        if !objections.is_empty() {
            return Err(refusal_of(Code::InUse, objections));
        }
        let doubtful = Doubtful::between(&current, &next);
        let change = Change {
            who,
            trail,
            dry_run,
            result: Reconfigured {
                plan: Plan::between(Some(&current), &next),
                company: Arc::new(next),
            },
        };
        Ok(if doubtful.is_empty() {
            Judged::Sound(change)
        } else {
            Judged::Doubtful(change, doubtful)
        })
    }

    /// The store has looked.
    pub(super) fn change_checked(
        &mut self,
        found: Result<Vec<String>, StoreError>,
        ctx: &mut Context<Self>,
    ) {
        let refused = match found {
            Ok(objections) if objections.is_empty() => return self.make_change(ctx),
            Ok(objections) => refusal_of(Code::InUse, objections),
            Err(error) => {
                tracing::error!(%error, "the store could not be asked about a change of the configuration");
                Reject::new(
                    Code::Internal,
                    "The store could not be read; nothing was changed, and an operator has been told.",
                )
            }
        };
        self.machine.release_starts();
        if let Some(Underway { answer, .. }) = self.changes.underway.take() {
            tell(answer, Err(refused));
        }
        self.next_change(ctx);
    }

    fn make_change(&mut self, ctx: &mut Context<Self>) {
        let Some(Underway { change, .. }) = &self.changes.underway else {
            return;
        };
        if change.dry_run {
            self.finish_change(ctx);
            return;
        }
        let Reconfigured { company, plan } = &change.result;
        let audit = plan.audit(
            change
                .trail
                .record(self.links.now(), &change.who, What::ConfigChanged),
            Interface::Api,
            company.revision,
        );
        let write = Write::Company {
            company: company.clone(),
            audit: Some(Arc::new(audit)),
        };
        let me = ctx.address();
        let then = Box::new(move || post(&me, ToSupervisor::ChangeWritten));
        self.links.write(write, Token::Then(then));
    }

    /// It is durable: from now on it holds.
    pub(super) fn change_written(&mut self, ctx: &mut Context<Self>) {
        let Some(Underway { change, .. }) = &self.changes.underway else {
            return;
        };
        let (before, company) = (self.links.company(), change.result.company.clone());
        tracing::info!(revision = company.revision, by = %change.who, "the configuration was changed");
        self.links.configure(company.clone());
        self.with_machine(ctx, |m, now, out| m.configure(company.clone(), now, out));
        self.dismiss(&before, &company);
        self.finish_change(ctx);
    }

    fn finish_change(&mut self, ctx: &mut Context<Self>) {
        self.machine.release_starts();
        if let Some(Underway { change, answer }) = self.changes.underway.take() {
            tell(answer, Ok(change.result));
        }
        self.next_change(ctx);
    }

    /// Whoever may not sign in any more as they did is signed out at once, and customers whose
    /// setting was changed or removed prove anew who they are.
    fn dismiss(&self, before: &Company, now: &Company) {
        let changed = |id: &AgentId| {
            let (was, is) = (before.agents.get(id), now.agents.get(id));
            match (was, is) {
                (Some(was), Some(is)) => {
                    !is.enabled || was.role != is.role || was.secret_sha256 != is.secret_sha256
                }
                _ => true,
            }
        };
        self.links.settle_staff();
        let settings = before.authentication.iter();
        let settings: BTreeSet<AuthenticationId> = settings
            .filter(|(id, was)| now.authentication.get(*id) != Some(*was))
            .map(|(id, _)| id.clone())
            .collect();
        let settings = Arc::new(settings);
        for handle in self.links.registry.all() {
            match &handle.principal {
                Principal::Agent { id, .. } if changed(id) => handle.tell(Outbound::Dismissed),
                Principal::Customer(_) if !settings.is_empty() => {
                    handle.tell(Outbound::ProveAnew(settings.clone()));
                }
                _ => {}
            }
        }
    }
}

fn has_admin(company: &Company) -> bool {
    company
        .agents
        .values()
        .any(|a| a.enabled && a.role == Role::Admin && !a.secret_sha256.is_empty())
}

/// What the store has against a change. May take as long as it takes to look at every
/// conversation.
fn objections(store: &Store, doubtful: &Doubtful) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for id in &doubtful.removed {
        if store.parked_by_agents(id)?.is_some() {
            found.push(Doubtful::unclosed(id));
        }
    }
    for id in &doubtful.remoded {
        if store.has_conversations(id)? {
            found.push(Doubtful::mode_is_fixed(id));
        }
    }
    Ok(found)
}

fn refusal(error: EditError) -> Reject {
    match error {
        EditError::NotFound(sentence) => Reject::new(Code::NotFound, sentence),
        EditError::Form(sentence) => Reject::new(Code::InvalidRequest, sentence),
        EditError::Unsound(problems) => refusal_of(
            Code::InvalidConfiguration,
            problems.iter().map(ToString::to_string).collect(),
        ),
        EditError::InUse(problems) => refusal_of(Code::InUse, problems),
    }
}

/// A refusal whose sentence is the first problem.
fn refusal_of(code: Code, problems: Vec<String>) -> Reject {
    let more = problems.len().saturating_sub(1);
    let mut sentence = problems.first().cloned().unwrap_or_default();
    if more > 0 {
        sentence.push_str(&format!(" (And {more} more; see problems.)"));
    }
    Reject::new(code, sentence).because(problems)
}

fn tell(
    answer: oneshot::Sender<Result<Reconfigured, Reject>>,
    result: Result<Reconfigured, Reject>,
) {
    // Whoever asked may have given up; the change holds all the same.
    let _ = answer.send(result);
}

//! Customers who are erased: the reading, the writes, and whoever waits for the end.

use std::collections::HashMap;
use std::sync::Arc;

use actix::{AsyncContext, Context};
use tokio::sync::oneshot;

use crate::actors::links::Token;
use crate::actors::post::post;
use crate::domain::audit::{AuditRecord, What};
use crate::domain::commit::Write;
use crate::domain::erasure::{Erasure, Gone, Remains, Traces};
use crate::domain::ids::{ConversationId, CustomerId};
use crate::domain::reject::Reject;
use crate::engine::supervisor::Erased;
use crate::limits;
use crate::store::{Store, StoreError};

use super::{SupervisorActor, ToSupervisor};

/// A customer who shall be erased.
pub struct BeginErasure {
    /// Who.
    pub customer: CustomerId,
    /// What is asked for.
    pub erasure: Erasure,
    /// Told when it is certain to happen, or why it does not.
    pub begun: oneshot::Sender<Result<(), Reject>>,
    /// Told when it has happened.
    pub over: oneshot::Sender<ErasedOf>,
}

/// What was erased of a customer; `None`: nothing was known of them.
pub(in crate::actors) type ErasedOf = Option<Erased>;

/// Devices and records that are being cleared, page by page.
pub struct Clearing {
    customer: CustomerId,
    erasure: Erasure,
    traces: Traces,
    /// Records that are to be written anew.
    page: Vec<(u64, AuditRecord)>,
}

/// Whoever waits for erasures: by the customer, and then by the pseudonym.
#[derive(Default)]
pub(super) struct Waiting {
    begun: HashMap<CustomerId, Vec<oneshot::Sender<Result<(), Reject>>>>,
    over: HashMap<CustomerId, Vec<oneshot::Sender<ErasedOf>>>,
    erased: HashMap<CustomerId, Erased>,
}

impl Waiting {
    /// Whoever asked may have given up, here and below.
    pub(super) fn rows_erased(
        &mut self,
        customer: &CustomerId,
        pseudonym: Option<CustomerId>,
        erased: Erased,
    ) {
        let waiting = self.over.remove(customer).unwrap_or_default();
        match pseudonym {
            Some(pseudonym) => {
                self.over
                    .entry(pseudonym.clone())
                    .or_default()
                    .extend(waiting);
                self.erased.insert(pseudonym, erased);
            }
            None => waiting.into_iter().for_each(|over| drop(over.send(None))),
        }
    }

    pub(super) fn over(&mut self, pseudonym: &CustomerId) {
        let erased = self.erased.remove(pseudonym);
        for over in self.over.remove(pseudonym).into_iter().flatten() {
            let _ = over.send(erased.clone());
        }
    }
}

impl SupervisorActor {
    pub(super) fn begin_erasure(&mut self, wanted: BeginErasure, ctx: &mut Context<Self>) {
        let BeginErasure {
            customer,
            erasure,
            begun,
            over,
        } = wanted;
        let has_begun = self.machine.is_erasing(&customer);
        let mut refused = None;
        self.with_machine(ctx, |m, _, out| {
            refused = m.begin_erasure(customer.clone(), erasure, out).err();
        });
        if let Some(reject) = refused {
            let _ = begun.send(Err(reject));
            return;
        }
        let under_way = self.mourners.begun.contains_key(&customer);
        if has_begun && !under_way {
            let _ = begun.send(Ok(()));
        } else {
            let begun_of = self.mourners.begun.entry(customer.clone());
            begun_of.or_default().push(begun);
        }
        self.mourners.over.entry(customer).or_default().push(over);
    }

    pub(super) fn write_erasure(
        &self,
        customer: CustomerId,
        erasure: Erasure,
        ctx: &Context<Self>,
    ) {
        let write = Write::Erasure {
            customer: customer.clone(),
            erasure: Some(Arc::new(erasure)),
        };
        self.then(write, ToSupervisor::ErasureBegun(customer), ctx);
    }

    pub(super) fn erasure_begun(&mut self, customer: &CustomerId, ctx: &mut Context<Self>) {
        for begun in self.mourners.begun.remove(customer).into_iter().flatten() {
            let _ = begun.send(Ok(()));
        }
        self.with_machine(ctx, |m, _, out| m.erasure_begun(customer, out));
    }

    pub(super) fn read_doomed(&self, number: u64, customer: CustomerId, ctx: &Context<Self>) {
        let busy = ToSupervisor::DoomedRead(customer.clone(), number, None);
        let read = move |store: &Store| {
            let found = logged(store.doomed(&customer));
            ToSupervisor::DoomedRead(customer, number, found)
        };
        self.read_behind(read, busy, ctx);
    }

    pub(super) fn erase_thread(
        &mut self,
        customer: CustomerId,
        id: ConversationId,
        ctx: &Context<Self>,
    ) {
        self.died.remove(&id);
        self.moving.remove(&id);
        self.conversations.remove(&id);
        // What was on its way to its actor when it ended is refused like what comes now.
        for handle in self.links.registry.all() {
            handle.refuse_in_flight(id);
        }
        let read = move |store: &Store| match logged(store.remains(&customer, id)) {
            Some(remains) => ToSupervisor::RemainsRead(Box::new(remains)),
            None => ToSupervisor::ThreadErased(id, false),
        };
        self.read_behind(read, ToSupervisor::ThreadErased(id, false), ctx);
    }

    pub(super) fn write_erase(&self, remains: Remains, ctx: &Context<Self>) {
        let id = remains.id;
        let write = Write::Erase(Arc::new(remains));
        self.then(write, ToSupervisor::ThreadErased(id, true), ctx);
    }

    pub(super) fn thread_erased(
        &mut self,
        id: ConversationId,
        done: bool,
        ctx: &mut Context<Self>,
    ) {
        self.with_machine(ctx, |m, _, out| m.thread_erased(id, done, out));
    }

    pub(super) fn erase_traces(&self, customer: CustomerId, erasure: Erasure, ctx: &Context<Self>) {
        let clearing = Clearing {
            customer,
            erasure,
            traces: Traces::default(),
            page: Vec::new(),
        };
        self.read_traces(clearing, ctx);
    }

    fn read_traces(&self, mut clearing: Clearing, ctx: &Context<Self>) {
        let failed = ToSupervisor::TracesErased(clearing.customer.clone(), None);
        let read = move |store: &Store| {
            let Clearing {
                customer, erasure, ..
            } = &clearing;
            let devices = logged(store.devices_of(customer));
            let page = devices.as_ref().and_then(|devices| {
                let gone = Gone {
                    customer,
                    devices,
                    pseudonym: &erasure.pseudonym,
                };
                logged(store.audit_naming(&gone, limits::JOURNAL_PAGE))
            });
            match (page, devices) {
                (Some(page), Some(devices)) => {
                    clearing.page = page;
                    clearing.traces.devices = devices;
                    ToSupervisor::TracesRead(Box::new(clearing))
                }
                _ => ToSupervisor::TracesErased(clearing.customer, None),
            }
        };
        self.read_behind(read, failed, ctx);
    }

    /// One page of the audit after the other; behind the last of them, everything else that
    /// names the customer goes in one write.
    pub(super) fn clear_traces(&self, mut clearing: Clearing, ctx: &Context<Self>) {
        let page = std::mem::take(&mut clearing.page);
        if !page.is_empty() {
            clearing.traces.records += page.len() as u64;
            let anew = page.into_iter().map(|(seq, record)| Write::AuditAnew {
                seq,
                record: Arc::new(record),
            });
            self.links.write(Write::All(anew.collect()), Token::Quiet);
            self.read_traces(clearing, ctx);
            return;
        }
        let Clearing {
            customer,
            mut erasure,
            traces,
            ..
        } = clearing;
        let erased = Erased {
            conversations: erasure.conversations().len(),
            traces,
        };
        let mut writes = vec![Write::Erasure {
            customer: customer.clone(),
            erasure: None,
        }];
        if !erased.is_nothing() {
            let devices = erased.traces.devices.iter();
            writes.extend(devices.map(|id| Write::NoDevice(*id)));
            let pseudonym = erasure.pseudonym.clone();
            let now = self.links.now();
            let record = AuditRecord::new(now, erasure.who.clone(), erasure.from, What::Erased)
                .about(&pseudonym)
                .with("conversations", erased.conversations)
                .with("devices", erased.traces.devices.len());
            tracing::info!(customer = %pseudonym, conversations = erased.conversations, "a customer was erased; files are being written anew");
            writes.push(Write::Audit(Arc::new(record)));
            erasure.go_on_to_bytes();
            writes.push(Write::Erasure {
                customer: pseudonym,
                erasure: Some(Arc::new(erasure)),
            });
        }
        let done = ToSupervisor::TracesErased(customer, Some(Box::new(erased)));
        self.then(Write::All(writes), done, ctx);
    }

    pub(super) fn erase_bytes(
        &self,
        pseudonym: CustomerId,
        conversations: Vec<ConversationId>,
        ctx: &Context<Self>,
    ) {
        let (me, busy) = (ctx.address(), pseudonym.clone());
        let answer = me.clone();
        let job = Box::new(move |store: &Store| {
            let done = logged(store.forget_deleted(&conversations)).is_some();
            post(&answer, ToSupervisor::BytesErased(pseudonym, done));
        });
        if self.links.readers.submit_long(job).is_err() {
            post(&me, ToSupervisor::BytesErased(busy, false));
        }
    }

    pub(super) fn end_erasure(&self, pseudonym: CustomerId, ctx: &Context<Self>) {
        let write = Write::Erasure {
            customer: pseudonym.clone(),
            erasure: None,
        };
        self.then(write, ToSupervisor::ErasureOver(pseudonym), ctx);
    }

    /// Writes, and tells the supervisor when it is durable.
    fn then(&self, write: Write, done: ToSupervisor, ctx: &Context<Self>) {
        let me = ctx.address();
        self.links
            .write(write, Token::Then(Box::new(move || post(&me, done))));
    }

    /// Reads behind everything that was handed to the writer before, and tells the supervisor
    /// what was found, or that nobody had time to look.
    fn read_behind(
        &self,
        read: impl FnOnce(&Store) -> ToSupervisor + Send + 'static,
        busy: ToSupervisor,
        ctx: &Context<Self>,
    ) {
        let (me, readers) = (ctx.address(), self.links.readers.clone());
        let then = Box::new(move || {
            let answer = me.clone();
            let job = Box::new(move |store: &Store| post(&answer, read(store)));
            if readers.submit(job).is_err() {
                post(&me, busy);
            }
        });
        self.links.write(Write::Barrier, Token::Then(then));
    }
}

fn logged<T>(found: Result<T, StoreError>) -> Option<T> {
    found
        .inspect_err(|error| {
            tracing::error!(%error, "the erasure of a customer cannot go on; trying again in a second");
        })
        .ok()
}

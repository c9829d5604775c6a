//! Links from devices to the customers that they turned out to be: the writes, the reading,
//! and whoever waits for the end.

use std::collections::HashMap;
use std::sync::Arc;

use actix::{AsyncContext, Context};
use tokio::sync::oneshot;

use crate::actors::links::Token;
use crate::actors::post::post;
use crate::domain::affair::Affair;
use crate::domain::commit::Write;
use crate::domain::device::{Device, DeviceId};
use crate::domain::ids::CustomerId;
use crate::domain::reject::Reject;
use crate::engine::outbound::Outbound;
use crate::engine::request::Principal;
use crate::engine::supervisor::{LinkDone, LinkFound};
use crate::store::Store;

use super::{SupervisorActor, ToSupervisor};

/// A device that shall be linked.
pub struct BeginLink {
    /// The customer that it is.
    pub customer: CustomerId,
    /// What is asked for.
    pub affair: Affair,
    /// Its row, ended.
    pub device: Device,
    /// Told when it is certain to happen, or why it does not.
    pub begun: oneshot::Sender<Result<(), Reject>>,
    /// Told when it has happened.
    pub over: oneshot::Sender<()>,
}

/// Whoever waits for links.
#[derive(Default)]
pub(super) struct LinkWaiters {
    begun: HashMap<CustomerId, oneshot::Sender<Result<(), Reject>>>,
    over: HashMap<CustomerId, Vec<oneshot::Sender<()>>>,
}

impl SupervisorActor {
    pub(super) fn begin_link(&mut self, wanted: BeginLink, ctx: &mut Context<Self>) {
        let BeginLink {
            customer,
            affair,
            device,
            begun,
            over,
        } = wanted;
        let mut refused = None;
        self.with_machine(ctx, |m, _, out| {
            refused = m.begin_link(customer.clone(), affair, device, out).err();
        });
        if let Some(reject) = refused {
            // Whoever asked may have given up, here and below.
            let _ = begun.send(Err(reject));
            return;
        }
        self.waiters.begun.insert(customer.clone(), begun);
        self.waiters.over.entry(customer).or_default().push(over);
    }

    /// Somebody asks for a link that has begun.
    pub(super) fn await_link(&mut self, customer: CustomerId, over: oneshot::Sender<()>) {
        if self.machine.is_linking(&customer) {
            self.waiters.over.entry(customer).or_default().push(over);
        } else {
            let _ = over.send(());
        }
    }

    pub(super) fn write_link(
        &self,
        customer: CustomerId,
        affair: Affair,
        device: Device,
        ctx: &Context<Self>,
    ) {
        let affair = Write::Affair {
            customer: customer.clone(),
            affair: Some(Arc::new(affair)),
        };
        let device = DeviceId::of(&customer).map(|id| Write::Device {
            id,
            device: Arc::new(device),
        });
        let me = ctx.address();
        let then = Box::new(move || post(&me, ToSupervisor::LinkBegun(customer)));
        let writes = device.into_iter().chain([affair]).collect();
        self.links.write(Write::All(writes), Token::Then(then));
    }

    pub(super) fn link_begun(&mut self, customer: &CustomerId, ctx: &mut Context<Self>) {
        if let Some(begun) = self.waiters.begun.remove(customer) {
            let _ = begun.send(Ok(()));
        }
        self.with_machine(ctx, |m, _, out| m.link_begun(customer, out));
    }

    pub(super) fn read_link(
        &self,
        number: u64,
        device: CustomerId,
        into: CustomerId,
        ctx: &Context<Self>,
    ) {
        let (me, readers) = (ctx.address(), self.links.readers.clone());
        let then = Box::new(move || {
            let (answer, busy) = (me.clone(), device.clone());
            let job = Box::new(move |store: &Store| {
                let row = DeviceId::of(&device).map_or(Ok(None), |id| store.device(id));
                let found = row.and_then(|row| Ok((row, store.meetings(&device, &into)?)));
                if let Err(error) = &found {
                    tracing::error!(%error, %device, "what a link moves could not be read; trying again in a second");
                }
                let found = found
                    .ok()
                    .map(|(device, meetings)| LinkFound { device, meetings });
                post(&answer, ToSupervisor::LinkRead(device, number, found));
            });
            if readers.submit(job).is_err() {
                post(&me, ToSupervisor::LinkRead(busy, number, None));
            }
        });
        self.links.write(Write::Barrier, Token::Then(then));
    }

    pub(super) fn end_link(&self, customer: CustomerId, done: LinkDone, ctx: &Context<Self>) {
        tracing::info!(device = %customer, customer = %done.affair.link().into, conversations = done.moved, "a device was linked to its customer");
        let write = done.write(&customer, self.links.now());
        let me = ctx.address();
        let then = Box::new(move || post(&me, ToSupervisor::LinkOver(customer)));
        self.links.write(write, Token::Then(then));
    }

    pub(super) fn tell_link_over(&mut self, customer: &CustomerId) {
        for over in self.waiters.over.remove(customer).into_iter().flatten() {
            let _ = over.send(());
        }
    }

    pub(super) fn dismiss_customer(&self, customer: CustomerId) {
        let who = Principal::Customer(customer);
        for handle in self.links.registry.all() {
            if handle.principal == who {
                handle.tell(Outbound::Dismissed);
            }
        }
    }
}

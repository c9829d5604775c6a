//! A link from a device to the customer that it turned out to be, while everything runs.
//!
//! ```text
//! begin --BeginLink--> written --> starts that were under way are awaited
//!   --ReadLink--> steps, one after the other, each durable before the next --EndLink--> over
//! ```
//!
//! Nothing is started for either of the two meanwhile, so nobody can have two conversations
//! in a workstream, and what was read stays true but for what ends by itself. A step is done
//! when the conversation says so; one whose actor dies is asked again, one that is set aside
//! meanwhile stays behind, and then everything is looked at once more. What is durable of it
//! is enough to go on after a crash: `begin` again, from the row.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::affair::{Affair, Link};
use crate::domain::audit::{AuditRecord, What};
use crate::domain::command::Command;
use crate::domain::commit::Write;
use crate::domain::conversation::{LinkStep, Meeting, State};
use crate::domain::device::{Device, DeviceEnd, DeviceId};
use crate::domain::ids::{ConversationId, CustomerId, WorkstreamId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::summary::Summary;

use super::slots::Slot;
use super::starts::StartSlot;
use super::{Effect, Supervisor};

/// A request of a device that was linked may come so many looks at the clock later: far longer
/// than any request is on its way, or a socket stays that has been closed.
const OVER_FOR: u32 = 600;

/// What the store says about a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFound {
    /// The device.
    pub device: Option<Device>,
    /// Its conversations and those that they meet, by workstream.
    pub meetings: BTreeMap<WorkstreamId, Meeting>,
}

/// A link that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDone {
    /// What had begun.
    pub affair: Affair,
    /// The device, as it is kept.
    pub device: Option<Device>,
    /// So many conversations went to the customer.
    pub moved: u64,
    /// These were set aside and stay with the device.
    pub behind: BTreeSet<ConversationId>,
}

impl LinkDone {
    /// Its last write: what the device says from now on, what stands in the audit, and that
    /// nothing is under way any more.
    #[must_use]
    pub fn write(self, customer: &CustomerId, now: Timestamp) -> Write {
        let Self {
            affair,
            device,
            moved,
            behind,
        } = self;
        let link = affair.link();
        let mut record = AuditRecord::new(now, affair.who.clone(), affair.from, What::DeviceLinked)
            .with("customer", &link.into)
            .with("conversations", moved);
        if !behind.is_empty() {
            let ids: Vec<String> = behind.iter().map(ToString::to_string).collect();
            record = record.with("left_behind", ids.join(" "));
        }
        let mut writes = Vec::new();
        if let Some(id) = DeviceId::of(customer) {
            record = record.about(id);
            if let Some(mut device) = device {
                if let Some(DeviceEnd::Linked { conversations, .. }) = &mut device.end {
                    *conversations = moved;
                }
                let device = Arc::new(device);
                writes.push(Write::Device { id, device });
            }
        }
        writes.push(Write::Audit(Arc::new(record)));
        writes.push(Write::Affair {
            customer: customer.clone(),
            affair: None,
        });
        Write::All(writes)
    }
}

/// Links under way, by the device that is a customer.
#[derive(Debug, Default)]
pub(super) struct Links {
    running: BTreeMap<CustomerId, Running>,
    /// Devices that are no customers any more, for what was on its way from them; for so many
    /// looks at the clock yet.
    over: HashMap<CustomerId, u32>,
    reads: u64,
}

#[derive(Debug)]
struct Running {
    affair: Affair,
    stands: Stands,
    behind: BTreeSet<ConversationId>,
    device: Option<Device>,
}

#[derive(Debug)]
enum Stands {
    /// Its row is being written.
    Writes,
    /// Something is being started for one of the two.
    Awaits,
    /// The store is being asked, under this number.
    Reads(u64),
    /// The store could not say; again at the next tick.
    Pauses,
    /// Steps that are left; the first has been asked for.
    Steps {
        left: VecDeque<LinkStep>,
        asked: bool,
    },
    /// Its last write is on its way.
    Ends,
}

/// One of the customers has something under way that nothing may be started in.
pub(super) fn held() -> Reject {
    Reject::new(
        Code::Unavailable,
        "Your conversations are just being brought together; nothing was started. Try again in a moment.",
    )
    .after(Millis::seconds(1))
}

fn ended() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "Whoever had this device has signed in; sign in as well to go on.",
    )
}

impl Links {
    /// Why nothing is started for a customer.
    pub(super) fn refusal(&self, customer: &CustomerId) -> Option<Reject> {
        if self.over.contains_key(customer) {
            return Some(ended());
        }
        self.concerns(customer).then(held)
    }

    pub(super) fn concerns(&self, customer: &CustomerId) -> bool {
        let mut running = self.running.iter();
        running.any(|(device, r)| device == customer || r.affair.link().into == *customer)
    }
}

impl Supervisor {
    /// Begins a link: its row is written, together with the end of the device.
    ///
    /// # Errors
    /// `unavailable` while another link of one of the two is under way.
    pub fn begin_link(
        &mut self,
        device: CustomerId,
        affair: Affair,
        row: Device,
        out: &mut Vec<Effect>,
    ) -> Result<(), Reject> {
        let into = &affair.link().into;
        let busy = self.links.concerns(&device) || self.links.concerns(into);
        let erases = self.erasures.concerns(&device) || self.erasures.concerns(into);
        if busy || erases || self.links.over.contains_key(&device) {
            return Err(held());
        }
        out.push(Effect::BeginLink {
            customer: device.clone(),
            affair: Box::new(affair.clone()),
            device: Box::new(row),
        });
        self.run_link(device, affair, Stands::Writes);
        Ok(())
    }

    /// A link that was not over when the server stopped.
    pub fn resume_link(&mut self, device: CustomerId, affair: Affair) {
        self.run_link(device, affair, Stands::Awaits);
    }

    fn run_link(&mut self, device: CustomerId, affair: Affair, stands: Stands) {
        let running = Running {
            affair,
            stands,
            behind: BTreeSet::new(),
            device: None,
        };
        self.links.running.insert(device, running);
    }

    /// Whether a link of this device is under way.
    #[must_use]
    pub fn is_linking(&self, device: &CustomerId) -> bool {
        self.links.running.contains_key(device)
    }

    /// Its row is durable.
    pub fn link_begun(&mut self, device: &CustomerId, out: &mut Vec<Effect>) {
        if let Some(running) = self.links.running.get_mut(device)
            && matches!(running.stands, Stands::Writes)
        {
            running.stands = Stands::Awaits;
            out.push(Effect::DismissCustomer(device.clone()));
        }
        self.links_go_on(out);
    }

    /// The store has looked; `None`: it could not.
    pub fn link_read(
        &mut self,
        device: &CustomerId,
        number: u64,
        found: Option<LinkFound>,
        out: &mut Vec<Effect>,
    ) {
        let Some(running) = self.links.running.get_mut(device) else {
            return;
        };
        if !matches!(running.stands, Stands::Reads(n) if n == number) {
            return;
        }
        let Some(found) = found else {
            running.stands = Stands::Pauses;
            return;
        };
        let threads = found.meetings.values().flat_map(|m| &m.threads);
        running.behind = threads
            .clone()
            .filter(|t| t.set_aside)
            .map(|t| t.id)
            .collect();
        let count = u64::try_from(threads.count()).unwrap_or(u64::MAX);
        running.device = found.device;
        let link = running.affair.link_mut();
        if link.of.is_none() {
            // In front of the first step: what was there is known whenever it goes on.
            link.of = Some(count);
            out.push(Effect::KeepAffair(
                device.clone(),
                Box::new(running.affair.clone()),
            ));
        }
        let left = found.meetings.values().flat_map(Meeting::steps).collect();
        running.stands = Stands::Steps { left, asked: false };
        self.links_go_on(out);
    }

    /// Its last write is durable.
    pub fn link_over(&mut self, device: &CustomerId, out: &mut Vec<Effect>) {
        if self.links.running.remove(device).is_some() {
            self.links.over.insert(device.clone(), OVER_FOR);
            out.push(Effect::LinkOver(device.clone()));
        }
    }

    /// A look at the clock: the store may be asked again, and nothing is on its way any more
    /// from devices that were linked long ago.
    pub(super) fn links_try_again(&mut self, out: &mut Vec<Effect>) {
        self.links.over.retain(|_, looks| {
            *looks = looks.saturating_sub(1);
            *looks > 0
        });
        for running in self.links.running.values_mut() {
            if matches!(running.stands, Stands::Pauses) {
                running.stands = Stands::Awaits;
            }
        }
        self.links_go_on(out);
    }

    /// The actor of a conversation is gone, and what it was asked with it.
    pub(super) fn links_lose(&mut self, conversation: ConversationId) {
        for running in self.links.running.values_mut() {
            if let Stands::Steps { left, asked } = &mut running.stands
                && left
                    .front()
                    .is_some_and(|s| s.conversation() == conversation)
            {
                *asked = false;
            }
        }
    }

    /// There is no such conversation (any more).
    pub(super) fn links_miss(&mut self, conversation: ConversationId) {
        for running in self.links.running.values_mut() {
            if let Stands::Steps { left, .. } = &running.stands
                && left
                    .front()
                    .is_some_and(|s| s.conversation() == conversation)
            {
                running.stands = Stands::Pauses;
            }
        }
    }

    /// Something has changed that a link may have waited for.
    pub(super) fn links_go_on(&mut self, out: &mut Vec<Effect>) {
        if self.links.running.is_empty() {
            return;
        }
        let devices: Vec<CustomerId> = self.links.running.keys().cloned().collect();
        for device in devices {
            while self.link_goes_on(&device, out) {}
        }
    }

    /// One step further; false if it has to wait.
    fn link_goes_on(&mut self, device: &CustomerId, out: &mut Vec<Effect>) -> bool {
        let Some(running) = self.links.running.get(device) else {
            return false;
        };
        let Link { into, .. } = running.affair.link();
        match &running.stands {
            Stands::Writes | Stands::Reads(_) | Stands::Pauses | Stands::Ends => false,
            Stands::Awaits => {
                if self.is_being_started(device) || self.is_being_started(into) {
                    return false;
                }
                let into = into.clone();
                self.links.reads += 1;
                let number = self.links.reads;
                out.push(Effect::ReadLink {
                    number,
                    device: device.clone(),
                    into,
                });
                self.link_stands(device, Stands::Reads(number));
                false
            }
            Stands::Steps { left, asked } => {
                let Some(step) = left.front().copied() else {
                    self.end_link(device, out);
                    return false;
                };
                let id = step.conversation();
                if self.parked.contains(&id) {
                    // What it leaves behind and what it meets are other than was read.
                    self.link_stands(device, Stands::Awaits);
                    return true;
                }
                // Also of one that is falling asleep: it says so last.
                let known = match self.slots.get(&id) {
                    Some(Slot::Awake { summary, .. } | Slot::Draining { summary, .. }) => {
                        summary.as_deref()
                    }
                    Some(Slot::Waking { .. }) | None => None,
                };
                if known.is_some_and(|s| is_done(&step, s, into)) {
                    if let Some(Running {
                        stands: Stands::Steps { left, asked },
                        ..
                    }) = self.links.running.get_mut(device)
                    {
                        left.pop_front();
                        *asked = false;
                    }
                    return true;
                }
                if !*asked {
                    let command = command_of(step, device, into);
                    if let Some(Running {
                        stands: Stands::Steps { asked, .. },
                        ..
                    }) = self.links.running.get_mut(device)
                    {
                        *asked = true;
                    }
                    self.act(id, command, out);
                }
                false
            }
        }
    }

    fn link_stands(&mut self, device: &CustomerId, stands: Stands) {
        if let Some(running) = self.links.running.get_mut(device) {
            running.stands = stands;
        }
    }

    /// All are where they belong: starts are looked up anew from now on.
    fn end_link(&mut self, device: &CustomerId, out: &mut Vec<Effect>) {
        let Some(running) = self.links.running.get_mut(device) else {
            return;
        };
        running.stands = Stands::Ends;
        let link = running.affair.link();
        let behind = u64::try_from(running.behind.len()).unwrap_or(u64::MAX);
        let done = LinkDone {
            moved: link.of.unwrap_or(0).saturating_sub(behind),
            affair: running.affair.clone(),
            device: running.device.take(),
            behind: std::mem::take(&mut running.behind),
        };
        let into = link.into.clone();
        self.starts.retain(|(customer, _), slot| {
            let theirs = customer == device || *customer == into;
            !(theirs && matches!(slot, StartSlot::Known(_)))
        });
        out.push(Effect::EndLink {
            customer: device.clone(),
            done: Box::new(done),
        });
    }

    /// Whether a conversation of this customer is being looked up or has begun and is not
    /// durable yet.
    pub(super) fn is_being_started(&self, customer: &CustomerId) -> bool {
        let mut theirs = self.starts.iter().filter(|((c, _), _)| c == customer);
        theirs.any(|(_, slot)| match slot {
            StartSlot::LookingUp(_) => true,
            StartSlot::Known(id) => match self.slots.get(id) {
                Some(Slot::Awake { summary, .. }) => summary.is_none(),
                // It may have died before anything of it was durable.
                Some(Slot::Waking { .. }) => true,
                Some(Slot::Draining { .. }) | None => false,
            },
        })
    }
}

fn is_done(step: &LinkStep, now: &Summary, into: &CustomerId) -> bool {
    match step {
        LinkStep::Merge(_) => matches!(now.state(), State::WrapUp | State::Closed),
        LinkStep::Move { .. } => now.view.customer == *into,
    }
}

fn command_of(step: LinkStep, device: &CustomerId, into: &CustomerId) -> Command {
    match step {
        LinkStep::Merge(_) => Command::Merge,
        LinkStep::Move {
            current, former, ..
        } => Command::Link {
            was: device.clone(),
            customer: into.clone(),
            current,
            former,
        },
    }
}

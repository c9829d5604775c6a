//! Customers who are known by their device until they say who they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use linger::domain::affair::{Affair, AffairKind, Link};
use linger::domain::audit::Who;
use linger::domain::commit::Write;
use linger::domain::conversation::{Meeting, Thread};
use linger::domain::device::{Device, DeviceEnd, DeviceId};
use linger::domain::ids::{CustomerId, WidgetId};
use linger::engine::request::Principal;
use linger::engine::supervisor::{LinkDone, LinkFound};
use rand::Rng;

use crate::disk::Read;
use crate::scenario::customer;
use crate::store::{Store, is_unended};
use crate::world::{World, note};

/// Whom a device turns out to be: those who have tabs of their own.
const PEOPLE: [&str; 3] = ["ada", "bob", "eve"];

impl Store {
    fn meetings(&self, device: &CustomerId, into: &CustomerId) -> LinkFound {
        let thread = |id| {
            let stored = &self.conversations[&id];
            Thread::of(&stored.state, stored.parked)
        };
        let mut meetings = BTreeMap::new();
        let theirs = self.conversations.values().map(|s| &s.state);
        for state in theirs.filter(|s| s.customer == *device) {
            let workstream = &state.workstream;
            let meeting = meetings.entry(workstream.clone()).or_insert_with(|| {
                let own = self.newest_of(into, workstream);
                Meeting {
                    threads: Vec::new(),
                    current: self.newest_of(device, workstream),
                    own: own.map(thread),
                }
            });
            meeting.threads.push(thread(state.id));
        }
        LinkFound {
            device: self.devices.get(device).map(|d| Device::clone(d)),
            meetings,
        }
    }

    /// The indexes of both are right after every step of a link.
    pub(crate) fn check_owner(&self, who: &CustomerId) {
        let mut by_workstream: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let theirs = self.conversations.values().map(|s| &s.state);
        for state in theirs.filter(|s| s.customer == *who) {
            let all = by_workstream.entry(state.workstream.clone()).or_default();
            all.push(state);
        }
        for (workstream, all) in by_workstream {
            let newest = self.newest_of(who, &workstream);
            assert!(
                all.iter().any(|s| Some(s.id) == newest),
                "starts of {who} in {workstream} go to one of theirs, not {newest:?}"
            );
            for state in all.iter().filter(|s| is_unended(s.state)) {
                assert_eq!(Some(state.id), newest, "starts of {who} in {workstream}");
            }
        }
    }
}

impl World {
    /// Somebody at a device says who they are.
    pub(crate) fn link_one(&mut self) {
        let unproven: Vec<CustomerId> = self
            .devices
            .iter()
            .filter_map(|d| match &d.who {
                Principal::Customer(who) if who.is_device() => Some(who.clone()),
                _ => None,
            })
            .filter(|who| self.linked_to(who).is_none() && !self.supervisor.is_linking(who))
            .collect();
        if unproven.is_empty() {
            return;
        }
        let device = unproven[self.rng.random_range(0..unproven.len())].clone();
        let into = customer(PEOPLE[self.rng.random_range(0..PEOPLE.len())]);
        note!(self, "{} {device} turns out to be {into}", self.now.0);
        let affair = Affair {
            kind: AffairKind::Link(Link {
                into: into.clone(),
                of: None,
            }),
            at: self.now,
            who: Who::Customer(into.clone()),
            from: None,
        };
        let widget = WidgetId::parse("shop").expect("valid");
        let mut row = Device::new(widget, String::new(), self.now);
        row.end = Some(DeviceEnd::Linked {
            customer: into,
            at: self.now,
            conversations: 0,
        });
        let mut refused = false;
        self.supervise(|s, _, out| {
            refused = s.begin_link(device, affair, row, out).is_err();
        });
        if refused {
            self.ways.insert("way link had to wait for another");
        }
    }

    /// Who a device has turned out to be, as far as is durable.
    pub(crate) fn linked_to(&self, device: &CustomerId) -> Option<CustomerId> {
        match &self.store.devices.get(device)?.end {
            Some(DeviceEnd::Linked { customer, .. }) => Some(customer.clone()),
            _ => None,
        }
    }

    pub(crate) fn begin_link(&mut self, device: CustomerId, affair: Affair, row: Device) {
        let id = DeviceId::of(&device).expect("a device");
        let row = Write::Device {
            id,
            device: Arc::new(row),
        };
        let affair = Write::Affair {
            customer: device.clone(),
            affair: Some(Arc::new(affair)),
        };
        self.submit(Write::All(vec![row, affair]), None);
        self.read(Read::LinkBegun(device));
    }

    pub(crate) fn read_link(&mut self, number: u64, device: CustomerId, into: &CustomerId) {
        let busy = !self.calm && self.rng.random_bool(0.2);
        if busy {
            self.ways.insert("fault link not read");
        }
        let found = (!busy).then(|| self.store.meetings(&device, into));
        self.read(Read::LinkFound(device, number, found));
    }

    pub(crate) fn end_link(&mut self, device: CustomerId, done: LinkDone) {
        if !done.behind.is_empty() {
            self.ways.insert("way link left one behind");
        }
        let write = done.write(&device, self.now);
        self.submit(write, None);
        self.read(Read::LinkOver(device));
    }

    /// The connections of a customer are closed, some of them late; who they are they know when
    /// they come back.
    pub(crate) fn dismiss(&mut self, who: &CustomerId) {
        if self.rng.random_bool(0.5) {
            return;
        }
        let who = Principal::Customer(who.clone());
        for device in 0..self.devices.len() {
            if self.devices[device].who == who {
                self.disconnect(device);
            }
        }
    }

    /// Whoever sits at a device comes back as who they are; or signs out, and is a new device.
    pub(crate) fn who_comes(&mut self, device: usize) {
        let Principal::Customer(who) = self.devices[device].who.clone() else {
            return;
        };
        if let Some(into) = self.linked_to(&who) {
            self.devices[device].who = Principal::Customer(into);
        } else if self.devices[device].roams && !who.is_device() && self.rng.random_bool(0.3) {
            self.next_device += 1;
            let id = DeviceId(u128::from(self.next_device).to_be_bytes());
            let d = &mut self.devices[device];
            d.who = Principal::Customer(id.customer());
            d.follows.clear();
            d.outbox.clear();
            d.sent.clear();
        }
    }

    /// With everything at rest, every link is over, and nothing is left behind but what an
    /// operator has to look at.
    pub(crate) fn check_links(&self) {
        assert!(
            self.store.affairs.is_empty(),
            "a link is never over: {:?}",
            self.store.affairs
        );
        for stored in self.store.conversations.values() {
            let customer = &stored.state.customer;
            assert!(
                stored.parked || self.linked_to(customer).is_none(),
                "{} is still of {customer}",
                stored.state.id
            );
            self.store.check_owner(customer);
        }
    }
}

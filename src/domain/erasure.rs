//! Erasing a customer: everything that is known of them goes, and nobody can tell from what
//! is left who they were.
//!
//! It takes many writes. Its row is written first and goes last, so a server that stops in
//! between goes on from it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::audit::{AuditRecord, Object, Who};
use super::device::DeviceId;
use super::ids::{AgentId, ConversationId, CustomerId, WorkstreamId};
use super::time::Timestamp;

/// An erasure that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Since when.
    pub at: Timestamp,
    /// Who asked.
    pub who: Who,
    /// From which address.
    pub from: Option<IpAddr>,
    /// What stands in the audit instead of the customer's id.
    pub pseudonym: CustomerId,
    /// How far it has come.
    pub stage: Stage,
}

/// How far an erasure has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The row is the customer's; these conversations, devices and the audit are being cleared.
    /// A conversation is named here before it goes: files may hold it after that.
    Rows(Vec<ConversationId>),
    /// No row names the customer any more, this one's neither: it stands under the pseudonym.
    /// The files may still hold what the rows had been, around these conversations.
    Bytes(Vec<ConversationId>),
}

/// What is known of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Conversations, closed ones included.
    pub conversations: usize,
    /// Devices that they are, or were before they signed in.
    pub devices: Vec<DeviceId>,
    /// The audit names them.
    pub in_audit: bool,
    /// They are being erased.
    pub erasing: bool,
}

/// A conversation that has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doomed {
    /// Which.
    pub id: ConversationId,
    /// It is set aside for an operator, or does not read: nobody closes it first.
    pub set_aside: bool,
}

impl Erasure {
    /// The conversations that go with it, as far as it has come.
    #[must_use]
    pub fn conversations(&self) -> &[ConversationId] {
        match &self.stage {
            Stage::Rows(ids) | Stage::Bytes(ids) => ids,
        }
    }

    /// No row names the customer any more.
    pub fn go_on_to_bytes(&mut self) {
        self.stage = Stage::Bytes(self.conversations().to_vec());
    }
}

/// The rows of a conversation that nobody can find from its id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// Which conversation.
    pub id: ConversationId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Workstreams in which the customer's starts go to it.
    pub current: Vec<WorkstreamId>,
    /// Its timer row.
    pub timer: Option<Timestamp>,
    /// Agents in whose lists of waiting conversations it is.
    pub waiting: Vec<AgentId>,
}

/// What an erasure has found beside conversations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// Devices that the customer is, or was before they signed in.
    pub devices: Vec<DeviceId>,
    /// Records of the audit that named them.
    pub records: u64,
}

/// Whose name leaves the audit.
#[derive(Debug, Clone, Copy)]
pub struct Gone<'a> {
    /// Who.
    pub customer: &'a CustomerId,
    /// Devices that they are, or were before they signed in.
    pub devices: &'a [DeviceId],
    /// What stands there instead.
    pub pseudonym: &'a CustomerId,
}

impl AuditRecord {
    /// The same without a customer's id, the address that they came from and their devices;
    /// `None` if it does not name them. It is the only change that a record ever sees.
    #[must_use]
    pub fn without(&self, gone: &Gone<'_>) -> Option<Self> {
        let Gone {
            customer,
            devices,
            pseudonym,
        } = gone;
        let mut record = self.clone();
        let customers: Vec<CustomerId> = devices.iter().map(DeviceId::customer).collect();
        let is_theirs = |id: &CustomerId| id == *customer || customers.contains(id);
        if matches!(&record.who, Who::Customer(id) if is_theirs(id)) {
            record.who = Who::Customer((*pseudonym).clone());
            record.from = None;
        }
        if let Some(object) = &mut record.object {
            let of_devices = devices.iter().map(|id| Object::from(*id));
            let of_customers = customers.iter().map(Object::from);
            let mut theirs = of_devices
                .chain(of_customers)
                .chain([Object::from(*customer)]);
            if theirs.any(|theirs| theirs == *object) {
                *object = Object::from(*pseudonym);
            }
        }
        for value in record.details.values_mut() {
            if CustomerId::parse(value).is_ok_and(|id| is_theirs(&id)) {
                pseudonym.as_str().clone_into(value);
            }
        }
        (record != *self).then_some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::What;

    fn customer(id: &str) -> CustomerId {
        CustomerId::parse(id).expect("an id")
    }

    fn record(who: Who) -> AuditRecord {
        let from = Some([192, 0, 2, 7].into());
        AuditRecord::new(Timestamp(7), who, from, What::Refused)
    }

    #[test]
    fn a_record_forgets_the_customer_wherever_it_names_them_and_nothing_else() {
        let (maria, nobody) = (customer("maria"), customer("erased-1"));
        let gone = Gone {
            customer: &maria,
            devices: &[],
            pseudonym: &nobody,
        };
        let by_her = record(Who::Customer(maria.clone())).with("code", "forbidden");
        let about_her = record(Who::Linger).about(&maria).with("customer", &maria);
        for (named, from) in [(&by_her, None), (&about_her, about_her.from)] {
            let left = named.without(&gone).expect("it names her");
            assert!(!format!("{left:?}").contains("maria"), "{left:?}");
            assert_eq!((left.at, left.what), (named.at, named.what));
            assert_eq!(left.from, from, "only her own address goes");
            assert_eq!(left.without(&gone), None, "once");
        }
        let others = [
            record(Who::Customer(customer("maria2"))),
            record(Who::Agent(AgentId::parse("maria").expect("an id"))),
            record(Who::Linger).with("note", "maria's"),
        ];
        for other in others {
            assert_eq!(other.without(&gone), None, "{other:?}");
        }
    }

    #[test]
    fn a_device_of_theirs_is_forgotten_under_both_of_its_names() {
        let (id, nobody) = (DeviceId([7; 16]), customer("erased-1"));
        let records = [
            record(Who::Linger).about(id),
            record(Who::Customer(id.customer())),
            record(Who::Linger).with("was", id.customer()),
        ];
        let (maria, own) = (customer("maria"), id.customer());
        for customer in [&maria, &own] {
            let gone = Gone {
                customer,
                devices: &[id],
                pseudonym: &nobody,
            };
            for record in &records {
                let left = record.without(&gone).expect("it names the device");
                assert!(!format!("{left:?}").contains(&id.to_string()), "{left:?}");
            }
        }
    }
}

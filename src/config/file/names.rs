//! The names that settings have in the file, for its schema. What reads and writes them is
//! the domain's own; a test compares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = [$($(#[$variant_doc:meta])* $variant:ident),+ $(,)?];)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "snake_case")]
            pub(in crate::config) enum $name { $($(#[$variant_doc])* $variant),+ }

            impl $name {
                #[cfg(test)]
                const ALL: &'static [Self] = &[$(Self::$variant),+];
            }
        )+
    };
}

names! {
    /// Whether both sides must be present.
    Mode = [Persistent, Live];
    /// Offered one by one, or taken from the list.
    Distribution = [Push, Pick];
    /// The agent to come back to has no room.
    WhenFull = [Wait, AssignAnyway, Queue];
    /// The agent to come back to is not there.
    WhenAbsent = [Wait, Queue];
    /// What agents say of themselves.
    Presence = [Available, Busy, DoNotDisturb, Away, Offline];
    /// What a person of the company may do. Each includes the one before.
    Role = [Agent, Supervisor, Admin];
    /// How an agent is chosen among the eligible.
    Method = [HighestCapacity, RoundRobin, LeastActive];
    /// In which corner of the page.
    Position = [End, Start];
    /// Who is silent.
    Side = [Customer, Agent];
    /// System messages.
    MessageKind = [
        Greeting, AgentAssigned, AgentJoined, AgentLeft, Transferred, AgentEnded, EndedBySystem,
        OutsideHours, Holiday, QueuePosition, NextInLine, AverageWait, CustomerDisconnected,
        CustomerReconnected, AgentReturned,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company;
    use crate::domain::message;

    fn same<T, D>(names: &[T])
    where
        T: Serialize,
        D: Serialize + serde::de::DeserializeOwned,
    {
        for name in names {
            let text = serde_json::to_value(name).expect("a name");
            let read: D = serde_json::from_value(text.clone()).expect("the domain knows it");
            assert_eq!(serde_json::to_value(&read).expect("a name"), text);
        }
    }

    #[test]
    fn the_domain_knows_every_name_in_the_schema() {
        same::<_, company::Mode>(Mode::ALL);
        same::<_, company::Distribution>(Distribution::ALL);
        same::<_, company::WhenFull>(WhenFull::ALL);
        same::<_, company::WhenAbsent>(WhenAbsent::ALL);
        same::<_, company::Presence>(Presence::ALL);
        same::<_, company::Role>(Role::ALL);
        same::<_, company::Method>(Method::ALL);
        same::<_, company::Position>(Position::ALL);
        same::<_, message::Side>(Side::ALL);
        same::<_, message::SystemKind>(MessageKind::ALL);
        // A kind of message added to the domain is to be added here: this does not compile then.
        let every = |kind: message::SystemKind| {
            use message::SystemKind as K;
            match kind {
                K::Greeting
                | K::AgentAssigned
                | K::AgentJoined
                | K::AgentLeft
                | K::Transferred
                | K::AgentEnded
                | K::EndedBySystem
                | K::OutsideHours
                | K::Holiday
                | K::QueuePosition
                | K::NextInLine
                | K::AverageWait
                | K::CustomerDisconnected
                | K::CustomerReconnected
                | K::AgentReturned => MessageKind::ALL.len(),
                // The text is the rule's own.
                K::Reminder => 0,
            }
        };
        assert_eq!(every(message::SystemKind::Greeting), 15);
    }
}

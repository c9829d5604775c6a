//! The words of the interfaces for the closed sets of the domain.
//!
//! Apart from the domain's own serde names, which are the storage format: either may
//! change without the other. A new variant in the domain stops the build here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::company;
use crate::domain::conversation;
use crate::domain::event;
use crate::domain::message;
use crate::engine::watch;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident for $domain:path { $($variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "each stands for the variant of the same name in the domain")]
        pub enum $name { $($variant),+ }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                type D = $domain;
                match value { $(D::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                type D = $domain;
                match value { $($name::$variant => D::$variant),+ }
            }
        }
    )+};
}

names! {
    /// Where a conversation stands.
    StateName for conversation::State { Open, Active, Waiting, WrapUp, Closed }
    /// Persistent or live.
    ModeName for company::Mode { Persistent, Live }
    /// How open conversations reach agents.
    DistributionName for company::Distribution { Push, Pick }
    /// What an agent says of themselves.
    PresenceName for company::Presence { Available, Busy, DoNotDisturb, Away, Offline }
    /// What a person of the company may do.
    RoleName for company::Role { Agent, Supervisor, Admin }
    /// The two sides of a conversation.
    SideName for message::Side { Customer, Agent }
    /// Who ended the talk.
    EndedByName for event::EndedBy { Agent, Customer, Disconnect }
    /// Why a conversation became final.
    CloseReasonName for event::CloseReason {
        Finished, WrapUpOver, Inactivity, CustomerLeft, Forced, Overflow, TimeoutRule,
        Merged, Erased,
    }
    /// What a consulted colleague may do.
    ConsultRoleName for conversation::ConsultRole { Invited, Joined }
    /// What is watched.
    WatchedName for watch::Watched { Queues, Floor }
    /// Which system message.
    SystemName for message::SystemKind {
        Greeting, AgentAssigned, AgentJoined, AgentLeft, Transferred, AgentEnded, EndedBySystem, OutsideHours,
        Holiday, QueuePosition, NextInLine, AverageWait, CustomerDisconnected, CustomerReconnected, AgentReturned,
        Reminder,
    }
}

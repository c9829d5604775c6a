//! Who works here, on what: names for whoever chooses among them. Nothing of it is secret
//! from people of the company.

use crate::domain::company::{Company, Distribution, Mode, Presence, Role, WrapUp};
use crate::domain::ids::{AgentId, QueueId, WidgetId, WorkstreamId};
use crate::domain::time::Millis;

/// The company as its agents see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyView {
    /// Its name for people.
    pub name: String,
    /// Everybody, the disabled too: old conversations name them.
    pub agents: Vec<Colleague>,
    /// Every queue.
    pub queues: Vec<QueueOfCompany>,
    /// Every workstream.
    pub workstreams: Vec<WorkstreamOfCompany>,
    /// Every widget, with its workstream.
    pub widgets: Vec<(WidgetId, WorkstreamId)>,
}

/// A person of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: AgentId,
    /// The name customers see.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// What they say of themselves.
    pub presence: Presence,
    /// They may sign in.
    pub enabled: bool,
}

/// A queue by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueOfCompany {
    /// Which.
    pub id: QueueId,
    /// Its name for people.
    pub name: String,
    /// Who works in it.
    pub members: Vec<AgentId>,
}

/// A workstream by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkstreamOfCompany {
    /// Which.
    pub id: WorkstreamId,
    /// Its name for people.
    pub name: String,
    /// Persistent or live.
    pub mode: Mode,
    /// Push or pick.
    pub distribution: Distribution,
    /// When ended conversations free their units.
    pub wrap_up: WrapUp,
    /// After this an ended conversation is closed.
    pub wrap_up_limit: Millis,
}

impl CompanyView {
    /// A configuration with the presences of this moment.
    #[must_use]
    pub fn of(company: &Company, presence: impl Fn(&AgentId) -> Presence) -> Self {
        let agents = company.agents.iter().map(|(id, profile)| Colleague {
            id: id.clone(),
            display_name: profile.display_name.clone(),
            role: profile.role,
            presence: presence(id),
            enabled: profile.enabled,
        });
        let queues = company.queues.iter().map(|(id, queue)| QueueOfCompany {
            id: id.clone(),
            name: queue.name.clone(),
            members: queue.members.iter().cloned().collect(),
        });
        let workstreams = company.workstreams.iter();
        let workstreams = workstreams.map(|(id, rules)| WorkstreamOfCompany {
            id: id.clone(),
            name: rules.name.clone(),
            mode: rules.mode,
            distribution: rules.distribution,
            wrap_up: rules.wrap_up,
            wrap_up_limit: rules.timers.wrap_up_limit,
        });
        let widgets = company.widgets.iter();
        Self {
            name: company.name.clone(),
            agents: agents.collect(),
            queues: queues.collect(),
            workstreams: workstreams.collect(),
            widgets: widgets
                .map(|(id, widget)| (id.clone(), widget.workstream.clone()))
                .collect(),
        }
    }
}

//! Who works here, on what, for whoever chooses among them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::company::WrapUp;
use crate::engine::workplace::{Colleague, CompanyView, QueueOfCompany, WorkstreamOfCompany};

use super::names::{DistributionName, ModeName, PresenceName, RoleName};

/// The company as its agents see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Company)]
pub struct CompanyBody {
    /// Its name for people.
    pub name: String,
    /// Everybody, the disabled too: old conversations name them.
    pub agents: Vec<ColleagueBody>,
    /// Every queue.
    pub queues: Vec<QueueOfCompanyBody>,
    /// Every workstream.
    pub workstreams: Vec<WorkstreamOfCompanyBody>,
    /// Every widget.
    pub widgets: Vec<WidgetOfCompanyBody>,
}

/// A person of the company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Colleague)]
pub struct ColleagueBody {
    /// Who.
    pub id: String,
    /// The name customers see.
    pub display_name: String,
    /// What they may do.
    pub role: RoleName,
    /// What they say of themselves; offline while no connection is open.
    pub presence: PresenceName,
    /// They may sign in.
    pub enabled: bool,
}

/// A queue by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyQueue)]
pub struct QueueOfCompanyBody {
    /// Which.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who works in it.
    pub members: Vec<String>,
}

/// A workstream by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyWorkstream)]
pub struct WorkstreamOfCompanyBody {
    /// Which.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Persistent or live.
    pub mode: ModeName,
    /// How open conversations reach agents.
    pub distribution: DistributionName,
    /// When ended conversations free their units.
    pub wrap_up: WrapUpName,
    /// How long after, with `release_after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrap_up_ms: Option<u64>,
    /// After this an ended conversation is closed.
    pub wrap_up_limit_ms: u64,
}

/// When ended conversations free their units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpName {
    /// When they are closed.
    Block,
    /// When they enter wrap-up.
    Release,
    /// Some time after that.
    ReleaseAfter,
}

/// A widget and what it leads to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyWidget)]
pub struct WidgetOfCompanyBody {
    /// Which.
    pub id: String,
    /// Its rules.
    pub workstream: String,
}

impl From<&CompanyView> for CompanyBody {
    fn from(view: &CompanyView) -> Self {
        let CompanyView {
            name,
            agents,
            queues,
            workstreams,
            widgets,
        } = view;
        let widgets = widgets.iter().map(|(id, workstream)| WidgetOfCompanyBody {
            id: id.to_string(),
            workstream: workstream.to_string(),
        });
        Self {
            name: name.clone(),
            agents: agents.iter().map(Into::into).collect(),
            queues: queues.iter().map(Into::into).collect(),
            workstreams: workstreams.iter().map(Into::into).collect(),
            widgets: widgets.collect(),
        }
    }
}

impl From<&Colleague> for ColleagueBody {
    fn from(view: &Colleague) -> Self {
        let Colleague {
            id,
            display_name,
            role,
            presence,
            enabled,
        } = view;
        Self {
            id: id.to_string(),
            display_name: display_name.clone(),
            role: (*role).into(),
            presence: (*presence).into(),
            enabled: *enabled,
        }
    }
}

impl From<&QueueOfCompany> for QueueOfCompanyBody {
    fn from(view: &QueueOfCompany) -> Self {
        let QueueOfCompany { id, name, members } = view;
        Self {
            id: id.to_string(),
            name: name.clone(),
            members: members.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&WorkstreamOfCompany> for WorkstreamOfCompanyBody {
    fn from(view: &WorkstreamOfCompany) -> Self {
        let WorkstreamOfCompany {
            id,
            name,
            mode,
            distribution,
            wrap_up,
            wrap_up_limit,
        } = view;
        let (wrap_up, wrap_up_ms) = match wrap_up {
            WrapUp::Block => (WrapUpName::Block, None),
            WrapUp::Release => (WrapUpName::Release, None),
            WrapUp::ReleaseAfter(after) => (WrapUpName::ReleaseAfter, Some(after.0)),
        };
        Self {
            id: id.to_string(),
            name: name.clone(),
            mode: (*mode).into(),
            distribution: (*distribution).into(),
            wrap_up,
            wrap_up_ms,
            wrap_up_limit_ms: wrap_up_limit.0,
        }
    }
}

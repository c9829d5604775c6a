//! Proof of who is calling, as types: a handler that takes `SupervisorAuth` cannot be
//! reached by anybody else. Also who may ask what, for sockets and HTTP alike.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use crate::domain::audit::{Trail, Who};
use crate::domain::company::Role;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::engine::request::{Ask, Principal, Request};
use crate::engine::watch::Watched;

use super::WebState;
use super::customers;
pub use super::customers::CustomerAuth;
use super::front::Caller;
use super::refusal::ApiError;
use super::staff::{self, Presented};

/// A person of the company, with any role.
#[derive(Debug, Clone)]
pub struct AgentAuth {
    /// Who.
    pub id: AgentId,
    /// What they may do.
    pub role: Role,
    /// Which way they came.
    pub trail: Trail,
}

/// A person of the company who may supervise.
#[derive(Debug, Clone)]
pub struct SupervisorAuth(pub AgentAuth);

/// A person of the company who may configure.
#[derive(Debug, Clone)]
pub struct AdminAuth(pub AgentAuth);

/// Either side.
#[derive(Debug, Clone)]
pub struct AnyAuth(pub Asker);

/// Somebody who asks, and which way they came.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Who.
    pub principal: Principal,
    /// Which way.
    pub trail: Trail,
}

/// Which of the two forms of credential a text has: those of the company's people hold a
/// colon or begin with a mark of their own, and have no dots, as a JWT does.
#[must_use]
pub fn is_agent_form(token: &str) -> bool {
    staff::is_staff_form(token)
}

/// Whether somebody may ask this at all. Whose conversation it is, the engine decides.
///
/// # Errors
/// `forbidden`.
pub fn permit(principal: &Principal, request: &Request) -> Result<(), Reject> {
    let allowed = match principal {
        Principal::Customer(_) => match request {
            Request::Start(_) => true,
            Request::List(filter) => filter.is_for_everybody(),
            Request::SetPresence(_)
            | Request::Me
            | Request::Floor
            | Request::Count(_)
            | Request::QuickReplies
            | Request::Company
            | Request::Watch(_)
            | Request::Unwatch(_)
            | Request::ExplainStart(_) => false,
            Request::In(_, ask) => is_for_everybody(ask),
        },
        Principal::Agent { role, .. } => match request {
            Request::Start(_) => false,
            Request::Floor
            | Request::Watch(Watched::Floor)
            | Request::ExplainStart(_)
            | Request::In(_, Ask::Assign(_) | Ask::ForceClose) => *role >= Role::Supervisor,
            Request::List(_)
            | Request::SetPresence(_)
            | Request::Me
            | Request::QuickReplies
            | Request::Company
            | Request::Watch(Watched::Queues)
            | Request::Unwatch(_)
            | Request::In(..)
            | Request::Count(_) => true,
        },
    };
    if allowed { Ok(()) } else { Err(forbidden()) }
}

const fn is_for_everybody(ask: &Ask) -> bool {
    match ask {
        Ask::Post { .. }
        | Ask::Mark { .. }
        | Ask::Typing { .. }
        | Ask::Subscribe { .. }
        | Ask::Unsubscribe
        | Ask::History(_)
        | Ask::View
        | Ask::Wait { .. }
        | Ask::Place
        | Ask::End => true,
        Ask::Explain { .. }
        | Ask::Accept
        | Ask::Reject
        | Ask::Pick
        | Ask::Reopen
        | Ask::Park
        | Ask::Release
        | Ask::TransferToAgent { .. }
        | Ask::TransferToQueue { .. }
        | Ask::Assign(_)
        | Ask::Finish
        | Ask::ForceClose
        | Ask::Note { .. }
        | Ask::Notes { .. }
        | Ask::Tag { .. }
        | Ask::SetSubject(_)
        | Ask::Consult(_)
        | Ask::ConsultAdd(_)
        | Ask::ConsultEnd(_)
        | Ask::QuickReplies => false,
    }
}

/// Whether a request changes something: these are refused once a token has run out.
#[must_use]
pub const fn writes(request: &Request) -> bool {
    match request {
        Request::Start(_) | Request::SetPresence(_) => true,
        Request::List(_)
        | Request::Me
        | Request::Floor
        | Request::QuickReplies
        | Request::Company
        | Request::Watch(_)
        | Request::Unwatch(_)
        | Request::Count(_)
        | Request::ExplainStart(_) => false,
        Request::In(_, ask) => !matches!(
            ask,
            Ask::Subscribe { .. }
                | Ask::Unsubscribe
                | Ask::History(_)
                | Ask::View
                | Ask::Explain { .. }
                | Ask::Wait { .. }
                | Ask::Notes { .. }
                | Ask::Place
                | Ask::QuickReplies
        ),
    }
}

/// The one refusal of a role.
#[must_use]
pub fn forbidden() -> Reject {
    Reject::new(
        Code::Forbidden,
        "Your role does not include this; ask somebody whose role does.",
    )
}

/// The credential that a request brings.
pub(super) fn bearer(req: &HttpRequest) -> Result<&str, Reject> {
    let missing = || Reject::new(Code::Unauthenticated, "Send `Authorization: Bearer TOKEN`.");
    let value = req
        .headers()
        .get(header::AUTHORIZATION)
        .ok_or_else(missing)?;
    value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(missing)
}

/// What every credential passes, whoever's it is: an address with too many that did not
/// verify is not listened to, people of the company come from our own pages, and whoever is
/// proven has only so many requests under way.
pub(super) async fn admit<T>(
    req: &HttpRequest,
    proving: impl AsyncFnOnce(&WebState) -> Result<T, Reject>,
    principal: impl FnOnce(&T) -> Principal,
) -> Result<T, Reject> {
    // Who brings nothing has failed at nothing.
    staff::brought(req)?;
    let state = req
        .app_data::<web::Data<WebState>>()
        .ok_or_else(Reject::unavailable)?;
    let caller = Caller::of(req);
    state.limiter.may_prove(&caller.address)?;
    let proven = proving(state).await;
    state.limiter.proved(&caller.address, &proven);
    let proven = proven?;
    let principal = principal(&proven);
    // For the audit, should they be refused further on.
    let known = req.extensions().contains::<Who>();
    if !known {
        req.extensions_mut().insert(who(&principal));
    }
    if matches!(principal, Principal::Agent { .. }) {
        caller.origin.permit_own()?;
    }
    // Held until the answer has been read; see `front.rs`.
    let place = state.limiter.request(&principal)?;
    req.extensions_mut().insert(place);
    Ok(proven)
}

/// Who somebody is, in the audit.
pub(super) fn who(principal: &Principal) -> Who {
    match principal {
        Principal::Customer(id) => Who::Customer(id.clone()),
        Principal::Agent { id, .. } => Who::Agent(id.clone()),
    }
}

fn asker(req: &HttpRequest) -> LocalBoxFuture<'static, Result<Asker, Reject>> {
    let req = req.clone();
    Box::pin(async move {
        let proving = async |state: &WebState| match staff::presented(&req)? {
            Presented::Staff(caller) => Ok(Asker {
                trail: staff::trail(&Caller::of(&req), &caller.grant),
                principal: Principal::Agent {
                    id: caller.agent,
                    role: caller.role,
                },
            }),
            Presented::Other(token) => {
                let proof = customers::prove(state, &token, Caller::of(&req).ip).await?;
                Ok(Asker {
                    principal: Principal::Customer(proof.customer),
                    trail: Trail {
                        from: Some(Caller::of(&req).ip),
                        api_key: None,
                    },
                })
            }
        };
        admit(&req, proving, |asker| asker.principal.clone()).await
    })
}

macro_rules! extractor {
    ($name:ident, $narrow:expr) => {
        impl FromRequest for $name {
            type Error = ApiError;
            type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

            fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                let narrow: fn(Asker) -> Option<Self> = $narrow;
                let asker = asker(req);
                Box::pin(async move {
                    asker
                        .await
                        .and_then(|asker| narrow(asker).ok_or_else(forbidden))
                        .map_err(ApiError::from)
                })
            }
        }
    };
}

extractor!(AnyAuth, |asker| Some(Self(asker)));
extractor!(AgentAuth, |asker| of_rank(asker, Role::Agent));
extractor!(SupervisorAuth, |asker| of_rank(asker, Role::Supervisor)
    .map(Self));
extractor!(AdminAuth, |asker| of_rank(asker, Role::Admin).map(Self));

/// A person of the company with this role or a higher one.
fn of_rank(asker: Asker, least: Role) -> Option<AgentAuth> {
    let Asker { principal, trail } = asker;
    match principal {
        Principal::Agent { id, role } if role >= least => Some(AgentAuth { id, role, trail }),
        _ => None,
    }
}

impl From<AgentAuth> for Asker {
    fn from(auth: AgentAuth) -> Self {
        Self {
            principal: Principal::Agent {
                id: auth.id,
                role: auth.role,
            },
            trail: auth.trail,
        }
    }
}

impl From<SupervisorAuth> for Asker {
    fn from(auth: SupervisorAuth) -> Self {
        auth.0.into()
    }
}

impl From<AnyAuth> for Asker {
    fn from(auth: AnyAuth) -> Self {
        auth.0
    }
}

impl From<CustomerAuth> for Asker {
    fn from(auth: CustomerAuth) -> Self {
        // Nothing that a customer does stands in the audit.
        Self {
            principal: Principal::Customer(auth.0.customer),
            trail: Trail::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Start;
    use crate::engine::request::ListFilter;
    use crate::wire::samples;

    #[test]
    fn each_role_may_ask_what_the_protocol_says() {
        let about = |ask| Request::In(samples::ID, ask);
        let post = Ask::Post {
            client_id: samples::client_id("m"),
            text: "hi".into(),
        };
        let of_queue = ListFilter {
            queue: Some(samples::view().queue),
            ..ListFilter::default()
        };
        // customer, agent, supervisor
        let cases = [
            (Request::Start(Start::default()), [true, false, false]),
            (Request::List(ListFilter::default()), [true, true, true]),
            (Request::List(of_queue), [false, true, true]),
            (Request::Count(ListFilter::default()), [false, true, true]),
            (Request::Me, [false, true, true]),
            (Request::Floor, [false, false, true]),
            (Request::QuickReplies, [false, true, true]),
            (Request::Company, [false, true, true]),
            (Request::Watch(Watched::Queues), [false, true, true]),
            (Request::Watch(Watched::Floor), [false, false, true]),
            (Request::Unwatch(Watched::Floor), [false, true, true]),
            (about(Ask::QuickReplies), [false, true, true]),
            (about(post), [true, true, true]),
            (about(Ask::End), [true, true, true]),
            (about(Ask::Place), [true, true, true]),
            (Request::ExplainStart(Box::default()), [false, false, true]),
            (about(Ask::Park), [false, true, true]),
            (
                about(Ask::Note {
                    client_id: samples::client_id("n"),
                    text: "hi".into(),
                    private_to: None,
                }),
                [false, true, true],
            ),
            (
                about(Ask::Notes {
                    after: crate::domain::note::NoteNumber(0),
                    limit: 1,
                }),
                [false, true, true],
            ),
            (
                about(Ask::Tag {
                    add: Vec::new(),
                    remove: Vec::new(),
                }),
                [false, true, true],
            ),
            (about(Ask::SetSubject("hi".into())), [false, true, true]),
            (about(Ask::Consult(samples::anna())), [false, true, true]),
            (about(Ask::ConsultAdd(samples::anna())), [false, true, true]),
            (about(Ask::ConsultEnd(None)), [false, true, true]),
            (
                about(Ask::Explain {
                    after: crate::domain::ids::Position(0),
                    limit: 1,
                }),
                [false, true, true],
            ),
            (about(Ask::Assign(samples::anna())), [false, false, true]),
            (about(Ask::ForceClose), [false, false, true]),
        ];
        let who = [
            Principal::Customer(samples::carla()),
            samples::agent(),
            Principal::Agent {
                id: samples::anna(),
                role: Role::Supervisor,
            },
        ];
        for (request, expected) in cases {
            for (principal, expected) in who.iter().zip(expected) {
                assert_eq!(
                    permit(principal, &request).is_ok(),
                    expected,
                    "{principal:?} {request:?}"
                );
            }
        }
    }
}

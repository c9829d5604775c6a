//! One WebSocket: an actor for each. The only file that knows actix-web-actors.
//!
//! | file | what |
//! |---|---|
//! | here | the handshake, frames in and out, silence, the end |
//! | `session/hello.rs` | who is at the other end |
//! | `session/telling.rs` | what a client asks, and what it is told |
//!
//! Waits for `hello`, then passes requests to the gateway and notices to the client.
//! What it holds is bounded whatever the client does: by [`super::guard`] before the
//! decoder, the window of unanswered requests, the subscriptions, the credit of each, and
//! the [`Inbox`]. It never waits for anything: an answer comes as a notice.
//!
//! Liveness: the server pings, and closes after three silent intervals. A client that does
//! not read stops this actor from being polled at all; then its credit runs out, the inbox
//! keeps its bound, and TCP gives up on the peer (`server.rs`).

mod hello;
mod telling;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::{
    Actor, ActorContext, Addr, AsyncContext, Handler, Message, SpawnHandle, StreamHandler,
};
use actix_http::ws::{CloseCode, CloseReason, Item, ProtocolError};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws::{self, WebsocketContext, WsResponseBuilder};
use bytestring::ByteString;
use prometheus_client::metrics::gauge::Gauge;

use super::front::{self, Caller};
use super::guard::{Reassembly, Violation};
use super::inbox::{Inbox, Mail};
use super::limiter::Subject;
use super::live::Live;
use super::payload::{Failure, GuardedPayload, Verdict};
use super::refusals::Refusal;
use super::staff::cookie;
use super::{ApiError, WebState, refusal};
use crate::actors::gateway::Sink;
use crate::config::Bucket;
use crate::domain::audit::Who;
use crate::domain::device::DeviceId;
use crate::domain::ids::WidgetId;
use crate::domain::reject::{Code, Reject};
use crate::engine::outbound::Outbound;
use crate::engine::request::Principal;
use crate::error;
use crate::limits;
use crate::telemetry::{SocketLabels, Telemetry};
use crate::wire::client::{self, Incoming, Misread};
use crate::wire::server::{self, Concerning};

const SUBPROTOCOL: &str = "linger.v1";
/// Intervals without a byte from the client after which it is taken for gone.
const SILENT_INTERVALS_MAX: u8 = 3;
/// Between two windows of a reader that catches up.
const CATCH_UP_PACE: Duration = Duration::from_millis(1);
/// After our close frame the peer has this long to answer it, or to stop sending.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

fn dismissed() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "You are no longer signed in; sign in again, or ask an admin.",
    )
}

fn prove_anew() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "How customers prove who they are has changed; connect again with a token.",
    )
}

fn no_token() -> Reject {
    Reject::new(
        Code::Unauthenticated,
        "Say hello with a token; only a page of this server may leave it to its cookie.",
    )
}

/// Which door a socket came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Customer,
    Agent,
}

/// Open a WebSocket as a customer (subprotocol `linger.v1`, docs/protocol.md).
#[utoipa::path(get, path = "/ws/customer", tag = "sockets", responses(
    (status = 101, description = "Say `hello` within five seconds"),
    (status = 426, description = "Not a WebSocket handshake", body = crate::wire::rest::ErrorBody),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn customer(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    open(&request, payload, &state, Door::Customer)
}

/// Open a WebSocket as an agent (subprotocol `linger.v1`, docs/protocol.md).
#[utoipa::path(get, path = "/ws/agent", tag = "sockets", responses(
    (status = 101, description = "Say `hello` within five seconds"),
    (status = 426, description = "Not a WebSocket handshake", body = crate::wire::rest::ErrorBody),
    (status = "default", description = "Refused", body = crate::wire::rest::ErrorBody)))]
pub(super) async fn agent(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    open(&request, payload, &state, Door::Agent)
}

fn open(
    request: &HttpRequest,
    payload: web::Payload,
    state: &web::Data<WebState>,
    door: Door,
) -> Result<HttpResponse, ApiError> {
    // The decoder's own library knows versions from before the RFC, too.
    let version = request.headers().get(header::SEC_WEBSOCKET_VERSION);
    if version.is_none_or(|v| v != "13") {
        return Err(refusal::handshake());
    }
    let caller = Caller::of(request);
    let widget = front::widget_named(request.query_string())?;
    admit(state, door, &caller, widget.as_ref())?;
    let verdict = Verdict::default();
    let session = WsSession {
        caller,
        widget,
        state: WebState::clone(state),
        door,
        cookie: cookie::of_handshake(request),
        phase: Phase::AwaitingHello,
        silent_intervals: 0,
        fragments: Reassembly::default(),
        binary: false,
        verdict: verdict.clone(),
        counted: None,
        hello_deadline: SpawnHandle::default(),
    };
    // A client without a subprotocol (curl, websocat) is served all the same.
    WsResponseBuilder::new(session, request, GuardedPayload::new(payload, verdict))
        .protocols(&[SUBPROTOCOL])
        .frame_size(limits::FRAME_BYTES_MAX)
        .start()
        .map_err(|_| refusal::handshake())
}

/// Whether a handshake may be made from this page, through this widget, and now.
fn admit(
    state: &WebState,
    door: Door,
    caller: &Caller,
    widget: Option<&WidgetId>,
) -> Result<(), Reject> {
    match door {
        Door::Customer => caller.origin.permit(&state.gateway.company(), widget)?,
        Door::Agent => caller.origin.permit_own()?,
    }
    match widget {
        Some(w) => {
            let subject = Subject::Widget(w.clone());
            state.limiter.take(Bucket::SocketsPerWidget, subject)
        }
        None => Ok(()),
    }
}

/// One socket.
struct WsSession {
    state: WebState,
    caller: Caller,
    /// The widget that the handshake named: the only one to start through.
    widget: Option<WidgetId>,
    door: Door,
    /// The sign-in of the browser, if this is one and the page is ours; for a hello without
    /// a token.
    cookie: Option<Result<String, Reject>>,
    phase: Phase,
    silent_intervals: u8,
    fragments: Reassembly,
    /// The fragments are of a binary message.
    binary: bool,
    verdict: Verdict,
    counted: Option<Counted>,
    /// Ends a session that says nothing; gone when it has said hello, for every future of
    /// an actor is polled with each of its messages.
    hello_deadline: SpawnHandle,
}

/// One of the open sockets, until dropped: also when the connection breaks, which
/// `stopped` does not get to see.
struct Counted(Gauge);

impl Counted {
    fn new(telemetry: &Telemetry, door: Door) -> Self {
        let kind = match door {
            Door::Customer => "customer",
            Door::Agent => "agent",
        };
        let labels = SocketLabels { kind };
        telemetry.sockets_opened.get_or_create(&labels).inc();
        let open = telemetry.sockets_open.get_or_create_owned(&labels);
        open.inc();
        Self(open)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

enum Phase {
    AwaitingHello,
    Live(Box<Live>),
    /// Our close frame is out; nothing is read or written any more.
    Closing,
}

/// Look into the inbox.
#[derive(Message)]
#[rtype(result = "()")]
struct Wake;

/// The door from actor threads to a session. The one place that sends to it; what it
/// sends is idempotent, so one that is dropped with the session is no loss.
struct InboxSink {
    inbox: Arc<Mutex<Inbox>>,
    session: Addr<WsSession>,
}

impl Sink for InboxSink {
    #[allow(
        clippy::disallowed_methods,
        reason = "at most one Wake waits at a time, and the inbox is bounded"
    )]
    fn deliver(&self, outs: &mut dyn Iterator<Item = Outbound>) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let wake = outs.fold(false, |wake, out| inbox.push(out) | wake);
        drop(inbox);
        if wake {
            self.session.do_send(Wake);
        }
    }
}

type Context = WebsocketContext<WsSession>;

impl Actor for WsSession {
    type Context = Context;

    fn started(&mut self, ctx: &mut Context) {
        self.counted = Some(Counted::new(&self.state.telemetry, self.door));
        self.hello_deadline = ctx.run_later(
            Duration::from_millis(limits::HELLO_DEADLINE.0),
            |session, ctx| {
                if matches!(session.phase, Phase::AwaitingHello) {
                    let late = Reject::new(
                        Code::HelloTimeout,
                        "Say hello within five seconds of connecting.",
                    );
                    session.refuse_and_close(&late, ctx);
                }
            },
        );
        ctx.run_interval(
            Duration::from_millis(limits::HEARTBEAT_INTERVAL.0),
            Self::heartbeat,
        );
    }
}

impl WsSession {
    fn send(&self, frame: ByteString, ctx: &mut Context) {
        self.state.telemetry.frames_out.inc();
        ctx.text(frame);
    }

    fn refuse(&self, concerning: Concerning<'_>, reject: &Reject, ctx: &mut Context) {
        self.state.telemetry.refused(reject.code);
        self.audit(&concerning, reject.code);
        self.send(server::refused(concerning, reject), ctx);
    }

    /// Notes a refusal that belongs into the audit.
    fn audit(&self, concerning: &Concerning<'_>, code: Code) {
        let who = match &self.phase {
            // That somebody is signed out is no refusal: nothing was asked.
            Phase::Live(_) if code == Code::TokenInvalid && concerning.reference.is_none() => {
                return;
            }
            Phase::Live(live) => live.who(),
            Phase::AwaitingHello | Phase::Closing => Who::Nobody,
        };
        let place = match self.door {
            Door::Customer => "/ws/customer",
            Door::Agent => "/ws/agent",
        };
        let refusal = Refusal {
            address: &self.caller.address,
            from: self.caller.ip,
            who,
            code,
            place,
            object: None,
        };
        self.state.refusals.note(&self.state.gateway, refusal);
    }

    fn refuse_and_close(&mut self, reject: &Reject, ctx: &mut Context) {
        self.refuse(Concerning::default(), reject, ctx);
        let close = error::of(reject.code)
            .close
            .unwrap_or(CloseCode::Policy.into());
        self.close(close, reject.code.as_str(), ctx);
    }

    /// Says goodbye and gives the peer a moment to answer, so that it can read the reason.
    fn close(&mut self, code: u16, reason: &str, ctx: &mut Context) {
        self.phase = Phase::Closing;
        ctx.close(Some(CloseReason {
            code: CloseCode::from(code),
            description: Some(reason.to_owned()),
        }));
        ctx.run_later(CLOSE_WITHIN, |_, ctx| ctx.stop());
    }

    fn heartbeat(&mut self, ctx: &mut Context) {
        if matches!(self.phase, Phase::Closing) {
            return;
        }
        self.silent_intervals += 1;
        if self.silent_intervals > SILENT_INTERVALS_MAX {
            // A peer that is gone reads no goodbye.
            ctx.stop();
            return;
        }
        if let Some(reject) = self.dismissal() {
            self.refuse_and_close(&reject, ctx);
            return;
        }
        ctx.ping(b"");
        self.ask_for_renewal(ctx);
    }

    /// An agent who was disabled, or whose role changed, since hello; or whose credential has
    /// ended; a device that has ended.
    fn dismissal(&self) -> Option<Reject> {
        let Phase::Live(live) = &self.phase else {
            return None;
        };
        let (id, role) = match &live.principal {
            Principal::Agent { id, role } => (id, role),
            Principal::Customer(id) => {
                let has_ended = |id| self.state.devices.has_ended(id);
                return DeviceId::of(id)
                    .filter(|id| has_ended(*id))
                    .map(|_| dismissed());
            }
        };
        let holds = self
            .state
            .gateway
            .company()
            .agents
            .get(id)
            .is_some_and(|a| a.enabled && a.role == *role);
        if !holds {
            return Some(dismissed());
        }
        live.credential_holds(&self.state.gateway).err()
    }

    fn heard_text(&mut self, text: &str, ctx: &mut Context) {
        self.state.telemetry.frames_in.inc();
        let incoming = client::read(text);
        match (&self.phase, incoming) {
            (Phase::Closing, _) => {}
            (Phase::AwaitingHello, Ok(Incoming::Hello(hello))) => self.heard_hello(hello, ctx),
            (Phase::AwaitingHello, Ok(_)) => {
                self.refuse_and_close(
                    &Reject::new(Code::HelloRequired, "The first frame must be `hello`."),
                    ctx,
                );
            }
            (Phase::AwaitingHello, Err(misread)) => {
                let mut reject = misread.reject;
                if reject.code != Code::InvalidRequest {
                    reject = Reject::new(Code::HelloRequired, "The first frame must be `hello`.");
                }
                self.refuse_and_close(&reject, ctx);
            }
            (Phase::Live(_), Ok(Incoming::Hello(_))) => {
                let again = Reject::new(
                    Code::InvalidRequest,
                    "Hello was said already; reconnect to say it anew.",
                );
                self.refuse(Concerning::default(), &again, ctx);
            }
            (Phase::Live(_), Ok(Incoming::Ask { tag, request })) => self.asked(tag, request, ctx),
            (
                Phase::Live(_),
                Ok(Incoming::Credit {
                    conversation,
                    messages,
                }),
            ) => {
                self.granted(conversation, messages, ctx);
            }
            (Phase::Live(_), Ok(Incoming::Ping { reference })) => {
                self.send(server::pong(reference.as_deref()), ctx);
            }
            (Phase::Live(_), Ok(Incoming::Renew { reference, token })) => {
                self.heard_renewal(reference, token, ctx);
            }
            (Phase::Live(_), Err(misread)) => self.heard_nonsense(&misread, ctx),
        }
        self.ask_for_renewal(ctx);
    }

    fn heard_nonsense(&self, misread: &Misread, ctx: &mut Context) {
        let Misread {
            reject,
            reference,
            client_id,
            conversation,
        } = misread;
        let concerning = Concerning {
            reference: reference.as_deref(),
            client_id: client_id.as_deref(),
            conversation: *conversation,
        };
        self.refuse(concerning, reject, ctx);
    }

    fn heard_binary(&self, ctx: &mut Context) {
        let reject = Reject::new(
            Code::InvalidRequest,
            "Send text frames; binary ones are not used.",
        );
        self.refuse(Concerning::default(), &reject, ctx);
    }

    fn heard_fragment(&mut self, item: &Item, ctx: &mut Context) {
        let (Item::FirstText(part)
        | Item::FirstBinary(part)
        | Item::Continue(part)
        | Item::Last(part)) = item;
        if matches!(item, Item::FirstText(_) | Item::FirstBinary(_)) {
            self.fragments = Reassembly::default();
            self.binary = matches!(item, Item::FirstBinary(_));
        }
        let joined = match (self.fragments.add(part), item) {
            (Ok(()), Item::Last(_)) if self.binary => {
                self.fragments = Reassembly::default();
                return self.heard_binary(ctx);
            }
            (Ok(()), Item::Last(_)) => self.fragments.finish(),
            (Ok(()), _) => return,
            (Err(violation), _) => Err(violation),
        };
        match joined {
            Ok(text) => self.heard_text(&text, ctx),
            Err(violation) => self.refuse_and_close(&violation.into(), ctx),
        }
    }

    fn failed(&mut self, error: &ProtocolError, ctx: &mut Context) {
        if matches!(self.phase, Phase::Closing) {
            return;
        }
        let violation = match (self.verdict.get(), error) {
            (Some(Failure::Lost), _) => return ctx.stop(),
            (Some(Failure::Violation(violation)), _) => violation,
            // The decoder reports text that is not UTF-8 in this way, and nothing else that the guard lets through.
            (None, ProtocolError::Io(_)) => Violation::NotUtf8,
            (None, ProtocolError::Overflow) => Violation::TooLarge,
            (None, _) => Violation::Protocol("A frame is not well-formed"),
        };
        // From here on the payload swallows what still comes.
        self.verdict.set(Some(Failure::Violation(violation)));
        self.refuse_and_close(&violation.into(), ctx);
    }
}

impl Handler<Wake> for WsSession {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Context) {
        let Phase::Live(live) = &self.phase else {
            return;
        };
        let (mail, resumes) = {
            let mut inbox = live.inbox();
            (inbox.take(), !inbox.to_resume().is_empty())
        };
        match mail {
            Mail::All(waiting) => {
                waiting.into_iter().for_each(|out| self.told(out, ctx));
                if resumes {
                    // As with the next window of a reader that catches up: only when the
                    // connection asks for more, and after credit that is given back then.
                    ctx.run_later(CATCH_UP_PACE, |session, _| {
                        if let Phase::Live(live) = &mut session.phase {
                            live.resume();
                        }
                    });
                }
            }
            Mail::Overflowed => {
                let sentence = "This connection did not keep up; reconnect with your cursors.";
                self.refuse_and_close(&Reject::new(Code::Overloaded, sentence), ctx);
            }
        }
    }
}

impl StreamHandler<Result<ws::Message, ProtocolError>> for WsSession {
    fn handle(&mut self, heard: Result<ws::Message, ProtocolError>, ctx: &mut Context) {
        self.silent_intervals = 0;
        let message = match heard {
            Ok(message) => message,
            Err(error) => return self.failed(&error, ctx),
        };
        if matches!(self.phase, Phase::Closing) {
            if matches!(message, ws::Message::Close(_)) {
                ctx.stop();
            }
            return;
        }
        match message {
            ws::Message::Text(text) => self.heard_text(&text, ctx),
            ws::Message::Continuation(item) => self.heard_fragment(&item, ctx),
            ws::Message::Binary(_) => self.heard_binary(ctx),
            ws::Message::Ping(payload) => ctx.pong(&payload),
            ws::Message::Pong(_) | ws::Message::Nop => {}
            ws::Message::Close(reason) => {
                // The peer's own code back; ours to close the connection, at once.
                self.phase = Phase::Closing;
                ctx.close(reason.map(|r| CloseReason {
                    code: r.code,
                    description: None,
                }));
                ctx.stop();
            }
        }
    }

    fn finished(&mut self, ctx: &mut Context) {
        ctx.stop();
    }
}

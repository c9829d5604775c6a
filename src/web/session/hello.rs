//! Who is at the other end: hello, renewal, and what they may ask.

use std::sync::{Arc, Mutex};

use actix::{ActorFutureExt, AsyncContext};

use super::super::auth::{self, is_agent_form};
use super::super::customers;
use super::super::inbox::Inbox;
use super::super::live::{Asked, Live, Proven};
use super::super::origin;
use super::super::proof::Proof;
use super::super::staff;
use super::super::tokens::authenticate_customer;
use super::{Context, Door, InboxSink, Phase, WsSession, no_token};
use crate::actors::gateway::Sink;
use crate::domain::reject::Reject;
use crate::domain::staff::Caller as StaffCaller;
use crate::engine::request::{Ask, Principal, Request};
use crate::wire::client::{Hello, Tag, Token};
use crate::wire::server::{self, Concerning};

impl WsSession {
    pub(super) fn heard_hello(&mut self, hello: Hello, ctx: &mut Context) {
        let token = hello.token.reveal();
        match self.door {
            Door::Customer if token.is_empty() => self.refuse_and_close(&no_token(), ctx),
            Door::Customer if is_agent_form(token) => {
                self.refuse_and_close(&auth::forbidden(), ctx);
            }
            Door::Customer => {
                let token = hello.token.clone();
                self.prove(token, ctx, move |session, proven, ctx| {
                    session.admit(&hello, proven.map(Proven::Customer), ctx);
                });
            }
            Door::Agent => {
                let prove = || self.prove_staff(token);
                let proven = self.state.limiter.verified(&self.caller.address, prove);
                self.admit(&hello, proven.map(Proven::Staff), ctx);
            }
        }
    }

    /// Verifies a customer's token. Nothing else happens on this socket until it is said what
    /// it proves: what comes after a token may depend on it.
    fn prove(
        &self,
        token: Token,
        ctx: &mut Context,
        then: impl FnOnce(&mut Self, Result<Proof, Reject>, &mut Context) + 'static,
    ) {
        let state = self.state.clone();
        let (address, from) = (self.caller.address.clone(), self.caller.ip);
        let proving = async move {
            state.limiter.may_prove(&address)?;
            let proven = customers::prove(&state, token.reveal(), from).await;
            state.limiter.proved(&address, &proven);
            proven
        };
        ctx.wait(
            actix::fut::wrap_future::<_, Self>(proving).map(|proven, session, ctx| {
                if !matches!(session.phase, Phase::Closing) {
                    then(session, proven, ctx);
                }
            }),
        );
    }

    /// Verifies what somebody of the company brings: a token, or the cookie of a page.
    fn prove_staff(&self, token: &str) -> Result<StaffCaller, Reject> {
        let token = match (token, &self.cookie) {
            ("", Some(cookie)) => cookie.clone()?,
            ("", None) => return Err(no_token()),
            (token, _) => token.to_owned(),
        };
        if !is_agent_form(&token) {
            // Told apart from a bad secret, for whoever mixed up the two doors.
            let (company, now) = (self.state.gateway.company(), self.state.gateway.now());
            authenticate_customer(&company, &self.state.keys, &token, now).map_err(|n| n.reject)?;
            return Err(auth::forbidden());
        }
        let caller = staff::authenticate(&self.state.gateway, &token)?;
        staff::permit_socket(&caller)?;
        Ok(caller)
    }

    fn admit(&mut self, hello: &Hello, proven: Result<Proven, Reject>, ctx: &mut Context) {
        let live = proven.and_then(|proven| self.connect(hello, proven, ctx));
        match live {
            Ok(live) => {
                ctx.cancel_future(self.hello_deadline);
                let at = self.state.gateway.now();
                let welcome =
                    server::welcome(live.session.id(), &live.principal, at, live.expires());
                self.send(welcome, ctx);
                self.phase = Phase::Live(Box::new(live));
                self.follow_cursors(hello, ctx);
                self.ask_for_renewal(ctx);
            }
            Err(reject) => self.refuse_and_close(&reject, ctx),
        }
    }

    pub(super) fn heard_renewal(&mut self, reference: Box<str>, token: Token, ctx: &mut Context) {
        if self.door == Door::Agent {
            let tag = Tag::Ref(reference);
            return self.refuse(Concerning::tag(&tag, None), &auth::forbidden(), ctx);
        }
        self.prove(token, ctx, move |session, proven, ctx| {
            let Phase::Live(live) = &mut session.phase else {
                return;
            };
            match proven.and_then(|proof| live.renew(proof)) {
                Ok(expires) => session.send(server::renewed(&reference, expires), ctx),
                Err(reject) => {
                    let tag = Tag::Ref(reference);
                    session.refuse(Concerning::tag(&tag, None), &reject, ctx);
                }
            }
        });
    }

    pub(super) fn ask_for_renewal(&mut self, ctx: &mut Context) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        if let Some(expires) = live.asks_for_renewal(|| self.state.gateway.now()) {
            self.send(server::renew(expires), ctx);
        }
    }

    fn connect(&self, hello: &Hello, proven: Proven, ctx: &mut Context) -> Result<Live, Reject> {
        let principal = proven.principal();
        let trail = proven.trail(&self.caller);
        self.state.limiter.hello(&principal)?;
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let sink: Arc<dyn Sink> = Arc::new(InboxSink {
            inbox: inbox.clone(),
            session: ctx.address(),
        });
        let session = self
            .state
            .gateway
            .connect(principal.clone(), trail, sink.clone())?;
        match proven {
            Proven::Customer(proof) => Ok(Live::new(session, inbox, principal, Some(proof), hello)),
            Proven::Staff(caller) => Live::new(session, inbox, principal, None, hello).entered(
                &self.state.gateway,
                caller,
                sink,
            ),
        }
    }

    /// Whether the page and the limits allow it. A start is through the widget of the
    /// handshake, or through one whose list has the page.
    pub(super) fn allowed(&self, principal: &Principal, request: &Request) -> Result<(), Reject> {
        if let Request::Start(start) = request
            && let Some(named) = &start.widget
        {
            if self.widget.as_ref().is_some_and(|w| w != named) {
                return Err(origin::foreign());
            }
            let company = self.state.gateway.company();
            self.caller.origin.permit(&company, Some(named))?;
        }
        let address = Some(&self.caller.address);
        self.state.limiter.asked(principal, address, request)
    }

    fn follow_cursors(&mut self, hello: &Hello, ctx: &mut Context) {
        for (conversation, after) in &hello.cursors {
            let Phase::Live(live) = &mut self.phase else {
                return;
            };
            let subscribe = Ask::Subscribe {
                after: *after,
                credit: live.window(),
            };
            if let Err(reject) = live.subscribe(*conversation) {
                self.refuse(
                    Concerning {
                        conversation: Some(*conversation),
                        ..Concerning::default()
                    },
                    &reject,
                    ctx,
                );
                continue;
            }
            live.request(Asked::Cursor, Request::In(*conversation, subscribe));
        }
    }
}

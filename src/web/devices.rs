//! Devices that prove themselves with a token of this server: named, renewed, revoked.
//!
//! A token is `lgd-`, the device and 256 random bits; the store keeps its hash alone. What is
//! known of a device is read and written back under one lock, so that of two renewals at
//! once the second sees the first. `domain/device.rs` says what a token is worth.

use std::collections::HashSet;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tokio::sync::Mutex as AsyncMutex;

use super::auth::bearer;
use super::proof::{Proof, ProvenBy};
use super::secret::{new_secret, secret_sha256};
use super::tokens::token_expired;
use super::{ApiError, WebState};
use crate::actors::linking::Linking;
use crate::domain::affair::{Affair, AffairKind, Link};
use crate::domain::audit::{AuditRecord, Trail, What, Who};
use crate::domain::company::Company;
use crate::domain::device::{Device, DeviceEnd, DeviceId, Verdict};
use crate::domain::ids::{AgentId, CustomerId, WidgetId};
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::request::Principal;
use crate::limits;

/// What tokens of devices begin with; no JWT does.
const PREFIX: &str = "lgd-";
/// Devices that are worked on at a time.
const LOCKS: usize = 64;

/// What the handlers of devices share.
pub struct Devices {
    locks: Vec<AsyncMutex<()>>,
    /// Ended while this process runs, for sockets that opened at the same moment.
    ended: Mutex<HashSet<DeviceId>>,
    named: Mutex<(Timestamp, u32)>,
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            locks: (0..LOCKS).map(|_| AsyncMutex::new(())).collect(),
            ended: Mutex::default(),
            named: Mutex::new((Timestamp(0), 0)),
        }
    }
}

impl Devices {
    /// Whether a device has ended lately.
    #[must_use]
    pub fn has_ended(&self, id: DeviceId) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.contains(&id)
    }

    fn note_end(&self, id: DeviceId) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.insert(id);
    }

    /// Whoever reads a device and writes it back holds this.
    pub(super) fn lock_of(&self, id: DeviceId) -> &AsyncMutex<()> {
        // The ids are random.
        &self.locks[usize::from(id.0[0]) % LOCKS]
    }

    /// Anybody may ask for a device, and each costs a row for ever: the server names only so
    /// many in a while, whoever asks.
    fn admit(&self, now: Timestamp) -> Result<(), Reject> {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= named.0 + limits::DEVICES_WINDOW {
            *named = (now, 0);
        }
        if named.1 >= limits::DEVICES_NAMED_MAX {
            let sentence = "Too many new visitors at the moment; try again shortly.";
            let wait =
                Millis(u64::try_from((named.0 + limits::DEVICES_WINDOW).0 - now.0).unwrap_or(0));
            return Err(Reject::new(Code::RateLimited, sentence).after(wait));
        }
        named.1 += 1;
        Ok(())
    }
}

/// A new token, and what it belongs to.
#[derive(Debug)]
pub struct Issued {
    /// The token: told once, and kept by nobody but the device.
    pub token: String,
    /// Of which device.
    pub id: DeviceId,
    /// It has to be exchanged until then.
    pub expires: Timestamp,
}

/// The token that a request brings, whatever it is.
pub struct DeviceToken(pub String);

impl FromRequest for DeviceToken {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(
            bearer(req)
                .map(|token| Self(token.to_owned()))
                .map_err(ApiError::from),
        )
    }
}

/// Whether a text has the form of a device's token.
#[must_use]
pub fn is_device_form(token: &str) -> bool {
    token.starts_with(PREFIX)
}

fn token_invalid() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "The token of this device is not good (any more); ask for a new device, or sign in.",
    )
}

fn linked_already() -> Reject {
    Reject::new(
        Code::TokenInvalid,
        "Whoever had this device has signed in, and it proves nothing any more; sign in as well to go on.",
    )
}

fn no_such_device() -> Reject {
    Reject::new(
        Code::NotFound,
        "There is no such device; its id is the customer's without `device:`.",
    )
}

/// The device of a token, and the hash of its secret part.
fn read(token: &str) -> Option<(DeviceId, String)> {
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('-')?;
    (secret.len() == 43).then_some(())?;
    Some((id.parse().ok()?, secret_sha256(secret)))
}

/// A new token for a device, and its hash.
fn make(id: DeviceId) -> Result<(String, String), Reject> {
    let secret = new_secret().map_err(|_| no_randomness())?;
    let hash = secret_sha256(&secret);
    Ok((format!("{PREFIX}{id}-{secret}"), hash))
}

fn no_randomness() -> Reject {
    tracing::error!("the system's random source failed");
    Reject::new(
        Code::Internal,
        "No token could be made; an operator has been told.",
    )
}

/// Whether customers of a widget may be known by their device.
fn is_known_by_device(company: &Company, widget: &WidgetId) -> bool {
    company.widgets.get(widget).is_some_and(|w| {
        let workstream = company.workstreams.get(&w.workstream);
        workstream.is_some_and(|w| w.device_identity)
    })
}

/// Names a device that comes through a widget.
///
/// # Errors
/// `unknown_workstream`, `not_accepting`, `forbidden` where customers are not known by their
/// device; `rate_limited`, `unavailable`.
pub async fn name(state: &WebState, widget: WidgetId) -> Result<Issued, Reject> {
    let (company, now) = (state.gateway.company(), state.gateway.now());
    let configured = company.widgets.get(&widget).ok_or_else(|| {
        Reject::new(
            Code::UnknownWorkstream,
            "There is no such widget; check the name with the company.",
        )
    })?;
    if !is_known_by_device(&company, &widget) {
        return Err(Reject::new(
            Code::Forbidden,
            "Customers are not known by their device here; sign in.",
        ));
    }
    if !configured.enabled {
        return Err(Reject::new(
            Code::NotAccepting,
            "This widget takes no new conversations.",
        ));
    }
    state.devices.admit(now)?;
    let mut id = DeviceId([0; 16]);
    aws_lc_rs::rand::fill(&mut id.0).map_err(|_| no_randomness())?;
    let (token, hash) = make(id)?;
    let device = Device::new(widget, hash, now);
    state.gateway.keep_device(id, device, None).await?;
    Ok(Issued {
        token,
        id,
        expires: now + limits::DEVICE_TOKEN_TIME,
    })
}

/// Exchanges a token for a new one, for somebody at an address.
///
/// # Errors
/// `token_invalid`, also for a token that came back too late, which ends the device.
pub async fn renew(state: &WebState, token: &str, from: IpAddr) -> Result<Issued, Reject> {
    let (id, hash) = read(token).ok_or_else(token_invalid)?;
    let _lock = state.devices.lock_of(id).lock().await;
    let mut device = look(state, id, &hash, from).await?;
    let now = state.gateway.now();
    // Bringing a token uses it.
    if device.current == hash {
        device.confirm(now);
    }
    let (token, hash) = make(id)?;
    device.rotate(hash, now);
    state.gateway.keep_device(id, device, None).await?;
    Ok(Issued {
        token,
        id,
        expires: now + limits::DEVICE_TOKEN_TIME,
    })
}

/// Verifies a device's token, for somebody at an address.
///
/// # Errors
/// `token_invalid`; `token_expired` for one that has to be exchanged first.
pub async fn prove(state: &WebState, token: &str, from: IpAddr) -> Result<Proof, Reject> {
    let (id, hash) = read(token).ok_or_else(token_invalid)?;
    let _lock = state.devices.lock_of(id).lock().await;
    let mut device = look(state, id, &hash, from).await?;
    let now = state.gateway.now();
    let expires = device.issued_at + limits::DEVICE_TOKEN_TIME;
    if now >= expires {
        return Err(token_expired());
    }
    if device.judge(&hash, now) == (Verdict::Current { first: true }) {
        device.confirm(now);
        state.gateway.keep_device(id, device, None).await?;
    }
    Ok(Proof {
        customer: id.customer(),
        by: ProvenBy::Device,
        expires,
        claims: Default::default(),
    })
}

/// The device of a token that is good. Whoever calls holds its lock.
async fn look(state: &WebState, id: DeviceId, hash: &str, from: IpAddr) -> Result<Device, Reject> {
    let device = state.gateway.device(id).await?.ok_or_else(token_invalid)?;
    let now = state.gateway.now();
    match device.judge(hash, now) {
        Verdict::Current { .. } | Verdict::Grace => {}
        Verdict::Ended if device.link(hash).is_some() => return Err(linked_already()),
        Verdict::Unknown | Verdict::Ended => return Err(token_invalid()),
        Verdict::Copied => {
            tracing::warn!(device = %id, "an old token came back: there is a copy of it, and the device ends");
            let record = AuditRecord::new(now, Who::Nobody, Some(from), What::DeviceReused);
            end(state, id, device, DeviceEnd::Copied { at: now }, record).await?;
            return Err(token_invalid());
        }
    }
    // Whoever switches devices off means those that there are, too.
    if is_known_by_device(&state.gateway.company(), &device.widget) {
        Ok(device)
    } else {
        Err(token_invalid())
    }
}

/// Links the device of a token to a customer who has proven who they are: its conversations
/// go to them, and it ends. The same again is the same as once. Whoever asks may give up: it
/// happens all the same, and the device is locked until that is certain.
///
/// # Errors
/// `token_invalid`, also for a device that is somebody else's; `token_expired`; `unavailable`
/// while another link of the customer is under way.
pub async fn link(
    state: &WebState,
    token: &str,
    customer: &CustomerId,
    from: IpAddr,
) -> Result<(DeviceId, Linking), Reject> {
    let (id, hash) = read(token).ok_or_else(token_invalid)?;
    let _lock = state.devices.lock_of(id).lock().await;
    let known = state.gateway.device(id).await?.ok_or_else(token_invalid)?;
    if let Some((owner, _)) = known.link(&hash) {
        if owner != customer {
            return Err(linked_already());
        }
        return Ok((id, state.gateway.linking(id.customer())?));
    }
    let mut device = look(state, id, &hash, from).await?;
    let now = state.gateway.now();
    if now >= device.issued_at + limits::DEVICE_TOKEN_TIME {
        return Err(token_expired());
    }
    device.end = Some(DeviceEnd::Linked {
        customer: customer.clone(),
        at: now,
        conversations: 0,
    });
    let affair = Affair {
        kind: AffairKind::Link(Link {
            into: customer.clone(),
            of: None,
        }),
        at: now,
        who: Who::Customer(customer.clone()),
        from: Some(from),
    };
    let linking = state.gateway.link(id, device, affair).await?;
    state.devices.note_end(id);
    // Those that opened before that was noted.
    state.gateway.dismiss(&Principal::Customer(id.customer()));
    Ok((id, linking))
}

/// How many conversations went with a device that was linked.
///
/// # Errors
/// `internal`, `overloaded`, `unavailable`.
pub async fn linked(state: &WebState, id: DeviceId) -> Result<u64, Reject> {
    let device = state.gateway.device(id).await?;
    Ok(match device.and_then(|device| device.end) {
        Some(DeviceEnd::Linked { conversations, .. }) => conversations,
        _ => 0,
    })
}

/// What is known of a device.
///
/// # Errors
/// `not_found`.
pub async fn view(state: &WebState, id: &str) -> Result<(DeviceId, Device), Reject> {
    let id: DeviceId = id.parse().map_err(|_| no_such_device())?;
    let device = state.gateway.device(id).await?;
    Ok((id, device.ok_or_else(no_such_device)?))
}

/// Ends a device: its token is refused from now on, and its sockets are closed. Again is the
/// same as once.
///
/// # Errors
/// `not_found`.
pub async fn revoke(
    state: &WebState,
    id: &str,
    by: AgentId,
    trail: Trail,
) -> Result<(DeviceId, Device), Reject> {
    let (id, _) = view(state, id).await?;
    let _lock = state.devices.lock_of(id).lock().await;
    let device = state.gateway.device(id).await?.ok_or_else(no_such_device)?;
    if device.end.is_some() {
        return Ok((id, device));
    }
    tracing::info!(device = %id, %by, "a device is revoked");
    let at = state.gateway.now();
    let record = trail.record(at, &by, What::DeviceRevoked);
    let device = end(state, id, device, DeviceEnd::Revoked { by, at }, record).await?;
    Ok((id, device))
}

async fn end(
    state: &WebState,
    id: DeviceId,
    mut device: Device,
    end: DeviceEnd,
    record: AuditRecord,
) -> Result<Device, Reject> {
    device.end = Some(end);
    let record = Some(record.about(id));
    state
        .gateway
        .keep_device(id, device.clone(), record)
        .await?;
    state.devices.note_end(id);
    state.gateway.dismiss(&Principal::Customer(id.customer()));
    Ok(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_back_and_nothing_else_reads() {
        let id = DeviceId([7; 16]);
        let (token, hash) = make(id).expect("random");
        assert_eq!(read(&token), Some((id, hash)));
        assert!(is_device_form(&token) && !token.contains([':', '.']));
        for bad in [
            "",
            "lgd-",
            "lgd-07-x",
            &token[1..],
            &token[..token.len() - 1],
            &format!("{token}x"),
            &token.to_uppercase(),
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn so_many_are_named_in_a_while_and_no_more() {
        let (devices, now) = (Devices::default(), Timestamp(1_700_000_000_000));
        for _ in 0..limits::DEVICES_NAMED_MAX {
            devices.admit(now).expect("below the bound");
        }
        let refused = devices.admit(now + Millis(1)).expect_err("one too many");
        assert_eq!(refused.code, Code::RateLimited);
        let wait = refused.retry_after.expect("says when");
        devices
            .admit(now + Millis(1) + wait)
            .expect("a while later");
    }
}

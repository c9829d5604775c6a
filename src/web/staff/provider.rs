//! Signing in with an OpenID Connect provider: authorization code with PKCE, state and nonce.
//!
//! The browser is sent to the provider with a short-lived cookie; only the browser that has
//! it can come back, once, and within ten minutes. What the provider says is believed for
//! the issuer, the client and the nonce that were asked for, under RS256 or ES256 and its
//! published keys; the algorithm never comes from the token alone. Who that is here, the
//! settings say: by verified e-mail address or by subject.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::cookie::SameSite;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreClient, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::secret::{new_secret, secret_sha256};
use super::cookie;
use super::door::{NewSignIn, address, new_sign_in};
use super::sign_in::{answer, signed_in};
use crate::config::ProviderSettings;
use crate::domain::ids::AgentId;
use crate::domain::reject::{Code, Reject};
use crate::domain::staff::Proof;
use crate::domain::time::{Millis, Timestamp};
use crate::limits;
use crate::web::{ApiError, WebState};
use crate::wire::rest::ErrorBody;

/// Where the provider sends browsers back to.
const CALLBACK: &str = "/api/v1/auth/provider/callback";
/// The cookie that binds a sign-in under way to its browser.
const COOKIE: &str = "linger_provider";
/// How long the provider may take to answer.
const PROVIDER_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer of the provider at most.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// How far the clocks of the provider and this server may be apart.
const LEEWAY: Millis = Millis::seconds(60);

/// A provider, and the sign-ins that are under way there.
pub(super) struct Provider {
    settings: ProviderSettings,
    http: reqwest::Client,
    /// By the SHA-256 of the cookie.
    underway: Mutex<BTreeMap<String, Underway>>,
}

/// A sign-in that was sent to the provider.
struct Underway {
    state: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    until: Timestamp,
}

/// Why the provider could not be asked. Never holds a token.
#[derive(Debug)]
struct HttpFailed(String);

impl fmt::Display for HttpFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HttpFailed {}

/// What the callback carries.
#[derive(Deserialize, IntoParams)]
pub(in crate::web) struct CallbackQuery {
    /// What the token is fetched with.
    code: Option<String>,
    /// What this server gave along.
    state: Option<String>,
    /// Why the provider said no.
    error: Option<String>,
}

fn failed() -> Reject {
    Reject::new(
        Code::SignInFailed,
        "The provider's answer does not fit a sign-in that began in this browser; begin again.",
    )
}

fn nobody() -> Reject {
    Reject::new(
        Code::SignInFailed,
        "The provider knows you, but no agent here goes with that account; ask an admin.",
    )
}

fn unreachable() -> Reject {
    Reject::new(
        Code::Unavailable,
        "The identity provider did not answer as it should; try again, or sign in with a password.",
    )
    .after(Millis::seconds(10))
}

impl Provider {
    pub(super) fn new(settings: ProviderSettings) -> Self {
        let http = reqwest::Client::builder()
            // Following redirects would let the provider send requests from this machine.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PROVIDER_WITHIN)
            .build()
            .unwrap_or_default();
        Self {
            settings,
            http,
            underway: Mutex::default(),
        }
    }

    fn underway(&self) -> MutexGuard<'_, BTreeMap<String, Underway>> {
        self.underway.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request to the provider, for the openidconnect crate.
    async fn call(
        &self,
        request: openidconnect::HttpRequest,
    ) -> Result<openidconnect::HttpResponse, HttpFailed> {
        let failed = |e: reqwest::Error| HttpFailed(e.without_url().to_string());
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut answer = self.http.execute(request).await.map_err(failed)?;
        let mut made = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            made = made.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(failed)? {
            if body.len() + part.len() > ANSWER_BYTES_MAX {
                return Err(HttpFailed("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&part);
        }
        made.body(body).map_err(|e| HttpFailed(e.to_string()))
    }

    /// What the provider says of itself: read for every sign-in, so that new keys are known.
    async fn discover(&self) -> Result<CoreProviderMetadata, Reject> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|_| unreachable())?;
        let http = |request| self.call(request);
        CoreProviderMetadata::discover_async(issuer, &http)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "the identity provider could not be asked about itself");
                unreachable()
            })
    }

    fn redirect(public_url: &str) -> Result<RedirectUrl, Reject> {
        RedirectUrl::new(format!("{public_url}{CALLBACK}")).map_err(|_| unreachable())
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        let secret = self.settings.client_secret.as_ref()?;
        Some(ClientSecret::new(secret.reveal().to_owned()))
    }

    /// Begins a sign-in: where to send the browser, and the cookie to send it with.
    async fn begin(&self, public_url: &str, now: Timestamp) -> Result<(String, String), Reject> {
        let client = CoreClient::from_provider_metadata(
            self.discover().await?,
            ClientId::new(self.settings.client_id.clone()),
            self.client_secret(),
        )
        .set_redirect_uri(Self::redirect(public_url)?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let binding = new_secret()?;
        let mut underway = self.underway();
        underway.retain(|_, u| u.until > now);
        if underway.len() >= limits::PROVIDER_SIGN_INS_MAX {
            return Err(Reject::overloaded());
        }
        underway.insert(
            secret_sha256(&binding),
            Underway {
                state: state.secret().clone(),
                nonce,
                verifier,
                until: now + limits::PROVIDER_SIGN_IN_WITHIN,
            },
        );
        Ok((url.to_string(), binding))
    }

    /// Ends one: who the provider says it is.
    async fn finish(
        &self,
        public_url: &str,
        binding: &str,
        code: String,
        state: &str,
        now: Timestamp,
    ) -> Result<AgentId, Reject> {
        // Taken out whatever comes of it: it comes back once.
        let underway = self
            .underway()
            .remove(&secret_sha256(binding))
            .filter(|u| u.until > now && secret_sha256(&u.state) == secret_sha256(state))
            .ok_or_else(failed)?;
        let client = CoreClient::from_provider_metadata(
            self.discover().await?,
            ClientId::new(self.settings.client_id.clone()),
            self.client_secret(),
        )
        .set_redirect_uri(Self::redirect(public_url)?);
        let http = |request| self.call(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| unreachable())?
            .set_pkce_verifier(underway.verifier)
            .request_async(&http)
            .await
            .map_err(|_| {
                tracing::warn!("the identity provider gave no token for a code");
                failed()
            })?;
        let instant = move || instant(now);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            ])
            .set_time_fn(instant)
            .set_issue_time_verifier_fn(move |issued| {
                let ahead = issued.timestamp_millis() > (now + LEEWAY).0;
                if ahead {
                    Err("issued in the future".to_owned())
                } else {
                    Ok(())
                }
            });
        let claims = answer
            .id_token()
            .ok_or_else(failed)?
            .claims(&verifier, &underway.nonce)
            .map_err(|error| {
                tracing::warn!(%error, "an identity provider's token was refused");
                failed()
            })?;
        self.agent(claims)
    }

    /// Who that is here.
    fn agent(&self, claims: &CoreIdTokenClaims) -> Result<AgentId, Reject> {
        let subject = format!("sub:{}", claims.subject().as_str());
        if let Some(agent) = self.settings.agents.get(&subject) {
            return Ok(agent.clone());
        }
        let email = claims
            .email()
            .filter(|_| claims.email_verified() == Some(true))
            .map(|email| email.as_str().to_lowercase())
            .ok_or_else(nobody)?;
        if let Some(agent) = self.settings.agents.get(&email) {
            return Ok(agent.clone());
        }
        let (name, domain) = email.rsplit_once('@').ok_or_else(nobody)?;
        let ours = self
            .settings
            .domain
            .as_ref()
            .is_some_and(|ours| ours.eq_ignore_ascii_case(domain));
        AgentId::parse(name)
            .ok()
            .filter(|_| ours && !name.contains('@'))
            .ok_or_else(nobody)
    }
}

fn instant(now: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(now.0).unwrap_or_default()
}

fn provider(state: &WebState) -> Result<(&Provider, &str), Reject> {
    state
        .staff
        .provider
        .as_ref()
        .zip(state.staff.settings().public_url.as_deref())
        .ok_or_else(|| {
            Reject::new(
                Code::NotFound,
                "No identity provider is configured; sign in with a password.",
            )
        })
}

/// Sign in with the identity provider: sends the browser there.
#[utoipa::path(get, path = "/api/v1/auth/provider", tag = "sign-in", responses(
    (status = 303, description = "To the provider"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn begin(
    req: HttpRequest,
    state: web::Data<WebState>,
) -> Result<HttpResponse, ApiError> {
    let (provider, public_url) = provider(&state)?;
    let now = state.gateway.now();
    state.staff.take_try_of_address(&address(&req), now)?;
    let (url, binding) = provider.begin(public_url, now).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, url))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .cookie(cookie::made(
            &req,
            COOKIE,
            binding,
            CALLBACK,
            // The provider sends the browser back from another site.
            SameSite::Lax,
            limits::PROVIDER_SIGN_IN_WITHIN,
        ))
        .finish())
}

/// Where the provider sends browsers back to: sets the session cookie.
#[utoipa::path(get, path = "/api/v1/auth/provider/callback", tag = "sign-in", params(CallbackQuery), responses(
    (status = 200, description = "Signed in; a page that goes on to /", content_type = "text/html"),
    (status = "default", description = "Refused", body = ErrorBody)))]
pub(in crate::web) async fn callback(
    req: HttpRequest,
    state: web::Data<WebState>,
    query: web::Query<CallbackQuery>,
) -> Result<HttpResponse, ApiError> {
    let (provider, public_url) = provider(&state)?;
    let CallbackQuery {
        code,
        state: given,
        error,
    } = query.into_inner();
    let binding = req.cookie(COOKIE).ok_or_else(failed)?;
    let (Some(code), Some(given), None) = (code, given, error) else {
        return Err(failed().into());
    };
    let now = state.gateway.now();
    let agent = provider
        .finish(public_url, binding.value(), code, &given, now)
        .await?;
    let token = new_sign_in()?;
    let sign_in = state
        .gateway
        .change_staff(
            |roll, company, now| {
                if !company.agents.get(&agent).is_some_and(|a| a.enabled) {
                    return Err(nobody());
                }
                let account = roll.account(&agent);
                let new = NewSignIn {
                    agent: &agent,
                    account: &account,
                    proof: Proof::Provider,
                    cookie: true,
                };
                state
                    .staff
                    .sign_in((roll, company, now), token.key.clone(), &new)
            },
            |sign_in, now| Some(signed_in(&req, &token.key, sign_in, now)),
        )
        .await?;
    let done = answer(&req, &state, &token.key, token.text, &sign_in)?;
    let mut page = HttpResponse::Ok();
    page.content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    for cookie in done.cookies() {
        page.cookie(cookie.into_owned());
    }
    page.cookie(cookie::made(
        &req,
        COOKIE,
        String::new(),
        CALLBACK,
        SameSite::Lax,
        Millis(0),
    ));
    // A redirect would still count as coming from the provider's site, and go without the
    // cookie; what a page does by itself does not.
    Ok(page.body(
        "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=/\"><title>Signed in</title><a href=\"/\">Go on</a>",
    ))
}

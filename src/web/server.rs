//! The listening server: socket options, bounds on slow peers, counting. Owns no signals.

use std::any::Any;
use std::net::TcpListener;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, Server, Service};
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError as _, web};
use rustls::ServerConfig;
use socket2::{SockRef, TcpKeepalive};

use super::{ApiError, WebState, front, headers, routes};
use crate::domain::reject::{Code, Reject};
use crate::limits;

/// Connections of the whole server: leaves descriptors to the store within a limit of 20,000.
const CONNECTIONS_MAX: usize = 16_384;
/// The head of a request must be there within this time (slow handshakes).
const REQUEST_HEAD_WITHIN: Duration = Duration::from_secs(5);
/// A TLS handshake must be through within this time.
const TLS_HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);
/// Idle HTTP connections are kept for this long.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a stop waits for answers that are being written.
const SHUTDOWN_SECONDS: u64 = 5;

/// The server on a bound listener, not yet running: the caller awaits or spawns it, and
/// stops it by its handle.
///
/// # Errors
/// What the system says about the listener.
pub fn http_server(
    state: WebState,
    listener: TcpListener,
    tls: Option<ServerConfig>,
    workers: usize,
) -> std::io::Result<Server> {
    let workers = workers.max(1);
    let server = HttpServer::new(move || {
        let telemetry = state.telemetry.clone();
        App::new()
            .app_data(web::Data::new(state.clone()))
            .wrap(from_fn(front::pass))
            .wrap_fn(move |request, service| {
                let telemetry = telemetry.clone();
                let answer = service.call(request);
                async move {
                    let answer = answer.await?;
                    telemetry.answered(answer.status().as_u16());
                    if let Some(code) = answer.response().extensions().get::<Code>() {
                        telemetry.refused(*code);
                    }
                    Ok(answer)
                }
            })
            .configure(routes::configure)
    })
    .workers(workers)
    .max_connections(CONNECTIONS_MAX.div_ceil(workers))
    .on_connect(tune)
    .client_request_timeout(REQUEST_HEAD_WITHIN)
    .tls_handshake_timeout(TLS_HANDSHAKE_WITHIN)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals();
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

/// A server of plain HTTP that knows one answer: the same over https, on this port.
///
/// # Errors
/// What the system says about the listener.
pub fn redirect_server(listener: TcpListener, https_port: u16) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new().default_service(web::to(move |request: HttpRequest| {
            let answer = redirected(&request, https_port);
            let mut answer =
                answer.unwrap_or_else(|reject| ApiError::from(reject).error_response());
            headers::complete(answer.headers_mut(), false);
            std::future::ready(answer)
        }))
    })
    .workers(1)
    .max_connections(CONNECTIONS_MAX / 16)
    .client_request_timeout(REQUEST_HEAD_WITHIN)
    .keep_alive(actix_web::http::KeepAlive::Disabled)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// Only reading is sent on: a body, and what else came with it, has been on the wire in the
/// clear already, and whoever sent it should learn of that.
fn redirected(request: &HttpRequest, port: u16) -> Result<HttpResponse, Reject> {
    let no = |sentence| Err(Reject::new(Code::InvalidRequest, sentence));
    if !request.method().is_safe() {
        return no("This address takes https only; nothing was done.");
    }
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|h| h.to_str().ok()).unwrap_or_default();
    let end = match host.rfind(']') {
        Some(end) => end + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let host = &host[..end];
    let is_host = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    if host.is_empty() || !host.bytes().all(is_host) {
        return no("This address takes https only; say in `Host` which server is meant.");
    }
    if front::holds_credential(request.query_string()) {
        return Err(front::token_in_url());
    }
    let port = if port == 443 {
        String::new()
    } else {
        format!(":{port}")
    };
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
    // Two slashes would be read as another host by some.
    let path = format!("/{}", path.trim_start_matches('/'));
    Ok(HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, format!("https://{host}{port}{path}")))
        .finish())
}

/// Options of each connection. A peer that vanished, or that keeps its window shut, is
/// noticed by the system: the session behind it may not even be polled.
fn tune(connection: &dyn Any, _data: &mut Extensions) {
    let plain = connection.downcast_ref::<TcpStream>();
    let encrypted = connection.downcast_ref::<TlsStream<TcpStream>>();
    let Some(stream) = plain.or_else(|| encrypted.map(|tls| tls.get_ref().0)) else {
        return;
    };
    let socket = SockRef::from(stream);
    let interval = Duration::from_millis(limits::HEARTBEAT_INTERVAL.0);
    let alive = TcpKeepalive::new()
        .with_time(interval)
        .with_interval(interval);
    let tuned = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_keepalive(&alive));
    #[cfg(target_os = "linux")]
    let tuned = tuned.and_then(|()| socket.set_tcp_user_timeout(Some(interval * 3)));
    if let Err(error) = tuned {
        // The peer may be gone already; the connection then ends by itself.
        tracing::debug!(%error, "socket options were not set");
    }
}

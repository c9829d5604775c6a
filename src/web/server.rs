//! The listening server: socket options, bounds on slow peers, counting. Owns no signals.

use std::any::Any;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::{Extensions, Server, Service};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use socket2::{SockRef, TcpKeepalive};

use super::{WebState, routes};
use crate::domain::reject::Code;
use crate::limits;

/// Connections of the whole server: leaves descriptors to the store within a limit of 20,000.
const CONNECTIONS_MAX: usize = 16_384;
/// The head of a request must be there within this time (slow handshakes).
const REQUEST_HEAD_WITHIN: Duration = Duration::from_secs(5);
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
    workers: usize,
) -> std::io::Result<Server> {
    let workers = workers.max(1);
    let server = HttpServer::new(move || {
        let telemetry = state.telemetry.clone();
        App::new()
            .app_data(web::Data::new(state.clone()))
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
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// Options of each connection. A peer that vanished, or that keeps its window shut, is
/// noticed by the system: the session behind it may not even be polled.
fn tune(connection: &dyn Any, _data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else {
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

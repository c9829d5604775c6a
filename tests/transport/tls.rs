//! https and wss with certificates made here: what they refuse, and that a new certificate
//! disturbs nobody.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linger::config::TlsFiles;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use crate::common::child::Demo;
use crate::common::company::Site;
use crate::common::raw_ws::{RawWs, read_head};
use crate::common::server::Server;
use crate::common::{PATIENCE, eventually_now};

const HOST: &str = "chat.example.com";

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A fresh certificate: the roots of whoever trusts it.
fn write_certificate(directory: &Path) -> RootCertStore {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([HOST.to_owned()]).expect("a certificate");
    // The key first: whoever looks between the two finds a pair that does not go together.
    std::fs::write(directory.join("key.pem"), signing_key.serialize_pem()).expect("written");
    std::fs::write(directory.join("cert.pem"), cert.pem()).expect("written");
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).expect("a root");
    roots
}

fn files(directory: &Path) -> TlsFiles {
    TlsFiles {
        certificate: directory.join("cert.pem"),
        key: directory.join("key.pem"),
    }
}

fn client(roots: &RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    Arc::new(config)
}

fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> std::io::Result<Tls> {
    let name = ServerName::try_from(HOST).expect("a name");
    let mut connection = ClientConnection::new(config, name).map_err(std::io::Error::other)?;
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    connection.complete_io(&mut socket)?;
    Ok(StreamOwned::new(connection, socket))
}

fn get(tls: &mut Tls, path: &str) -> String {
    write!(tls, "GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n").expect("open");
    let head = read_head(tls).expect("an answer").to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|l| l.strip_prefix("content-length: "));
    let length = length.expect("a length").trim().parse().expect("a number");
    tls.read_exact(&mut vec![0; length]).expect("a body");
    head
}

fn socket(address: SocketAddr, roots: &RootCertStore, token: &str) -> RawWs {
    let tls = connect(address, client(roots)).expect("a TLS handshake");
    let below = tls.sock.try_clone().expect("a socket");
    let lines = format!("Origin: https://{HOST}\r\n");
    let mut socket =
        RawWs::upgrade(Box::new(tls), below, HOST, "/ws/agent", &lines).expect("a handshake");
    socket
        .say(&json!({"type": "hello", "token": token}).to_string())
        .expect("open");
    assert!(socket.hear_text().contains("welcome"));
    socket
}

fn still_there(socket: &mut RawWs) {
    socket
        .say(r#"{"type":"ping","ref":"there"}"#)
        .expect("open");
    assert!(socket.hear_text().contains("there"));
}

#[test]
fn https_and_wss_are_served_and_a_new_certificate_disturbs_nobody() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = write_certificate(directory.path());
    let server = Server::set(Site::with_capacity(4), |s| {
        s.tls = Some(files(directory.path()));
    });
    let anna = crate::common::company::agent("anna");

    let mut https = connect(server.address, client(&first)).expect("a TLS handshake");
    assert_eq!(
        https.conn.protocol_version(),
        Some(rustls::ProtocolVersion::TLSv1_3)
    );
    let head = get(&mut https, "/healthz");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(
        head.contains("strict-transport-security: max-age="),
        "{head}"
    );
    let mut open = socket(server.address, &first, &anna);

    // A new one: new connections have it, open ones go on.
    let second = write_certificate(directory.path());
    eventually_now("the new certificate is served", || {
        connect(server.address, client(&second)).ok()
    });
    connect(server.address, client(&first)).expect_err("the old one is gone");
    still_there(&mut open);
    assert!(get(&mut https, "/readyz").starts_with("http/1.1 200"));

    // One that is broken changes nothing: a key that belongs to another.
    let other = tempfile::tempdir().expect("a directory");
    write_certificate(other.path());
    std::fs::copy(
        other.path().join("key.pem"),
        directory.path().join("key.pem"),
    )
    .expect("copied");
    // Then one that is mended: when it is served, the broken one has been looked at or passed over.
    connect(server.address, client(&second)).expect("still the second");
    std::fs::write(directory.path().join("cert.pem"), "no PEM").expect("written");
    connect(server.address, client(&second)).expect("still the second");
    let third = write_certificate(directory.path());
    eventually_now("the third certificate is served", || {
        connect(server.address, client(&third)).ok()
    });
    still_there(&mut open);
}

#[test]
fn sighup_reads_the_certificate_again_and_says_what_is_wrong_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let roots = write_certificate(directory.path());
    let (cert, key) = (
        directory.path().join("cert.pem"),
        directory.path().join("key.pem"),
    );
    let (cert, key) = (cert.to_str().expect("text"), key.to_str().expect("text"));
    let demo = Demo::start(&[]).then_serve(&["--tls-cert", cert, "--tls-key", key]);
    let anna = demo.credentials.agent_token("anna").expect("anna");
    let mut open = socket(demo.address(), &roots, &anna);
    std::fs::write(
        directory.path().join("key.pem"),
        "-----BEGIN PRIVATE KEY-----\nsecretsecret\n",
    )
    .expect("written");
    demo.signal("HUP");
    eventually_now("the reason is logged", || {
        demo.log()
            .contains("holds no private key in PEM")
            .then_some(())
    });
    assert!(!demo.log().contains("secretsecret"));
    connect(demo.address(), client(&roots)).expect("the one before stays");
    let new = write_certificate(directory.path());
    demo.signal("HUP");
    eventually_now("the new certificate is served", || {
        connect(demo.address(), client(&new)).ok()
    });
    still_there(&mut open);
}

#[test]
fn what_is_not_tls_or_too_old_or_too_slow_is_sent_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let roots = write_certificate(directory.path());
    let server = Server::set(Site::with_capacity(4), |s| {
        s.tls = Some(files(directory.path()));
    });

    // TLS 1.1 says so in its first bytes; the answer is an alert, not a handshake.
    let hello = [0x16, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2]
        .into_iter()
        .chain([7; 32])
        .chain([0, 0, 4, 0, 0x2f, 0xc0, 0x13, 1, 0])
        .collect::<Vec<u8>>();
    let cases: [(&str, &[u8]); 3] = [
        ("plain HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("TLS 1.1", &hello),
        ("noise", &[0xff; 64]),
    ];
    for (what, bytes) in cases {
        let mut stream = TcpStream::connect(server.address).expect("connects");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.write_all(bytes).expect("open");
        let mut answer = Vec::new();
        // A reset is an end as well.
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || answer[0] == 0x15, "{what}: {answer:?}");
    }

    // A hundred that begin a handshake and go no further, and a hundred that say nothing.
    let began = Instant::now();
    let mut slow: Vec<TcpStream> = (0..200)
        .map(|n| {
            let mut stream = TcpStream::connect(server.address).expect("connects");
            stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
            if n % 2 == 0 {
                stream.write_all(&[0x16, 3, 1, 2, 0]).expect("open");
            }
            stream
        })
        .collect();
    let mut https = connect(server.address, client(&roots)).expect("others are served");
    assert!(get(&mut https, "/healthz").starts_with("http/1.1 200"));
    for stream in &mut slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    let took = began.elapsed();
    assert!(
        took < Duration::from_secs(15),
        "closed in time, not after {took:?}"
    );
}

#[test]
fn plain_http_is_sent_on_to_https_and_only_what_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    write_certificate(directory.path());
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let plain = free.local_addr().expect("bound");
    drop(free);
    let server = Server::set(Site::with_capacity(4), |s| {
        s.tls = Some(files(directory.path()));
        s.redirect_from = Some(plain);
    });
    let port = server.address.port();
    let ask = |line: &str, host: &str| {
        let mut stream =
            eventually_now("the plain port listens", || TcpStream::connect(plain).ok());
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        write!(stream, "{line} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("open");
        let mut all = String::new();
        stream.read_to_string(&mut all).expect("text");
        all.to_ascii_lowercase()
    };
    let to = |path: &str| format!("location: https://{HOST}:{port}{path}\r\n");
    for (line, host, status, location) in [
        ("GET /", HOST, 308, Some(to("/"))),
        (
            "GET /docs/errors?x=y",
            "chat.example.com:80",
            308,
            Some(to("/docs/errors?x=y")),
        ),
        ("GET //evil.org/x", HOST, 308, Some(to("/evil.org/x"))),
        ("HEAD /", HOST, 308, Some(to("/"))),
        ("POST /api/v1/conversations", HOST, 400, None),
        ("GET /", "a@evil.org", 400, None),
        ("GET /?token=abc", HOST, 400, None),
    ] {
        let answer = ask(line, host);
        assert!(
            answer.starts_with(&format!("http/1.1 {status} ")),
            "{line}: {answer}"
        );
        assert!(
            answer.contains("x-content-type-options: nosniff"),
            "{line}: {answer}"
        );
        match location {
            Some(location) => assert!(answer.contains(&location), "{line}: {answer}"),
            None => assert!(!answer.contains("location:"), "{line}: {answer}"),
        }
    }
}

#[test]
fn a_frozen_reader_over_tls_is_held_to_its_credit_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let roots = write_certificate(directory.path());
    let server = Server::set(Site::with_capacity(4), |s| {
        s.tls = Some(files(directory.path()));
    });
    let anna = crate::common::company::agent("anna");
    let mut socket = socket(server.address, &roots, &anna);
    socket.give_up_after(Duration::from_millis(500));
    socket.freeze();
    let taken = (0..400)
        .take_while(|_| {
            let many = r#"{"type":"ping","ref":"x"}"#;
            let frame = crate::common::raw_ws::RawFrame::new(1, many.as_bytes()).bytes();
            socket.send_bytes(&frame.repeat(2_000)).is_ok()
        })
        .count();
    assert!(
        taken < 400,
        "all was taken from a client that reads nothing"
    );
    drop(socket);
    let mut other = self::socket(server.address, &roots, &anna);
    still_there(&mut other);
}

//! The golden files: one example of each frame, read in both directions.
//!
//! `LINGER_GOLDEN=write cargo test wire::golden` writes the server's files anew after a
//! change that is meant; the difference is then read like code.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use bytestring::ByteString;
use serde_json::Value;

use super::body::Viewer;
use super::client::{self, Incoming, Tag};
use super::samples;
use super::server::{self, Concerning};
use crate::domain::company::Presence;
use crate::domain::message::Side;
use crate::domain::reject::{Code, Reject};
use crate::domain::time::{Millis, Timestamp};
use crate::engine::outbound::{OfferNotice, SessionId};
use crate::engine::request::{Ask, Reply, Request};
use crate::engine::watch::Watched;

const DOC: &str = include_str!("../../docs/protocol.md");

fn folder(side: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/protocol")
        .join(side)
}

fn files(side: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(side)).expect("the golden folder exists");
    entries
        .map(|e| {
            e.expect("readable")
                .path()
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

fn golden(side: &str, kind: &str) -> String {
    let path = folder(side).join(format!("{kind}.json"));
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn set(types: &[&str]) -> BTreeSet<String> {
    types.iter().map(|t| (*t).to_owned()).collect()
}

/// What the example of each frame type must be understood as.
fn understood(kind: &str) -> fn(&Incoming) -> bool {
    macro_rules! asks {
        ($pattern:pat) => {
            |i| {
                matches!(
                    i,
                    Incoming::Ask {
                        request: Request::In(_, $pattern),
                        ..
                    }
                )
            }
        };
    }
    match kind {
        "hello" => {
            |i| matches!(i, Incoming::Hello(h) if h.cursors.len() == 1 && h.credit == Some(16))
        }
        "start" => {
            |i| matches!(i, Incoming::Ask { request: Request::Start(s), .. } if s.text.is_some())
        }
        "send" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    tag: Tag::Client(_),
                    request: Request::In(_, Ask::Post { .. })
                }
            )
        },
        "typing" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    tag: Tag::Silent,
                    request: Request::In(_, Ask::Typing { on: true })
                }
            )
        },
        "mark" => asks!(Ask::Mark { .. }),
        "subscribe" => asks!(Ask::Subscribe { .. }),
        "unsubscribe" => asks!(Ask::Unsubscribe),
        "history" => asks!(Ask::History(_)),
        "view" => asks!(Ask::View),
        "list" => {
            |i| matches!(i, Incoming::Ask { request: Request::List(f), .. } if f.states.len() == 2 && f.mine && f.before.is_some() && f.text.is_some())
        }
        "credit" => |i| matches!(i, Incoming::Credit { messages: 8, .. }),
        "end" => asks!(Ask::End),
        "presence" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    request: Request::SetPresence(Presence::DoNotDisturb),
                    ..
                }
            )
        },
        "me" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    request: Request::Me,
                    ..
                }
            )
        },
        "accept" => asks!(Ask::Accept),
        "reject" => asks!(Ask::Reject),
        "pick" => asks!(Ask::Pick),
        "reopen" => asks!(Ask::Reopen),
        "park" => asks!(Ask::Park),
        "release" => asks!(Ask::Release),
        "finish" => asks!(Ask::Finish),
        "explain" => asks!(Ask::Explain { limit: 100, .. }),
        "transfer" => asks!(Ask::TransferToAgent {
            reason: Some(_),
            ..
        }),
        "assign" => asks!(Ask::Assign(_)),
        "force_close" => asks!(Ask::ForceClose),
        "place" => asks!(Ask::Place),
        "floor" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    request: Request::Floor,
                    ..
                }
            )
        },
        "note" => asks!(Ask::Note {
            private_to: Some(_),
            ..
        }),
        "notes" => asks!(Ask::Notes { limit: 20, .. }),
        "tag" => asks!(Ask::Tag { .. }),
        "subject" => asks!(Ask::SetSubject(_)),
        "consult" => asks!(Ask::Consult(_)),
        "consult_add" => asks!(Ask::ConsultAdd(_)),
        "consult_end" => asks!(Ask::ConsultEnd(Some(_))),
        "quick_replies" => asks!(Ask::QuickReplies),
        "watch" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    request: Request::Watch(Watched::Queues),
                    ..
                }
            )
        },
        "unwatch" => |i| {
            matches!(
                i,
                Incoming::Ask {
                    request: Request::Unwatch(Watched::Floor),
                    ..
                }
            )
        },
        "renew" => |i| matches!(i, Incoming::Renew { token, .. } if !token.reveal().is_empty()),
        "ping" => |i| matches!(i, Incoming::Ping { reference: Some(_) }),
        other => panic!("no expectation for `{other}`; add one"),
    }
}

fn server_frame(kind: &str) -> ByteString {
    let view = samples::shared_view();
    let by_ref = Tag::Ref("r-1".into());
    match kind {
        "welcome" => server::welcome(
            SessionId(7),
            &samples::agent(),
            Timestamp(1_700_000_000_000),
            None,
        ),
        "accepted" => {
            let reply = Reply::Started {
                view,
                created: true,
                seq: None,
            };
            server::accepted(
                &by_ref,
                Some(samples::ID),
                &reply,
                Viewer::Customer,
                &samples::company(),
            )
            .expect("a request with a ref is answered")
        }
        "refused" => {
            let mut reject = Reject::new(
                Code::AlreadyTaken,
                "Another agent has it; remove it from the list.",
            );
            reject.taken_by = Some(samples::anna());
            server::refused(Concerning::tag(&by_ref, Some(samples::ID)), &reject)
        }
        "message" => super::hot::message(samples::ID, &samples::message(), &samples::company()),
        "conversation" => server::conversation(&view, Viewer::Company),
        "typing" => server::typing(samples::ID, Side::Agent, Some("anna"), true),
        "offer" => {
            let deadline = Timestamp(1_700_000_220_000);
            server::offer(&OfferNotice {
                view,
                deadline,
                returning: true,
                transfer: false,
            })
        }
        "offer_ended" => server::offer_ended(samples::ID, false),
        "assigned" => server::assigned(&view),
        "customer_returned" => server::customer_returned(samples::ID, &samples::carla()),
        "presence" => server::presence(Presence::Away),
        "pong" => server::pong(Some("r-1")),
        "goaway" => server::goaway(),
        "note" => server::note(samples::ID, &samples::note()),
        "consult" => server::consult(&view),
        "consult_ended" => server::consult_ended(samples::ID),
        "renew" => server::renew(Timestamp(1_700_000_960_000)),
        "watch" => super::watch::frame(&samples::watch_part()),
        other => panic!("no example for `{other}`; add one"),
    }
}

#[test]
fn every_frame_type_has_a_golden_file_and_every_file_a_type() {
    assert_eq!(files("client"), set(client::TYPES));
    assert_eq!(files("server"), set(server::TYPES));
}

#[test]
fn every_frame_type_has_a_row_in_the_protocol_and_an_example() {
    for (side, types) in [("client", client::TYPES), ("server", server::TYPES)] {
        for kind in types {
            let row = DOC.lines().any(|l| {
                l.split('|')
                    .nth(1)
                    .is_some_and(|first| first.split(',').any(|n| n.trim() == format!("`{kind}`")))
            });
            assert!(row, "docs/protocol.md has no row for `{kind}`");
            let link = format!("../tests/golden/protocol/{side}/{kind}.json");
            assert!(DOC.contains(&link), "docs/protocol.md does not link {link}");
        }
    }
}

#[test]
fn every_golden_client_frame_is_understood() {
    for kind in client::TYPES {
        let text = golden("client", kind);
        let incoming = client::read(&text).unwrap_or_else(|m| panic!("{kind}: {:?}", m.reject));
        assert!(
            understood(kind)(&incoming),
            "{kind} was understood as {incoming:?}"
        );
        let value: Value = serde_json::from_str(&text).expect("understood above");
        assert_eq!(value["type"], *kind);
    }
}

#[test]
fn every_golden_client_frame_is_refused_with_one_more_field() {
    for kind in client::TYPES {
        let mut value: Value = serde_json::from_str(&golden("client", kind)).expect("JSON");
        value["surplus"] = Value::from(1);
        let refused = client::read(&value.to_string()).map_err(|m| m.reject.code);
        assert_eq!(refused, Err(Code::InvalidRequest), "{kind}");
    }
}

#[test]
fn every_server_frame_is_written_as_its_golden_file() {
    for kind in server::TYPES {
        let written: Value = serde_json::from_str(&server_frame(kind)).expect("frames are JSON");
        let path = folder("server").join(format!("{kind}.json"));
        if std::env::var("LINGER_GOLDEN").as_deref() == Ok("write") {
            let pretty = serde_json::to_string_pretty(&written).expect("JSON");
            fs::write(&path, format!("{pretty}\n")).expect("the golden folder can be written");
        }
        let kept: Value = serde_json::from_str(&golden("server", kind)).expect("JSON");
        assert_eq!(written, kept, "{}", path.display());
        assert_eq!(written["type"], *kind);
    }
}

#[test]
fn a_refusal_carries_the_waiting_time_of_the_table() {
    let reject = Reject::new(Code::RateLimited, "Slow down.").after(Millis(1_500));
    let frame: Value =
        serde_json::from_str(&server::refused(Concerning::default(), &reject)).expect("JSON");
    assert_eq!(frame["retry"], true);
    assert_eq!(frame["retry_after_ms"], 1_500);
    assert_eq!(frame["help"], "/docs/errors#rate_limited");
    assert!(frame.get("ref").is_none());
}

//! Snapshots of the running binary, as its operator makes them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::child::Demo;
use crate::common::eventually_now;
use crate::common::socket::Socket;

fn linger(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_linger"))
        .args(arguments)
        .arg("--json")
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let shown = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| json!({ "said": said }));
    (output.status.code(), shown)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[tokio::test]
async fn a_snapshot_under_load_is_restored_elsewhere_and_has_what_was_acknowledged_before_it() {
    let demo = Demo::start(&["--customer-rate", "unlimited"]);
    let token = demo.credentials.customer_token("maria").expect("signs");
    let mut maria = Socket::customer(demo.address(), &token).await;
    let id = maria.start("support", "Hello").await;
    let mut acknowledged = Vec::new();
    for n in 0..50 {
        acknowledged.push(maria.post(&id, &format!("before-{n}"), "durable").await);
    }
    let place = tempfile::tempdir().expect("a directory");
    let (snapshots, restored) = (
        place.path().join("snapshots"),
        place.path().join("restored"),
    );
    // It is made while messages go on being written.
    let (data, to) = (demo.data().to_path_buf(), snapshots.clone());
    let making = std::thread::spawn(move || {
        linger(&[
            "snapshot",
            "create",
            "--data",
            text(&data),
            "--to",
            text(&to),
        ])
    });
    let mut during = 0;
    while !making.is_finished() {
        maria
            .post(&id, &format!("during-{during}"), "meanwhile")
            .await;
        during += 1;
    }
    let (code, made) = making.join().expect("ended");
    assert_eq!(code, Some(0), "{made}");
    assert!(during > 0, "somebody wrote meanwhile");
    let path = made["path"].as_str().expect("a path").to_owned();
    let (code, listed) = linger(&["snapshot", "list", "--from", text(&snapshots)]);
    assert_eq!(
        (code, &listed["snapshots"][0]["path"]),
        (Some(0), &json!(path))
    );
    let (code, verified) = linger(&["snapshot", "verify", &path]);
    assert_eq!(
        (code, &verified["clean"]),
        (Some(0), &json!(true)),
        "{verified}"
    );

    let restore = ["restore", &path, "--to", text(&restored)];
    let (code, planned) = linger(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!(
        (code, &planned["dry_run"]),
        (Some(0), &json!(true)),
        "{planned}"
    );
    let (code, done) = linger(&restore);
    assert_eq!((code, &done["clean"]), (Some(0), &json!(true)), "{done}");
    let (code, again) = linger(&restore);
    assert_eq!(code, Some(2));
    assert!(
        again["said"]
            .as_str()
            .is_some_and(|s| s.contains("not empty")),
        "{again}"
    );

    let inspect = ["inspect", text(&restored), id.as_str()];
    let (code, shown) = linger(&inspect);
    assert_eq!(code, Some(0), "{shown}");
    let all = shown.to_string();
    for n in 0..50 {
        assert!(
            all.contains(&format!("before-{n}\"")),
            "before-{n} is there"
        );
    }
}

#[test]
fn a_stopped_data_directory_is_copied_as_well_and_one_that_is_none_is_refused() {
    let mut demo = Demo::start(&[]);
    demo.signal("TERM");
    demo.ended();
    assert!(
        !demo.data().join("admin.sock").exists(),
        "the door is gone with the server"
    );
    let place = tempfile::tempdir().expect("a directory");
    let to = place.path().join("snapshots");
    let (code, made) = linger(&[
        "snapshot",
        "create",
        "--data",
        text(demo.data()),
        "--to",
        text(&to),
    ]);
    assert_eq!(code, Some(0), "{made}");
    let nothing = place.path().join("nothing");
    let (code, said) = linger(&[
        "snapshot",
        "create",
        "--data",
        text(&nothing),
        "--to",
        text(&to),
    ]);
    assert_eq!(code, Some(2), "{said}");
    assert!(!nothing.exists());
    let (code, pruned) = linger(&["snapshot", "prune", "--from", text(&to), "--keep-last", "1"]);
    assert_eq!(
        (code, pruned["kept"].as_array().map(Vec::len)),
        (Some(0), Some(1))
    );
    let (code, said) = linger(&["snapshot", "prune", "--from", text(&to)]);
    assert_eq!(code, Some(2), "nothing is removed by mistake: {said}");
}

#[test]
fn a_door_that_a_killed_server_left_is_opened_anew_by_the_next_one() {
    let mut demo = Demo::start(&[]);
    demo.kill();
    assert!(demo.data().join("admin.sock").exists());
    let demo = demo.again(&[]);
    let place = tempfile::tempdir().expect("a directory");
    let made = eventually_now("the door is open", || {
        let (code, made) = linger(&[
            "snapshot",
            "create",
            "--data",
            text(demo.data()),
            "--to",
            text(place.path()),
        ]);
        (code == Some(0)).then_some(made)
    });
    assert!(demo.log().contains("a snapshot was made"), "{made}");
}

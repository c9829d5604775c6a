//! `linger verify` and `linger inspect` over a store on disk.

use std::path::Path;
use std::process::ExitCode;

use linger::cli::inspect::{self, InspectArgs, What};
use linger::cli::verify::{self, EXIT_UNREADABLE, EXIT_VIOLATIONS, VerifyArgs};
use linger::domain::commit::Write;
use linger::domain::ids::ConversationId;

use crate::story::{ACTIVE, healthy, id, open};

fn verify(dir: &Path, json: bool) -> String {
    let dir = dir.to_path_buf();
    format!("{:?}", verify::run(&VerifyArgs { dir, json }))
}

fn inspect(dir: &Path, conversation: Option<ConversationId>, json: bool) -> String {
    let dir = dir.to_path_buf();
    format!(
        "{:?}",
        inspect::run(&InspectArgs {
            dir,
            shown: conversation.map(What::Conversation),
            what: Vec::new(),
            who: None,
            object: None,
            json
        })
    )
}

#[test]
fn exit_codes_say_whether_a_store_is_clean_injured_or_not_there() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let code = |code: ExitCode| format!("{code:?}");
    assert_eq!(
        verify(directory.path(), false),
        code(EXIT_UNREADABLE.into())
    );
    assert_eq!(
        inspect(directory.path(), None, false),
        code(EXIT_UNREADABLE.into())
    );
    let store = open(directory.path());
    store.write_now(&healthy()).expect("written");
    for json in [false, true] {
        assert_eq!(verify(directory.path(), json), code(ExitCode::SUCCESS));
        assert_eq!(
            inspect(directory.path(), None, json),
            code(ExitCode::SUCCESS)
        );
        assert_eq!(
            inspect(directory.path(), Some(id(ACTIVE)), json),
            code(ExitCode::SUCCESS)
        );
        assert_eq!(
            inspect(directory.path(), Some(id(99)), json),
            code(EXIT_VIOLATIONS.into())
        );
    }
    let reason = Some("set aside without being there".to_owned());
    store
        .write_now(&[Write::Parked {
            conversation: id(99),
            reason,
        }])
        .expect("written");
    assert_eq!(verify(directory.path(), true), code(EXIT_VIOLATIONS.into()));
}

//! The table of attacks in docs/SECURITY.md names tests that there are.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_security_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/SECURITY.md")).expect("the page");
    let rows = page
        .lines()
        .filter(|l| l.starts_with("| ") && l.contains("::"));
    let mut named = 0;
    for row in rows {
        let proofs: Vec<&str> = row.split('`').filter(|w| w.contains("::")).collect();
        assert!(!proofs.is_empty(), "{row}");
        for proof in proofs {
            let parts: Vec<&str> = proof.split("::").collect();
            let (file, test) = match parts[..] {
                [program, test] => (format!("tests/{program}/main.rs"), test),
                [program, module, test] => (format!("tests/{program}/{module}.rs"), test),
                _ => panic!("not a test: {proof}"),
            };
            let source = fs::read_to_string(root.join(&file)).expect("a file of tests");
            let at = source.find(&format!("fn {test}()"));
            let before = at.map(|at| source[..at].trim_end_matches("async ").trim_end());
            assert!(
                before.is_some_and(|b| b.ends_with("test]")),
                "there is no test {proof} in {file}"
            );
            named += 1;
        }
    }
    assert!(named > 30, "the table of attacks names its tests");
}

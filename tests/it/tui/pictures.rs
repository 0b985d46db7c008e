//! Pictures and key list of the documentation: generated, and as old as the program.

use std::fs;
use std::path::Path;

use agentcore_triage::tui::screens::ScreenId;

use crate::program::run;

/// Fails when a file below `docs` is not `fresh`.
fn assert_fresh(name: &str, fresh: &str) {
    let stored = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name));
    assert!(stored.is_ok_and(|stored| stored == fresh), "docs/{name} is out of date; run scripts/pictures");
}

#[test]
fn the_pictures_are_those_of_the_screens() {
    for screen in ScreenId::ALL {
        let picture = run(["--print-screen", screen.word(), "--size", "120x36", "--svg"]);
        assert_eq!(picture.code, 0, "{}", picture.stderr);
        assert_fresh(&format!("screens/{}.svg", screen.word()), &picture.stdout);
    }
}

#[test]
fn the_key_list_is_that_of_the_key_table() {
    let keys = run(["--print-keys"]);
    assert_eq!(keys.code, 0, "{}", keys.stderr);
    assert_fresh("keys.md", &keys.stdout);
}

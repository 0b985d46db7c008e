//! The documentation of the catalogue: generated, and as old as the rules.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use agentcore_triage::report::catalogue::{MARK, pages};
use agentcore_triage::text::Door;

use crate::case::OPTIONS;
use crate::program::{Folder, run};

/// Every page below `folder`, by path.
fn stored(folder: &Path) -> BTreeMap<String, String> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let pages = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "md"));
    pages
        .map(|file| {
            let path = file.path().strip_prefix(folder).expect("below the folder").to_string_lossy();
            (path.replace('\\', "/"), fs::read_to_string(file.path()).expect("a page is text"))
        })
        .collect()
}

#[test]
fn the_committed_pages_are_those_of_the_rules() {
    let stored = stored(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules"));
    let fresh: BTreeMap<String, String> = pages(&OPTIONS.catalogue, Door { redact: true })
        .into_iter()
        .map(|page| (page.path, page.text))
        .collect();
    let names = stored.keys().chain(fresh.keys());
    let mut stale: Vec<&str> =
        names.filter(|name| stored.get(*name) != fresh.get(*name)).map(String::as_str).collect();
    stale.sort_unstable();
    stale.dedup();
    assert!(
        stale.is_empty(),
        "docs/rules does not say what the rules say; run: cargo run -- rules docs docs/rules\n  {}",
        stale.join("\n  ")
    );
}

#[test]
fn pages_of_rules_that_are_gone_go_and_what_people_wrote_stays() {
    let folder = Folder::new();
    let layer = folder.path().join("gateway");
    fs::create_dir_all(&layer).expect("a folder");
    fs::write(layer.join("gone.md"), format!("{MARK}\n\n# Gone\n")).expect("a page");
    fs::write(layer.join("notes.md"), "# Notes\n").expect("a page");
    let written = run(["rules".as_ref(), "docs".as_ref(), folder.path().as_os_str()]);
    assert_eq!((written.code, written.stderr.as_str()), (0, ""));
    assert!(written.stdout.ends_with(", 1 deleted\n"), "{}", written.stdout);
    let stored = stored(folder.path());
    let has = |name: &str| stored.contains_key(name);
    assert!(has("README.md") && has("gateway/gateway-param-type-mismatch.md"));
    assert!(has("gateway/notes.md") && !has("gateway/gone.md"));
}

/// A link to a page or a heading that is not there helps nobody.
#[test]
fn links_between_pages_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(((?:\.\./)?)([\w/-]+\.md)(?:#([\w-]+))?\)").expect("a valid pattern");
    let pages: BTreeMap<String, String> = pages(&OPTIONS.catalogue, Door { redact: true })
        .into_iter()
        .map(|page| (page.path, page.text))
        .collect();
    let mut links = 0;
    for (path, text) in &pages {
        for found in link.captures_iter(text) {
            links += 1;
            let up = found[1].is_empty() == (path == "README.md");
            let target = pages.get(&found[2]).filter(|_| up);
            let anchor = found.get(3).map(|name| format!("\n## {}\n", name.as_str()));
            let there = target.is_some_and(|page| anchor.is_none_or(|anchor| page.contains(&anchor)));
            assert!(there, "{path}: {} leads nowhere", &found[0]);
        }
    }
    assert!(links > 2 * OPTIONS.catalogue.rules().len());
}

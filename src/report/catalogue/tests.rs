//! The documentation of a small catalogue.

use std::path::PathBuf;

use super::*;

const DOOR: Door = Door { redact: true };

fn page_of(id: &str) -> Page {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/catalogue"));
    let (catalogue, errors) = Catalogue::from_dirs(&[folder]);
    assert!(errors.is_empty(), "{errors:?}");
    let path = format!("{id}.md");
    pages(&catalogue, DOOR).into_iter().find(|page| page.path.ends_with(&path)).unwrap()
}

#[test]
fn a_page_tells_everything_about_its_rule() {
    insta::assert_snapshot!("rule-page", page_of("disk-full").text);
}

#[test]
fn the_index_lists_rules_by_layer() {
    insta::assert_snapshot!("rule-index", page_of("README").text);
}

#[test]
fn pages_are_in_order_and_the_same_every_time() {
    let catalogue = Catalogue::builtin().unwrap();
    let once = pages(&catalogue, DOOR);
    assert_eq!(once, pages(&catalogue, DOOR));
    assert_eq!(once.len(), catalogue.rules().len() + 1);
    assert_eq!(once[0].path, "README.md");
    assert!(once[1].path.starts_with("gateway/"));
}

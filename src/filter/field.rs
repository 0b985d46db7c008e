//! A field as a test names it, with the keys that a record must hold to have it.

use std::fmt;
use std::ops::Deref;

use aho_corasick::AhoCorasick;

use crate::model::semconv;

/// A field of records. Equal to another one of its name.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: String,
    /// What a record holds that has the field, or in which keys may be spelt with escapes; `None` when that can be
    /// anything.
    traces: Option<AhoCorasick>,
}

impl Field {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), traces: traces(name) }
    }

    /// Whether a record has no such field: what readers add to a record under names of their own, they take from keys
    /// that end alike.
    pub(super) fn cannot_be_in(&self, record: &[u8]) -> bool {
        self.traces.as_ref().is_some_and(|traces| !traces.is_match(record))
    }
}

/// The last keys on all ways to a field, and the beginning of an escape.
fn traces(name: &str) -> Option<AhoCorasick> {
    let paths = semconv::field(name).into_iter().flat_map(|def| def.paths.iter().copied());
    let mut keys: Vec<&str> =
        paths.chain([name]).map(|path| path.rsplit('.').next().unwrap_or(path)).collect();
    keys.sort_unstable();
    keys.dedup();
    let is_position = |key: &&str| key.bytes().all(|byte| byte.is_ascii_digit());
    if keys.iter().any(is_position) {
        return None;
    }
    AhoCorasick::new(keys.into_iter().chain(["\\u"])).ok()
}

impl Deref for Field {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

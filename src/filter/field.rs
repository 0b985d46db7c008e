//! A field as a test names it, with the keys that a record must hold to have it.

use std::fmt;
use std::ops::Deref;

use memchr::memmem::{self, Finder};

use crate::model::semconv;

/// A field of records. Equal to another one of its name.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: String,
    /// A key that ends with one of these is in each record that has the field; `None` when that can be anything.
    keys: Option<Vec<Finder<'static>>>,
}

impl Field {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), keys: keys(name) }
    }

    /// Whether a record has no such field: what readers add to a record under names of their own, they take from keys
    /// that end alike.
    pub(super) fn cannot_be_in(&self, record: &[u8]) -> bool {
        let Some(keys) = &self.keys else { return false };
        let is_key =
            |key: &Finder<'_>| key.find_iter(record).any(|at| ends_key(&record[at + key.needle().len()..]));
        // A key may be spelt with escapes.
        !keys.iter().any(is_key) && memmem::find(record, b"\\u").is_none()
    }
}

/// Whether what comes behind a word may stand behind a key: of JSON, of JSON within a text, or of a map printed by Java
/// or Python.
fn ends_key(rest: &[u8]) -> bool {
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    next.is_none_or(|byte| b"\"'\\=:".contains(byte))
}

/// The last keys on all ways to a field.
fn keys(name: &str) -> Option<Vec<Finder<'static>>> {
    let paths = semconv::field(name).into_iter().flat_map(|def| def.paths.iter().copied());
    let mut keys: Vec<&str> =
        paths.chain([name]).map(|path| path.rsplit('.').next().unwrap_or(path)).collect();
    let is_position = |key: &&str| key.bytes().all(|byte| byte.is_ascii_digit());
    if keys.iter().any(is_position) {
        return None;
    }
    keys.sort_unstable();
    keys.dedup();
    Some(keys.into_iter().map(|key| Finder::new(key).into_owned()).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_no_key_where_none_can_stand() {
        let field = Field::new("http.status");
        for record in
            [r#"{"body":{"code":404}}"#, r#"{"log":"tool get_status from target"}"#, "{status, statusQuo=1}"]
        {
            assert!(field.cannot_be_in(record.as_bytes()), "{record}");
        }
        for record in [
            r#"{"http.response.status_code":4}"#,
            r#"{"HttpStatus" : 4}"#,
            r#"{"\u0073tatus":4}"#,
            r#"{"body":"{\"status\":4}"}"#,
            "{status=4}",
            "{'status': 4}",
        ] {
            assert!(!field.cannot_be_in(record.as_bytes()), "{record}");
        }
        assert!(!Field::new("body.0").cannot_be_in(b"{}"), "any record may have a position");
    }
}

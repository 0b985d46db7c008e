//! Interned strings: ids, tools and streams are compared as integers.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::signal::Name;

/// A table of distinct strings. Keys are dense and start at 1; 0 is "none".
#[derive(Clone, Debug, Default)]
pub struct Names(IndexSet<Box<str>, FxBuildHasher>);

impl Names {
    /// The key of `text`, new or known. The empty string is a string like any other.
    pub fn intern(&mut self, text: &str) -> Name {
        let at = self.0.get_index_of(text).unwrap_or_else(|| self.0.insert_full(text.into()).0);
        Name(at as u32 + 1)
    }

    /// The key of an optional string: [`Name::NONE`] for `None`.
    pub fn intern_opt(&mut self, text: Option<&str>) -> Name {
        text.map_or(Name::NONE, |text| self.intern(text))
    }

    /// The key of `text` when it is known.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.0.get_index_of(text).map(|at| Name(at as u32 + 1))
    }

    /// The string of `name`; `None` for [`Name::NONE`] and for a key of another table.
    pub fn text(&self, name: Name) -> Option<&str> {
        self.0.get_index((name.0 as usize).checked_sub(1)?).map(AsRef::as_ref)
    }

    /// Number of distinct strings.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no string was interned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All strings in key order, for merging one table into another.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

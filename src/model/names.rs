//! Interned strings: ids, tools and streams are compared as integers.

use rustc_hash::FxHashMap;

use super::signal::Name;

/// A table of distinct strings. Keys are dense and start at 1; 0 is "none".
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: Vec<Box<str>>,
    keys: FxHashMap<Box<str>, u32>,
}

impl Names {
    /// The key of `text`, new or known. The empty string is a string like any other.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(key) = self.keys.get(text) {
            return Name(*key);
        }
        self.texts.push(text.into());
        let key = self.texts.len() as u32;
        self.keys.insert(text.into(), key);
        Name(key)
    }

    /// The key of an optional string: [`Name::NONE`] for `None`.
    pub fn intern_opt(&mut self, text: Option<&str>) -> Name {
        text.map_or(Name::NONE, |text| self.intern(text))
    }

    /// The key of `text` when it is known.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.keys.get(text).copied().map(Name)
    }

    /// The string of `name`; `None` for [`Name::NONE`] and for a key of another table.
    pub fn text(&self, name: Name) -> Option<&str> {
        self.texts.get((name.0 as usize).checked_sub(1)?).map(AsRef::as_ref)
    }

    /// Number of distinct strings.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether no string was interned.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All strings in key order, for merging one table into another.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }
}

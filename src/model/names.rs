//! Interned strings: ids, tools and streams are compared as integers.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::TraceId;
use super::signal::{Name, TraceName};

/// A table of distinct strings, all in one piece of memory. Keys are dense and start at 1; 0 is "none".
///
/// Trace ids, of which a case has nearly as many as requests, have keys and 16 bytes of their own.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    /// Where each string ends; it begins where the one before it ends.
    ends: Vec<u32>,
    /// Positions in `ends`, by the string's hash.
    table: HashTable<u32>,
    traces: Vec<TraceId>,
    /// Positions in `traces`, by the id's hash.
    trace_table: HashTable<u32>,
}

impl Names {
    /// The key of `text`, new or known. The empty string is a string like any other. Once all strings together
    /// would exceed 4 GiB, a new one gets no key: [`Name::NONE`].
    pub fn intern(&mut self, text: &str) -> Name {
        let Self { text: all, ends, table, .. } = self;
        let hash = hash(text);
        if let Some(known) = table.find(hash, |at| string(all, ends, *at) == text) {
            return Name(known + 1);
        }
        let Ok(end) = u32::try_from(all.len() + text.len()) else { return Name::NONE };
        let at = ends.len() as u32;
        all.push_str(text);
        ends.push(end);
        table.insert_unique(hash, at, |at| self::hash(string(all, ends, *at)));
        Name(at + 1)
    }

    /// The key of an optional string: [`Name::NONE`] for `None`.
    pub fn intern_opt(&mut self, text: Option<&str>) -> Name {
        text.map_or(Name::NONE, |text| self.intern(text))
    }

    /// The key of `text` when it is known.
    pub fn find(&self, text: &str) -> Option<Name> {
        let known = self.table.find(hash(text), |at| string(&self.text, &self.ends, *at) == text)?;
        Some(Name(known + 1))
    }

    /// The string of `name`; `None` for [`Name::NONE`] and for a key of another table.
    pub fn text(&self, name: Name) -> Option<&str> {
        let at = name.0.checked_sub(1)?;
        ((at as usize) < self.ends.len()).then(|| string(&self.text, &self.ends, at))
    }

    /// The key of a trace id, new or known.
    pub fn intern_trace(&mut self, id: TraceId) -> TraceName {
        let Self { traces, trace_table, .. } = self;
        let hash = |id: &TraceId| FxBuildHasher.hash_one(u128::from_ne_bytes(id.0));
        if let Some(known) = trace_table.find(hash(&id), |at| traces[*at as usize] == id) {
            return TraceName(known + 1);
        }
        let at = traces.len() as u32;
        traces.push(id);
        trace_table.insert_unique(hash(&id), at, |at| hash(&traces[*at as usize]));
        TraceName(at + 1)
    }

    /// The trace id of `name`; `None` for [`TraceName::NONE`] and for a key of another table.
    pub fn trace(&self, name: TraceName) -> Option<TraceId> {
        self.traces.get(name.0.checked_sub(1)? as usize).copied()
    }

    /// All trace ids in key order, for merging one table into another.
    pub fn traces(&self) -> &[TraceId] {
        &self.traces
    }

    /// Number of distinct strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no string was interned.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All strings in key order, for merging one table into another.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|at| string(&self.text, &self.ends, at))
    }

    /// Gives back memory that was kept for further strings.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.traces.shrink_to_fit();
    }
}

fn string<'a>(text: &'a str, ends: &[u32], at: u32) -> &'a str {
    let at = at as usize;
    let start = at.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start as usize..ends[at] as usize]
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equal_strings_share_a_key_and_keys_count_from_one(texts in proptest::collection::vec("[ab]{0,3}|\\PC{0,9}", 0..60)) {
            let mut names = Names::default();
            let keys: Vec<Name> = texts.iter().map(|text| names.intern(text)).collect();
            let mut distinct: Vec<&String> = Vec::new();
            for (text, key) in texts.iter().zip(&keys) {
                if !distinct.contains(&text) {
                    distinct.push(text);
                }
                let expected = distinct.iter().position(|known| *known == text).unwrap() as u32 + 1;
                prop_assert_eq!(key.0, expected);
                prop_assert_eq!(names.text(*key), Some(text.as_str()));
                prop_assert_eq!(names.find(text), Some(*key));
            }
            prop_assert!(names.iter().eq(distinct.iter().map(|text| text.as_str())));
            prop_assert_eq!(names.text(Name::NONE), None);
            prop_assert_eq!(names.text(Name(distinct.len() as u32 + 1)), None);
            prop_assert_eq!(names.find("not there"), None);
        }
    }

    #[test]
    fn equal_trace_ids_share_a_key() {
        let mut names = Names::default();
        let keys: Vec<u32> = [1, 2, 1, 3].map(|id| names.intern_trace(TraceId([id; 16])).0).to_vec();
        assert_eq!(keys, [1, 2, 1, 3]);
        assert_eq!(names.trace(TraceName(2)), Some(TraceId([2; 16])));
        assert_eq!((names.trace(TraceName::NONE), names.trace(TraceName(4))), (None, None));
        assert_eq!((names.traces().len(), names.len()), (3, 0));
    }
}

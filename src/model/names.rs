//! Interned strings: ids, tools and streams are compared as integers.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::TraceId;

/// An interned string; [`Name::NONE`] stands for an absent one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Name(pub u32);

impl Name {
    /// No string.
    pub const NONE: Self = Self(0);
    /// Whether there is a string.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// An interned trace id; [`TraceName::NONE`] stands for an absent one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct TraceName(pub u32);

impl TraceName {
    /// No trace id.
    pub const NONE: Self = Self(0);
    /// Whether there is a trace id.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// A table of distinct strings, all in one piece of memory. Keys are dense and start at 1; 0 is "none".
///
/// Trace ids, of which a case has nearly as many as requests, have keys and 16 bytes of their own.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    /// Where each string ends; it begins where the one before it ends.
    ends: Vec<u32>,
    /// Positions in `ends`, by the string's hash; of none of them after [`shrink`](Self::shrink).
    table: HashTable<u32>,
    traces: Vec<TraceId>,
    /// Positions in `traces`, by the id's hash; of none of them after [`shrink`](Self::shrink).
    trace_table: HashTable<u32>,
}

impl Names {
    /// The key of `text`, new or known. The empty string is a string like any other. Once all strings together
    /// would exceed 4 GiB, a new one gets no key: [`Name::NONE`].
    pub fn intern(&mut self, text: &str) -> Name {
        self.learn();
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

    /// The key of `text` when it is known. After [`shrink`](Self::shrink) it costs a look at the length of every string.
    pub fn find(&self, text: &str) -> Option<Name> {
        if self.table.len() != self.ends.len() {
            let mut all = 0..self.ends.len() as u32;
            return all.find(|at| string(&self.text, &self.ends, *at) == text).map(|at| Name(at + 1));
        }
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
        self.learn();
        let Self { traces, trace_table, .. } = self;
        if let Some(known) = trace_table.find(hash_of_trace(&id), |at| traces[*at as usize] == id) {
            return TraceName(known + 1);
        }
        let at = traces.len() as u32;
        traces.push(id);
        trace_table.insert_unique(hash_of_trace(&id), at, |at| hash_of_trace(&traces[*at as usize]));
        TraceName(at + 1)
    }

    /// Makes the tables whole again.
    fn learn(&mut self) {
        let Self { text, ends, table, traces, trace_table } = self;
        if table.len() != ends.len() {
            let hash = |at: &u32| hash(string(text, ends, *at));
            (0..ends.len() as u32).for_each(|at| _ = table.insert_unique(hash(&at), at, hash));
        }
        if trace_table.len() != traces.len() {
            let hash = |at: &u32| hash_of_trace(&traces[*at as usize]);
            (0..traces.len() as u32).for_each(|at| _ = trace_table.insert_unique(hash(&at), at, hash));
        }
    }

    /// The trace id of `name`; `None` for [`TraceName::NONE`] and for a key of another table.
    pub fn trace(&self, name: TraceName) -> Option<TraceId> {
        self.traces.get(name.0.checked_sub(1)? as usize).copied()
    }

    /// Adds what another table holds; tells where it is in this one.
    pub fn merge(&mut self, other: &Self) -> Keys {
        Keys {
            names: other.iter().map(|text| self.intern(text)).collect(),
            traces: other.traces.iter().map(|id| self.intern_trace(*id)).collect(),
        }
    }

    /// The key of a trace id when it is known. After [`shrink`](Self::shrink) it costs a look at each.
    pub fn find_trace(&self, id: TraceId) -> Option<TraceName> {
        if self.trace_table.len() != self.traces.len() {
            return self.traces.iter().position(|known| *known == id).map(|at| TraceName(at as u32 + 1));
        }
        let known = self.trace_table.find(hash_of_trace(&id), |at| self.traces[*at as usize] == id)?;
        Some(TraceName(known + 1))
    }

    /// Number of distinct strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no string was interned.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All strings in key order.
    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|at| string(&self.text, &self.ends, at))
    }

    /// Gives back what serves further strings: room, and the tables by which they are told from known ones. The next
    /// new string makes these anew.
    pub fn shrink(&mut self) {
        (self.table, self.trace_table) = (HashTable::new(), HashTable::new());
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.traces.shrink_to_fit();
    }
}

/// Where what one table holds is in another, into which it was [merged](Names::merge).
#[derive(Debug)]
pub struct Keys {
    names: Vec<Name>,
    traces: Vec<TraceName>,
}

impl Keys {
    pub(super) fn name(&self, name: Name) -> Name {
        name.0.checked_sub(1).and_then(|at| self.names.get(at as usize).copied()).unwrap_or_default()
    }

    pub(super) fn trace(&self, trace: TraceName) -> TraceName {
        trace.0.checked_sub(1).and_then(|at| self.traces.get(at as usize).copied()).unwrap_or_default()
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

fn hash_of_trace(id: &TraceId) -> u64 {
    FxBuildHasher.hash_one(u128::from_ne_bytes(id.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equal_strings_share_a_key_and_keys_count_from_one(
            texts in proptest::collection::vec("[ab]{0,3}|\\PC{0,9}", 0..60),
            is_shrunk in any::<bool>(),
        ) {
            let mut names = Names::default();
            let keys: Vec<Name> = texts.iter().map(|text| names.intern(text)).collect();
            if is_shrunk {
                names.shrink();
            }
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
            for (text, key) in texts.iter().zip(&keys) {
                prop_assert_eq!(names.intern(text), *key);
            }
        }
    }

    #[test]
    fn equal_trace_ids_share_a_key() {
        let mut names = Names::default();
        let keys: Vec<u32> = [1, 2, 1, 3].map(|id| names.intern_trace(TraceId([id; 16])).0).to_vec();
        assert_eq!(keys, [1, 2, 1, 3]);
        assert_eq!(names.trace(TraceName(2)), Some(TraceId([2; 16])));
        assert_eq!((names.trace(TraceName::NONE), names.trace(TraceName(4))), (None, None));
        assert_eq!((names.traces.len(), names.len()), (3, 0));
        names.shrink();
        let found = [2, 4].map(|id| names.find_trace(TraceId([id; 16])));
        assert_eq!(found, [Some(TraceName(2)), None]);
        assert_eq!(names.intern_trace(TraceId([3; 16])), TraceName(3));
        assert_eq!(found, [2, 4].map(|id| names.find_trace(TraceId([id; 16]))));
    }
}

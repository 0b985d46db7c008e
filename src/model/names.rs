//! Interned strings: ids, tools and streams are compared as integers.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::{TraceId, uuid};

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

/// An interned id of a call or a session; [`IdName::NONE`] stands for an absent one.
///
/// Most of them are UUIDs, of which a case has several for each call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct IdName(pub u32);

impl IdName {
    /// No id.
    pub const NONE: Self = Self(0);
    /// Marks the key of a UUID; the others are keys of strings.
    const UUID: u32 = 1 << 31;

    /// Whether there is an id.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// The position of a UUID.
    fn uuid(self) -> Option<u32> {
        (self.0 & Self::UUID != 0).then_some(self.0 & !Self::UUID)
    }
}

/// A table of distinct strings, all in one piece of memory. Keys are dense and start at 1; 0 is "none".
///
/// Trace ids and UUIDs, of which a case has several for each request, have keys and 16 bytes of their own.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    /// Where each string ends; it begins where the one before it ends.
    ends: Vec<u32>,
    /// Positions in `ends`, by the string's hash; of none of them after [`shrink`](Self::shrink).
    table: HashTable<u32>,
    traces: Numbers,
    uuids: Numbers,
}

impl Names {
    /// The key of `text`, new or known. The empty string is a string like any other. Once all strings together
    /// would exceed 4 GiB, a new one gets no key: [`Name::NONE`].
    pub fn intern(&mut self, text: &str) -> Name {
        let Self { text: all, ends, table, .. } = self;
        if table.len() != ends.len() {
            let hash = |at: &u32| hash(string(all, ends, *at));
            (0..ends.len() as u32).for_each(|at| _ = table.insert_unique(hash(&at), at, hash));
        }
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

    /// The key of an optional id of a call or a session: [`IdName::NONE`] for `None`.
    pub fn intern_id(&mut self, id: Option<&str>) -> IdName {
        let Some(id) = id else { return IdName::NONE };
        match uuid::read(id) {
            Some(uuid) => IdName(IdName::UUID | self.uuids.intern(uuid)),
            None => IdName(self.intern(id).0),
        }
    }

    /// The key of an id when it is known; costs what [`find`](Self::find) does.
    pub fn find_id(&self, id: &str) -> Option<IdName> {
        match uuid::read(id) {
            Some(uuid) => Some(IdName(IdName::UUID | self.uuids.find(uuid)?)),
            None => Some(IdName(self.find(id)?.0)),
        }
    }

    /// The id as it was written; `None` for [`IdName::NONE`] and for a key of another table.
    pub fn id(&self, id: IdName) -> Option<Cow<'_, str>> {
        match id.uuid() {
            Some(at) => Some(uuid::write(self.uuids.get(at)?).into()),
            None => self.text(Name(id.0)).map(Cow::Borrowed),
        }
    }

    /// Orders ids by what is written, absent ones first.
    pub fn compare_ids(&self, one: IdName, other: IdName) -> Ordering {
        match (one.uuid(), other.uuid()) {
            // Digits have the order of what they stand for.
            (Some(one), Some(other)) => self.uuids.get(one).cmp(&self.uuids.get(other)),
            _ => self.id(one).cmp(&self.id(other)),
        }
    }

    /// The key of a trace id, new or known.
    pub fn intern_trace(&mut self, id: TraceId) -> TraceName {
        TraceName(self.traces.intern(id.0) + 1)
    }

    /// The key of a trace id when it is known. After [`shrink`](Self::shrink) it costs a look at each.
    pub fn find_trace(&self, id: TraceId) -> Option<TraceName> {
        Some(TraceName(self.traces.find(id.0)? + 1))
    }

    /// The trace id of `name`; `None` for [`TraceName::NONE`] and for a key of another table.
    pub fn trace(&self, name: TraceName) -> Option<TraceId> {
        self.traces.get(name.0.checked_sub(1)?).map(TraceId)
    }

    /// Adds what another table holds; tells where it is in this one.
    pub fn merge(&mut self, other: &Self) -> Keys {
        let texts = (0..other.ends.len() as u32).map(|at| string(&other.text, &other.ends, at));
        Keys {
            names: texts.map(|text| self.intern(text)).collect(),
            traces: other.traces.all.iter().map(|id| self.traces.intern(*id)).collect(),
            uuids: other.uuids.all.iter().map(|id| self.uuids.intern(*id)).collect(),
        }
    }

    /// Number of distinct strings and UUIDs.
    pub fn len(&self) -> usize {
        self.ends.len() + self.uuids.all.len()
    }

    /// Whether nothing was interned but trace ids.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives back what serves further strings: room, and the tables by which they are told from known ones. The next
    /// new string makes these anew.
    pub fn shrink(&mut self) {
        self.table = HashTable::new();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.traces.shrink();
        self.uuids.shrink();
    }
}

/// Where what one table holds is in another, into which it was [merged](Names::merge).
#[derive(Debug)]
pub struct Keys {
    names: Vec<Name>,
    traces: Vec<u32>,
    uuids: Vec<u32>,
}

impl Keys {
    pub(super) fn name(&self, name: Name) -> Name {
        name.0.checked_sub(1).and_then(|at| self.names.get(at as usize).copied()).unwrap_or_default()
    }

    pub(super) fn id(&self, id: IdName) -> IdName {
        match id.uuid() {
            Some(at) => self.uuids.get(at as usize).map_or(IdName::NONE, |at| IdName(IdName::UUID | at)),
            None => IdName(self.name(Name(id.0)).0),
        }
    }

    pub(super) fn trace(&self, trace: TraceName) -> TraceName {
        let at = trace.0.checked_sub(1).and_then(|at| self.traces.get(at as usize).copied());
        at.map_or(TraceName::NONE, |at| TraceName(at + 1))
    }
}

/// Distinct numbers of 16 bytes; their keys are positions.
#[derive(Clone, Debug, Default)]
struct Numbers {
    all: Vec<[u8; 16]>,
    /// Positions by hash; of none of them after [`shrink`](Self::shrink).
    table: HashTable<u32>,
}

impl Numbers {
    fn intern(&mut self, number: [u8; 16]) -> u32 {
        let Self { all, table } = self;
        if table.len() != all.len() {
            let hash = |at: &u32| hash_of_number(&all[*at as usize]);
            (0..all.len() as u32).for_each(|at| _ = table.insert_unique(hash(&at), at, hash));
        }
        if let Some(known) = table.find(hash_of_number(&number), |at| all[*at as usize] == number) {
            return *known;
        }
        let at = all.len() as u32;
        all.push(number);
        table.insert_unique(hash_of_number(&number), at, |at| hash_of_number(&all[*at as usize]));
        at
    }

    fn find(&self, number: [u8; 16]) -> Option<u32> {
        if self.table.len() != self.all.len() {
            return self.all.iter().position(|known| *known == number).map(|at| at as u32);
        }
        self.table.find(hash_of_number(&number), |at| self.all[*at as usize] == number).copied()
    }

    fn get(&self, at: u32) -> Option<[u8; 16]> {
        self.all.get(at as usize).copied()
    }

    fn shrink(&mut self) {
        self.table = HashTable::new();
        self.all.shrink_to_fit();
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

fn hash_of_number(number: &[u8; 16]) -> u64 {
    FxBuildHasher.hash_one(u128::from_ne_bytes(*number))
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
            prop_assert_eq!(names.len(), distinct.len());
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
        assert_eq!((names.traces.all.len(), names.len()), (3, 0));
        names.shrink();
        let found = [2, 4].map(|id| names.find_trace(TraceId([id; 16])));
        assert_eq!(found, [Some(TraceName(2)), None]);
        assert_eq!(names.intern_trace(TraceId([3; 16])), TraceName(3));
        assert_eq!(found, [2, 4].map(|id| names.find_trace(TraceId([id; 16]))));
    }

    #[test]
    fn an_id_reads_as_it_was_written() {
        const TEXTS: [&str; 5] = [
            "0b9d7cf0-12f5-4c09-9f2c-3c1de72ab001",
            "",
            "0b9d7cf0-12f5-4c09-9f2c-3c1de72ab00F",
            "0a000000-0000-0000-0000-000000000000",
            "session-1",
        ];
        let mut names = Names::default();
        let mut other = Names::default();
        other.intern("other");
        let ids = TEXTS.map(|text| names.intern_id(Some(text)));
        assert_eq!((names.intern_id(None), names.id(IdName::NONE)), (IdName::NONE, None));
        assert_eq!(ids.map(|id| names.id(id).unwrap().into_owned()), TEXTS.map(str::to_owned));
        let keys = other.merge(&names);
        assert_eq!(ids.map(|id| other.id(keys.id(id)).unwrap().into_owned()), TEXTS.map(str::to_owned));
        names.shrink();
        assert_eq!(TEXTS.map(|text| names.find_id(text)), ids.map(Some));
        assert_eq!(names.find_id("0a000000-0000-0000-0000-000000000001"), None);
        assert_eq!((names.text.len(), names.len()), (36 + 9, 5));
        let mut ordered = ids;
        ordered.sort_by(|one, other| names.compare_ids(*one, *other));
        assert_eq!(ordered, [1, 3, 0, 2, 4].map(|at| ids[at]));
    }
}

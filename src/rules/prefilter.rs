//! All rules' required texts in one automaton, so that most records are never read.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;

use crate::model::Brief;

use super::event::{Event, Reach};
use super::literal::Needle;

/// Bytes from which on it pays to build the faster automaton.
const LARGE: usize = 1 << 17;

/// One automaton over needles, each owned by events.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    texts: Vec<Vec<u8>>,
    any_case: bool,
    /// Made at once in milliseconds, for short texts.
    automaton: Option<AhoCorasick>,
    /// Several times as fast and as slow to make, for blocks.
    fast: OnceLock<Option<AhoCorasick>>,
    /// Per needle, the events (catalogue keys) that it may announce.
    owners: Vec<Vec<u32>>,
}

impl Needles {
    pub(crate) fn new(sets: impl IntoIterator<Item = (u32, Vec<Needle>)>) -> Self {
        let mut pairs: Vec<(Needle, u32)> = sets
            .into_iter()
            .flat_map(|(event, needles)| needles.into_iter().map(move |needle| (needle, event)))
            .collect();
        pairs.sort();
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut owners: Vec<Vec<u32>> = Vec::new();
        let any_case = pairs.iter().any(|(needle, _)| needle.any_case);
        for (needle, event) in pairs {
            if texts.last() != Some(&needle.bytes) {
                texts.push(needle.bytes);
                owners.push(Vec::new());
            }
            if let Some(last) = owners.last_mut() {
                last.push(event);
            }
        }
        let automaton = build(&texts, any_case, AhoCorasickKind::ContiguousNFA);
        Self { texts, any_case, automaton, fast: OnceLock::new(), owners }
    }

    /// The automaton for a text of this length.
    fn automaton(&self, len: usize) -> Option<&AhoCorasick> {
        if len < LARGE {
            return self.automaton.as_ref();
        }
        let fast = || build(&self.texts, self.any_case, AhoCorasickKind::DFA);
        self.fast.get_or_init(fast).as_ref().or(self.automaton.as_ref())
    }

    /// Events announced by `text`, each once, in order.
    pub(crate) fn events_in(&self, text: &str) -> Vec<u32> {
        let Some(automaton) = self.automaton(text.len()) else { return Vec::new() };
        let mut seen = vec![false; self.owners.len()];
        let mut events = Vec::new();
        for found in automaton.find_overlapping_iter(text) {
            let needle = found.pattern().as_usize();
            if !std::mem::replace(&mut seen[needle], true) {
                events.extend_from_slice(&self.owners[needle]);
            }
        }
        events.sort_unstable();
        events.dedup();
        events
    }
}

fn build(texts: &[Vec<u8>], any_case: bool, kind: AhoCorasickKind) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    let automaton = builder.ascii_case_insensitive(any_case).kind(Some(kind)).build(texts);
    automaton.ok().filter(|_| !texts.is_empty())
}

/// Finds the places in raw bytes where some rule's event may be.
#[derive(Debug, Default)]
pub struct Prefilter {
    needles: Needles,
    /// Per needle, the signals that its events can be.
    reach: Vec<Reach>,
}

impl Prefilter {
    pub(crate) fn new(events: &[(u32, &Event)]) -> Self {
        let needles = Needles::new(events.iter().map(|(key, event)| (*key, event.needles())));
        let reach_of: FxHashMap<u32, Reach> =
            events.iter().map(|(key, event)| (*key, event.reach())).collect();
        let any_of = |owners: &Vec<u32>| {
            owners.iter().filter_map(|key| reach_of.get(key)).fold(Reach::default(), |all, one| all.or(*one))
        };
        Self { reach: needles.owners.iter().map(any_of).collect(), needles }
    }

    /// Calls `hit` with the offset of every required text in `block`, in ascending order of their ends, and with the
    /// signals that its events can be.
    ///
    /// A record without a hit is no event of the rules but for those that [`Catalogue::wants`] names.
    /// `block` is raw: JSON-escaped, split into log events or not.
    ///
    /// [`Catalogue::wants`]: super::Catalogue::wants
    pub fn scan(&self, block: &[u8], hit: &mut dyn FnMut(usize, Reach)) {
        let Some(automaton) = self.needles.automaton(block.len()) else { return };
        for found in automaton.find_overlapping_iter(block) {
            hit(found.end() - 1, self.reach[found.pattern().as_usize()]);
        }
    }

    /// Whether `text`, raw bytes of a record or its message, holds a text required of such a signal.
    pub fn is_candidate(&self, text: &[u8], brief: &Brief) -> bool {
        self.needles.automaton(text.len()).is_some_and(|automaton| {
            let mut found = automaton.find_overlapping_iter(text);
            found.any(|found| self.reach[found.pattern().as_usize()].holds(brief))
        })
    }

    /// Number of distinct texts looked for.
    pub fn len(&self) -> usize {
        self.needles.owners.len()
    }

    /// Whether no rule promises a text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

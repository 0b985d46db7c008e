//! Occurrences that differ only in how much they captured are one finding.
//!
//! A failure is often logged twice: once in full and once as a bare line. Each copy fires the rule, and the bare one
//! captures less; that is no second failure.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::model::{MAX_EVIDENCE, RequestKey, TimeRange};

use super::eval::Witness;

/// What makes two occurrences the same finding.
pub(crate) type DraftKey = (Option<RequestKey>, Captures);

/// Named captures, in order of the rule's events.
type Captures = Vec<(String, String)>;

/// The findings of one rule before their texts are filled, in the order in which they were found.
pub(crate) type Drafts<'a> = IndexMap<DraftKey, Draft<'a>, FxBuildHasher>;

/// The occurrences of one finding.
#[derive(Debug, Default)]
pub(crate) struct Draft<'a> {
    /// The first ones; the rest is only counted.
    pub(crate) witnesses: Vec<Witness<'a>>,
    pub(crate) occurrences: u32,
    pub(crate) window: Option<TimeRange>,
    pub(crate) heuristic: bool,
}

impl Draft<'_> {
    fn absorb(&mut self, other: Self) {
        self.witnesses.extend(other.witnesses);
        self.witnesses.truncate(MAX_EVIDENCE);
        self.occurrences = self.occurrences.saturating_add(other.occurrences);
        self.heuristic |= other.heuristic;
        self.window = match (self.window, other.window) {
            (Some(window), Some(other)) => Some(window.including(other.start).including(other.end)),
            (window, other) => window.or(other),
        };
    }
}

/// Merges drafts of the same request that contradict each other in nothing that both captured; outside requests only
/// those that also have a capture in common, or of which one has none. The richer one stands for both.
///
/// Linear in the number of drafts: partners are looked up by what they share, once per pair of *shapes* (sets of
/// capture names), of which a rule has few.
pub(crate) fn collapse(drafts: Drafts<'_>) -> Drafts<'_> {
    let mut by_shape: BTreeMap<(std::cmp::Reverse<usize>, Vec<String>), Vec<usize>> = BTreeMap::new();
    for (at, (_, captures)) in drafts.keys().enumerate() {
        let mut shape: Vec<String> = captures.iter().map(|(name, _)| name.clone()).collect();
        shape.sort_unstable();
        by_shape.entry((std::cmp::Reverse(shape.len()), shape)).or_default().push(at);
    }
    if by_shape.len() < 2 {
        return drafts;
    }
    let mut kept: Vec<Option<(DraftKey, Draft<'_>)>> = drafts.into_iter().map(Some).collect();
    let mut richer: Vec<(Vec<String>, Vec<usize>)> = Vec::new();
    for ((_, shape), members) in by_shape {
        let hosts = richer.iter().map(|(names, hosts)| Hosts::new(&kept, names, hosts, &shape));
        let hosts: Vec<Hosts> = hosts.collect();
        let mut own = Vec::new();
        for at in members {
            let Some((key, draft)) = kept[at].take() else { continue };
            if let Some(host) = hosts.iter().find_map(|hosts| hosts.of(&kept, &key)) {
                merge(&mut kept[host], key.1, draft);
            } else {
                kept[at] = Some((key, draft));
                own.push(at);
            }
        }
        richer.push((shape, own));
    }
    kept.into_iter().flatten().collect()
}

fn merge<'a>(host: &mut Option<(DraftKey, Draft<'a>)>, captures: Captures, draft: Draft<'a>) {
    let Some(((_, known), into)) = host else { return };
    for (name, value) in captures {
        if known.iter().all(|(other, _)| *other != name) {
            known.push((name, value));
        }
    }
    into.absorb(draft);
}

/// Drafts of a richer shape, by what they share with a poorer one.
struct Hosts {
    shared: Vec<String>,
    by_values: FxHashMap<(Option<RequestKey>, Vec<String>), usize>,
}

impl Hosts {
    fn new(
        kept: &[Option<(DraftKey, Draft<'_>)>],
        names: &[String],
        hosts: &[usize],
        poorer: &[String],
    ) -> Self {
        let shared: Vec<String> = names.iter().filter(|name| poorer.contains(name)).cloned().collect();
        let mut by_values = FxHashMap::default();
        for ((request, captures), at) in hosts.iter().filter_map(|at| Some((&kept[*at].as_ref()?.0, at))) {
            // Outside a request, nothing in common proves nothing, unless there is nothing on one side.
            if request.is_some() || !shared.is_empty() || poorer.is_empty() {
                by_values.entry((*request, values(captures, &shared))).or_insert(*at);
            }
        }
        Self { shared, by_values }
    }

    /// The first host that contradicts nothing that `key` captured, also after others were merged into it.
    fn of(&self, kept: &[Option<(DraftKey, Draft<'_>)>], key: &DraftKey) -> Option<usize> {
        let host = *self.by_values.get(&(key.0, values(&key.1, &self.shared)))?;
        let ((_, known), _) = kept[host].as_ref()?;
        let agrees = |(name, value): &(String, String)| {
            known.iter().all(|(other, known)| other != name || known == value)
        };
        key.1.iter().all(agrees).then_some(host)
    }
}

fn values(captures: &Captures, names: &[String]) -> Vec<String> {
    let value =
        |name: &String| captures.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
    names.iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (Option<u32>, &'a [(&'a str, &'a str)]);

    fn drafts(of: &[Case<'_>]) -> Vec<(Option<u32>, Vec<String>, u32)> {
        let key = |(request, captures): &Case<'_>| {
            let captures = captures.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            (request.map(RequestKey), captures.collect())
        };
        let drafts = of.iter().map(|draft| (key(draft), Draft { occurrences: 1, ..Draft::default() }));
        collapse(drafts.collect())
            .into_iter()
            .map(|((request, captures), draft)| {
                let shown = captures.iter().map(|(name, value)| format!("{name}={value}"));
                (request.map(|key| key.0), shown.collect(), draft.occurrences)
            })
            .collect()
    }

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn the_bare_copy_joins_the_full_one_of_its_request_alone() {
        let found = drafts(&[(Some(1), &[]), (Some(1), &[("code", "500")]), (Some(2), &[]), (None, &[])]);
        let expected = [(Some(1), texts(&["code=500"]), 2), (Some(2), Vec::new(), 1), (None, Vec::new(), 1)];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_differs_in_a_capture_stays_apart() {
        let found = drafts(&[(None, &[("field", "a")]), (None, &[("field", "b")]), (None, &[("code", "1")])]);
        assert_eq!(found.len(), 3);
        let found = drafts(&[
            (Some(1), &[("field", "a")]),
            (Some(1), &[("field", "b")]),
            (Some(1), &[("code", "1")]),
        ]);
        let joined = (Some(1), texts(&["code=1", "field=a"]), 2);
        assert!(found.contains(&joined), "of one request, one of them is the same: {found:?}");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_agrees_in_all_that_both_captured_is_one() {
        let found = drafts(&[
            (None, &[("tool", "t"), ("code", "1")]),
            (None, &[("tool", "t"), ("kind", "k")]),
            (None, &[("tool", "t"), ("kind", "other")]),
            (None, &[("tool", "u")]),
        ]);
        let expected = [
            (None, texts(&["tool=t", "code=1", "kind=k"]), 2),
            (None, texts(&["tool=t", "kind=other"]), 1),
            (None, texts(&["tool=u"]), 1),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn many_drafts_are_merged_in_one_pass() {
        let ids: Vec<String> = (0..20_000).map(|id| id.to_string()).collect();
        let full: Vec<[(&str, &str); 2]> =
            ids.iter().map(|id| [("id", id.as_str()), ("code", "1")]).collect();
        let bare: Vec<[(&str, &str); 1]> = ids.iter().map(|id| [("id", id.as_str())]).collect();
        let all =
            full.iter().map(|draft| (None, &draft[..])).chain(bare.iter().map(|draft| (None, &draft[..])));
        let found = drafts(&all.collect::<Vec<_>>());
        assert!(found.len() == ids.len() && found.iter().all(|(_, _, occurrences)| *occurrences == 2));
    }
}

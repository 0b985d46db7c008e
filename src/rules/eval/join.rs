//! Witnesses of several members together.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::SignalKey;
use crate::rules::condition::EventIndex;

use super::Witness;

/// Witnesses of two members that both must hold. An event that both name is the same signal in both; members
/// without a common event are paired by nearness in time. Linear: each left witness gets one partner.
pub(super) fn join<'a>(left: Vec<Witness<'a>>, right: Vec<Witness<'a>>) -> Vec<Witness<'a>> {
    if left.is_empty() || right.is_empty() {
        return Vec::new();
    }
    let (left, right) =
        if left.iter().all(|witness| witness.parts.is_empty()) { (right, left) } else { (left, right) };
    let shared: Vec<EventIndex> =
        common_singles(&left).into_iter().filter(|event| common_singles(&right).contains(event)).collect();
    if shared.is_empty() { join_nearest(&left, &right) } else { join_shared(&left, &right, &shared) }
}

/// Events of which every witness has exactly one signal.
fn common_singles(witnesses: &[Witness<'_>]) -> Vec<EventIndex> {
    let Some((first, rest)) = witnesses.split_first() else { return Vec::new() };
    let mut events: Vec<_> =
        first.parts.iter().map(|part| part.event).filter(|event| first.single(*event).is_some()).collect();
    for witness in rest {
        events.retain(|event| witness.single(*event).is_some());
    }
    events
}

fn join_shared<'a>(left: &[Witness<'a>], right: &[Witness<'a>], shared: &[EventIndex]) -> Vec<Witness<'a>> {
    let key = |witness: &Witness<'_>| -> Vec<Option<SignalKey>> {
        shared.iter().map(|event| witness.single(*event)).collect()
    };
    let mut partners: FxHashMap<Vec<Option<SignalKey>>, &Witness<'a>> = FxHashMap::default();
    for witness in right {
        let partner = partners.entry(key(witness)).or_insert(witness);
        if !partner.missing.is_empty() && witness.missing.is_empty() {
            *partner = witness;
        }
    }
    left.iter().filter_map(|witness| Some(witness.and(partners.get(&key(witness))?))).collect()
}

fn join_nearest<'a>(left: &[Witness<'a>], right: &[Witness<'a>]) -> Vec<Witness<'a>> {
    let decided = right.iter().any(|witness| witness.missing.is_empty());
    let mut partners: Vec<&Witness<'a>> =
        right.iter().filter(|witness| !decided || witness.missing.is_empty()).collect();
    partners.sort_by_key(|witness| witness.first_signal());
    let nearest = |witness: &Witness<'a>| {
        let at = partners.partition_point(|partner| partner.first_signal() < witness.first_signal());
        let distance = |partner: &Witness<'_>| {
            let key = |witness: &Witness<'_>| witness.first_signal().map_or(0, |signal| signal.0);
            key(partner).abs_diff(key(witness))
        };
        let around = at.saturating_sub(1)..(at + 1).min(partners.len());
        around.map(|at| partners[at]).min_by_key(|partner| distance(partner))
    };
    left.iter().filter_map(|witness| Some(witness.and(nearest(witness)?))).collect()
}

/// Witnesses of several alternatives; the same signals count once, decided ones first.
pub(super) fn distinct<'w, 'a: 'w>(witnesses: impl Iterator<Item = &'w Witness<'a>>) -> Vec<Witness<'a>> {
    let (decided, open): (Vec<_>, Vec<_>) = witnesses.partition(|witness| witness.missing.is_empty());
    let mut seen = FxHashSet::default();
    let mut kept: Vec<Witness<'a>> = decided
        .into_iter()
        .chain(open)
        .filter(|witness| seen.insert(witness.parts.iter().map(|part| part.hit.signal).collect::<Vec<_>>()))
        .cloned()
        .collect();
    kept.sort_by_key(Witness::first_signal);
    kept
}

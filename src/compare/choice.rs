//! Which healthy request stands beside a failing one, and which requests the counts are taken of.

use std::cmp::Ordering;
use std::cmp::Reverse;

use crate::model::{BaselineChoice, RequestKey, Timestamp};

/// Stands between the target's name and the tool's own name where a Gateway wrote it.
const SEPARATOR: &str = "___";

/// Whom a request concerns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Party<'a> {
    /// Tool, with its `target___` prefix when written so.
    pub tool: Option<&'a str>,
    /// What was asked for where there is no tool: the name of its first span or exchange.
    pub operation: Option<&'a str>,
    /// Gateway or runtime that handled it, else the log group or file that tells of it.
    pub resource: Option<&'a str>,
}

impl<'a> Party<'a> {
    /// How near `other` is; `None` when a comparison would say nothing.
    pub fn relation(&self, other: &Self) -> Option<BaselineChoice> {
        let same_resource = self.resource == other.resource;
        match (self.tool, other.tool) {
            (Some(own), Some(others)) if is_same_tool(own, others) => Some(BaselineChoice::SameTool),
            (None, None)
                if same_resource && self.operation.is_some() && self.operation == other.operation =>
            {
                Some(BaselineChoice::SameTool)
            }
            _ if self.target().is_some() && self.target() == other.target() => {
                Some(BaselineChoice::SameTarget)
            }
            _ => same_resource.then_some(BaselineChoice::SameResource),
        }
    }

    /// The Gateway target, where the tool's name states it.
    pub fn target(&self) -> Option<&'a str> {
        self.tool?.split_once(SEPARATOR).map(|(target, _)| target)
    }
}

/// Only one of two sides may know the target.
fn is_same_tool(one: &str, other: &str) -> bool {
    match (one.split_once(SEPARATOR), other.split_once(SEPARATOR)) {
        (Some((_, plain)), None) => plain == other,
        (None, Some((_, plain))) => plain == one,
        _ => one == other,
    }
}

/// A healthy request that may stand beside the failing one.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its key.
    pub key: RequestKey,
    /// Whom it concerns.
    pub party: Party<'a>,
    /// When it began.
    pub start: Option<Timestamp>,
    /// How many layers tell of it.
    pub layers: u32,
}

/// The nearest relation first, then what most layers tell of (the most to compare), then the nearest in time, then as
/// `by_id` orders requests, so that the choice does not depend on the order of the inputs.
pub fn choose<'a>(
    failing: &Party<'_>,
    start: Option<Timestamp>,
    candidates: impl Iterator<Item = Candidate<'a>>,
    by_id: impl Fn(RequestKey, RequestKey) -> Ordering,
) -> Option<(BaselineChoice, RequestKey)> {
    let rank = |candidate: Candidate<'a>| {
        let choice = failing.relation(&candidate.party)?;
        // Listing tools is no counterpart of a tool call.
        let is_other_kind = failing.tool.is_some() != candidate.party.tool.is_some();
        let distance = match (start, candidate.start) {
            (Some(one), Some(other)) => one.since(other).unsigned_abs(),
            _ => u64::MAX,
        };
        let order = (choice, is_other_kind, Reverse(candidate.layers), distance, candidate.start);
        Some((order, candidate.key))
    };
    let best = candidates.filter_map(rank).min_by(|(one, key), (other, other_key)| {
        one.cmp(other).then_with(|| by_id(*key, *other_key)).then_with(|| key.cmp(other_key))
    });
    best.map(|((choice, ..), key)| (choice, key))
}

/// At most `max` of `all`, spread evenly over their order, the one at `keep` among them.
pub fn spread<T: Copy>(all: &[T], max: usize, keep: Option<usize>) -> Vec<T> {
    if all.len() <= max {
        return all.to_vec();
    }
    let mut positions: Vec<usize> = (0..max).map(|at| at * all.len() / max).collect();
    if let Some(keep) = keep
        && let Some(last_before) = positions.partition_point(|at| *at <= keep).checked_sub(1)
    {
        positions[last_before] = keep;
    }
    positions.into_iter().map(|at| all[at]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn party(tool: &'static str) -> Party<'static> {
        Party { tool: Some(tool), operation: None, resource: Some("gw") }
    }

    fn candidate(key: u32, tool: &'static str, seconds: i64, layers: u32) -> Candidate<'static> {
        Candidate {
            key: RequestKey(key),
            party: party(tool),
            start: Some(Timestamp(seconds * 1_000_000_000)),
            layers,
        }
    }

    fn chosen(candidates: &[Candidate<'static>]) -> Option<(BaselineChoice, RequestKey)> {
        choose(&party("trail___lookup"), Some(Timestamp(0)), candidates.iter().copied(), |_, _| {
            Ordering::Equal
        })
    }

    #[test]
    fn the_nearest_relation_wins_then_layers_then_time() {
        let far = candidate(1, "trail___lookup", 900, 1);
        let sibling = candidate(2, "trail___list", 1, 4);
        let other = candidate(3, "cost___get", 1, 4);
        assert_eq!(chosen(&[other, sibling, far]), Some((BaselineChoice::SameTool, RequestKey(1))));
        assert_eq!(chosen(&[other, sibling]), Some((BaselineChoice::SameTarget, RequestKey(2))));
        assert_eq!(chosen(&[other]), Some((BaselineChoice::SameResource, RequestKey(3))));
        let full = candidate(4, "trail___lookup", 950, 3);
        let near = candidate(5, "trail___lookup", 940, 3);
        assert_eq!(chosen(&[far, full, near]), Some((BaselineChoice::SameTool, RequestKey(5))));
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn a_tool_is_the_same_with_and_without_its_target() {
        assert!(is_same_tool("trail___lookup", "lookup") && is_same_tool("lookup", "trail___lookup"));
        assert!(!is_same_tool("trail___lookup", "cost___lookup") && !is_same_tool("lookup", "list"));
    }

    #[test]
    fn requests_of_another_resource_are_no_counterpart() {
        let other = Party { tool: None, operation: Some("POST /mcp"), resource: Some("a") };
        assert_eq!(other.relation(&Party { resource: Some("b"), ..other }), None);
        assert_eq!(other.relation(&other), Some(BaselineChoice::SameTool));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_sample_is_spread_and_holds_what_must_be_kept(len in 1usize..500, max in 1usize..60, keep in 0usize..500) {
            let all: Vec<usize> = (0..len).collect();
            let keep = keep % len;
            let sample = spread(&all, max, Some(keep));
            prop_assert_eq!(sample.len(), len.min(max));
            prop_assert!(sample.contains(&keep));
            prop_assert!(sample.is_sorted_by(|a, b| a < b), "{sample:?}");
        }
    }
}

//! Requests in the order and the groups that were asked for. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Layer, Outcome, RequestKey};

crate::model::words! {
    /// The columns, each of which can order the list.
    #[derive(Default)]
    SortBy {
        /// When it began.
        #[default]
        Time = "time",
        /// The deepest layer that recorded anything of it.
        Layer = "reached",
        /// What was called.
        Tool = "tool or operation",
        /// How it ended, failed ones first.
        Outcome = "outcome",
        /// How long it took.
        Duration = "duration",
        /// Why it failed.
        Cause = "root cause",
    }
}

/// What requests are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum GroupBy {
    #[default]
    None,
    Tool,
    Session,
    Cause,
}

/// The order of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Order {
    pub(super) by: SortBy,
    pub(super) is_descending: bool,
}

impl Order {
    /// How a column is first sorted: what matters most on top.
    pub(super) fn of(by: SortBy) -> Self {
        Self { by, is_descending: matches!(by, SortBy::Layer | SortBy::Duration) }
    }

    /// The next column, around.
    pub(super) fn next(self) -> Self {
        let at = SortBy::ALL.iter().position(|by| *by == self.by).unwrap_or_default();
        Self::of(SortBy::ALL[(at + 1) % SortBy::ALL.len()])
    }
}

impl GroupBy {
    /// The next one, around.
    pub(super) fn next(self) -> Self {
        match self {
            Self::None => Self::Tool,
            Self::Tool => Self::Session,
            Self::Session => Self::Cause,
            Self::Cause => Self::None,
        }
    }

    /// For the heading of the list; `None` without groups.
    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Tool => Some("by tool"),
            Self::Session => Some("by session"),
            Self::Cause => Some("by cause"),
        }
    }
}

/// A request as ordering and grouping see it.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) key: RequestKey,
    pub(super) layer: Option<Layer>,
    pub(super) tool: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) cause: Option<&'a str>,
    pub(super) outcome: Outcome,
    /// Nanoseconds.
    pub(super) duration: i64,
}

/// Requests under one heading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) requests: usize,
    pub(super) failed: usize,
}

/// A row of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Row {
    /// A heading, by position among the groups.
    Group(usize),
    Request(RequestKey),
}

/// The rows in order, and the groups: those with most failures first. Requests below a heading are rows only when the
/// group is `open`. `facts` come in order of time, which decides between equal ones.
pub(super) fn rows(
    mut facts: Vec<Facts<'_>>,
    order: Order,
    group: GroupBy,
    open: &BTreeSet<String>,
) -> (Vec<Row>, Vec<Group>) {
    sort(&mut facts, order);
    if group == GroupBy::None {
        return (facts.iter().map(|fact| Row::Request(fact.key)).collect(), Vec::new());
    }
    let mut members: BTreeMap<&str, Vec<&Facts<'_>>> = BTreeMap::new();
    for fact in &facts {
        members.entry(group_of(fact, group)).or_default().push(fact);
    }
    let count =
        |members: &[&Facts<'_>]| members.iter().filter(|member| member.outcome == Outcome::Failed).count();
    let mut named: Vec<(Group, Vec<&Facts<'_>>)> = members
        .into_iter()
        .map(|(name, members)| {
            (Group { name: name.to_owned(), requests: members.len(), failed: count(&members) }, members)
        })
        .collect();
    named.sort_by_key(|(group, _)| (Reverse(group.failed), Reverse(group.requests)));
    let mut rows = Vec::new();
    for (at, (group, members)) in named.iter().enumerate() {
        rows.push(Row::Group(at));
        if open.contains(&group.name) {
            rows.extend(members.iter().map(|fact| Row::Request(fact.key)));
        }
    }
    (rows, named.into_iter().map(|(group, _)| group).collect())
}

/// The name of the group that a request is in.
pub(super) fn group_of<'a>(fact: &Facts<'a>, group: GroupBy) -> &'a str {
    let name = match group {
        GroupBy::None => Some(""),
        GroupBy::Tool => fact.tool.or(Some("no tool named")),
        GroupBy::Session => fact.session.or(Some("no session named")),
        GroupBy::Cause => fact.cause,
    };
    name.unwrap_or(match fact.outcome {
        Outcome::Failed => "failed, cause unknown",
        Outcome::Ok => "ok",
        Outcome::Unknown => "outcome unknown",
    })
}

fn sort(facts: &mut [Facts<'_>], order: Order) {
    let down = order.is_descending;
    match order.by {
        SortBy::Time if down => facts.reverse(),
        SortBy::Time => {}
        SortBy::Layer => by(facts, down, |fact| fact.layer.map_or(0, depth)),
        SortBy::Tool => by_text(facts, down, |fact| fact.tool),
        SortBy::Outcome => by(facts, down, |fact| match fact.outcome {
            Outcome::Failed => 0,
            Outcome::Unknown => 1,
            Outcome::Ok => 2,
        }),
        SortBy::Duration => by(facts, down, |fact| fact.duration),
        SortBy::Cause => by_text(facts, down, |fact| fact.cause),
    }
}

fn by<'f, K: Ord>(facts: &mut [Facts<'f>], down: bool, key: impl Fn(&Facts<'f>) -> K) {
    if down { facts.sort_by_key(|fact| Reverse(key(fact))) } else { facts.sort_by_key(key) }
}

/// What has no text comes last in both directions.
fn by_text<'f>(facts: &mut [Facts<'f>], down: bool, text: impl Fn(&Facts<'f>) -> Option<&'f str>) {
    let is_absent = |fact: &Facts<'f>| text(fact).is_none();
    if down {
        facts.sort_by_key(|fact| (is_absent(fact), Reverse(text(fact))));
    } else {
        facts.sort_by_key(|fact| (is_absent(fact), text(fact)));
    }
}

/// How far into the system a layer lies. Spans may come from any layer, so they say least.
pub(super) fn depth(layer: Layer) -> u8 {
    match layer {
        Layer::Unknown => 0,
        Layer::Span => 1,
        Layer::Client => 2,
        Layer::Control => 3,
        Layer::Gateway => 4,
        Layer::Identity => 5,
        Layer::Runtime => 6,
        Layer::Memory => 7,
        Layer::Tool => 8,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fact(key: u32, tool: Option<&'static str>, outcome: Outcome, duration: i64) -> Facts<'static> {
        let cause = (outcome == Outcome::Failed && duration > 0).then_some("refused");
        Facts { key: RequestKey(key), layer: None, tool, session: None, cause, outcome, duration }
    }

    fn some() -> Vec<Facts<'static>> {
        vec![
            fact(0, Some("b"), Outcome::Ok, 30),
            fact(1, None, Outcome::Failed, 10),
            fact(2, Some("a"), Outcome::Unknown, 20),
            fact(3, Some("b"), Outcome::Failed, 0),
        ]
    }

    fn sorted(by: SortBy, is_descending: bool) -> Vec<u32> {
        let (rows, _) = rows(some(), Order { by, is_descending }, GroupBy::None, &BTreeSet::new());
        rows.iter().map(|row| if let Row::Request(key) = row { key.0 } else { u32::MAX }).collect()
    }

    #[test]
    fn every_column_orders_and_equal_ones_stay_in_order_of_time() {
        assert_eq!(sorted(SortBy::Time, true), [3, 2, 1, 0]);
        assert_eq!(sorted(SortBy::Tool, false), [2, 0, 3, 1]);
        assert_eq!(sorted(SortBy::Tool, true), [0, 3, 2, 1]);
        assert_eq!(sorted(SortBy::Outcome, false), [1, 3, 2, 0]);
        assert_eq!(sorted(SortBy::Duration, true), [0, 2, 1, 3]);
        assert_eq!(sorted(SortBy::Cause, false), [1, 0, 2, 3]);
        assert_eq!(sorted(SortBy::Layer, false), [0, 1, 2, 3]);
    }

    #[test]
    fn groups_with_failures_come_first_and_unfold_alone() {
        let open = BTreeSet::from(["b".to_owned()]);
        let (rows, groups) = rows(some(), Order::default(), GroupBy::Tool, &open);
        let named: Vec<_> =
            groups.iter().map(|group| (group.name.as_str(), group.requests, group.failed)).collect();
        assert_eq!(named, [("b", 2, 1), ("no tool named", 1, 1), ("a", 1, 0)]);
        let request = |key| Row::Request(RequestKey(key));
        assert_eq!(rows, [Row::Group(0), request(0), request(3), Row::Group(1), Row::Group(2)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_request_is_lost(
            facts in proptest::collection::vec((0_usize..4, 0_usize..3, 0_i64..5), 0..40),
            by in 0_usize..6,
            steps in 0_usize..4,
            down: bool,
        ) {
            let tools = [None, Some("a"), Some("b"), Some("c")];
            let all: Vec<_> = facts.iter().zip(0..)
                .map(|((tool, outcome, duration), key)| fact(key, tools[*tool], Outcome::ALL[*outcome], *duration))
                .collect();
            let group = (0..steps).fold(GroupBy::None, |group, _| group.next());
            let open = all.iter().map(|fact| group_of(fact, group).to_owned()).collect();
            let order = Order { by: SortBy::ALL[by], is_descending: down };
            let (rows, groups) = rows(all, order, group, &open);
            let mut keys: Vec<_> = rows.iter()
                .filter_map(|row| if let Row::Request(key) = row { Some(key.0) } else { None })
                .collect();
            keys.sort_unstable();
            prop_assert_eq!(keys, (0..facts.len() as u32).collect::<Vec<_>>());
            let counted: usize = groups.iter().map(|group| group.requests).sum();
            prop_assert_eq!(counted, if group == GroupBy::None { 0 } else { facts.len() });
        }
    }
}

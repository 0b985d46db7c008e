//! Which request or heading stands in which row. Folding moves headings and touches no request.

use std::cmp::Reverse;
use std::ops::Range;

use super::order::GroupBy;
use super::table::Table;
use crate::model::{Outcome, RequestKey};

/// Requests below one heading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    /// In the table.
    pub(super) number: u32,
    /// Its requests among the keys.
    keys: Range<u32>,
    pub(super) failed: u32,
    pub(super) is_open: bool,
    /// Row of its heading.
    row: u32,
}

/// A row of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Row {
    /// A heading, by position among the groups.
    Group(usize),
    Request(RequestKey),
}

/// The rows in order: groups with most failures first, or all requests without groups.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Requests, group by group.
    keys: Vec<u32>,
    /// Where each request stands among them, [`NOWHERE`] for none.
    places: Vec<u32>,
    groups: Option<Vec<Group>>,
}

const NOWHERE: u32 = u32::MAX;

impl Group {
    /// Number of requests.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The row behind its last one.
    fn end(&self) -> usize {
        self.row as usize + 1 + if self.is_open { self.len() } else { 0 }
    }
}

impl Rows {
    /// Rows of `keys` in the order given; `is_open` tells which groups are unfolded.
    pub(super) fn new(keys: Vec<u32>, table: &Table, by: GroupBy, is_open: impl Fn(u32) -> bool) -> Self {
        let mut rows = if by == GroupBy::None {
            Self { keys, places: Vec::new(), groups: None }
        } else {
            let (keys, groups) = grouped(&keys, table, by, is_open);
            Self { keys, places: Vec::new(), groups: Some(groups) }
        };
        rows.places = vec![NOWHERE; table.len()];
        for (key, place) in rows.keys.iter().zip(0..) {
            rows.places[*key as usize] = place;
        }
        rows.number();
        rows
    }

    /// Gives each heading its row.
    fn number(&mut self) {
        let mut row = 0;
        for group in self.groups.iter_mut().flatten() {
            group.row = row;
            row = group.end() as u32;
        }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        match &self.groups {
            Some(groups) => groups.last().map_or(0, Group::end),
            None => self.keys.len(),
        }
    }

    /// Requests in the order of the list, those of folded groups too.
    pub(super) fn keys(&self) -> impl Iterator<Item = RequestKey> {
        self.keys.iter().map(|key| RequestKey(*key))
    }

    pub(super) fn groups(&self) -> &[Group] {
        self.groups.as_deref().unwrap_or_default()
    }

    pub(super) fn row(&self, row: usize) -> Option<Row> {
        let request = |place: usize| self.keys.get(place).map(|key| Row::Request(RequestKey(*key)));
        let Some(groups) = &self.groups else { return request(row) };
        let at = groups.partition_point(|group| group.row as usize <= row).checked_sub(1)?;
        let group = groups.get(at).filter(|group| row < group.end())?;
        match (row - group.row as usize).checked_sub(1) {
            None => Some(Row::Group(at)),
            Some(member) => request(group.keys.start as usize + member),
        }
    }

    /// The row of a request; none when its group is folded.
    pub(super) fn row_of(&self, key: RequestKey) -> Option<usize> {
        let place = self.places.get(key.index()).copied().filter(|place| *place != NOWHERE)?;
        let Some(groups) = &self.groups else { return Some(place as usize) };
        let at = groups.partition_point(|group| group.keys.start <= place).checked_sub(1)?;
        let group = groups.get(at).filter(|group| group.is_open)?;
        Some((group.row + 1 + place - group.keys.start) as usize)
    }

    /// The row of the heading of a group of the table.
    pub(super) fn heading(&self, number: u32) -> Option<usize> {
        let found = self.groups().iter().find(|group| group.number == number)?;
        Some(found.row as usize)
    }

    /// Folds or unfolds the groups for which `is_open` says something.
    pub(super) fn fold(&mut self, is_open: impl Fn(u32) -> Option<bool>) {
        for group in self.groups.iter_mut().flatten() {
            group.is_open = is_open(group.number).unwrap_or(group.is_open);
        }
        self.number();
    }
}

/// The keys group by group, in the same order within each, and the groups; between groups with as many failures and
/// requests the table's order decides.
fn grouped(
    keys: &[u32],
    table: &Table,
    by: GroupBy,
    is_open: impl Fn(u32) -> bool,
) -> (Vec<u32>, Vec<Group>) {
    let numbers: Vec<u32> = keys.iter().map(|key| table.group_of(by, RequestKey(*key))).collect();
    let mut counts = vec![(0_u32, 0_u32); table.groups(by)];
    for (key, number) in keys.iter().zip(&numbers) {
        let (all, failed) = &mut counts[*number as usize];
        *all += 1;
        *failed += u32::from(table.outcome(RequestKey(*key)) == Outcome::Failed);
    }
    let mut used: Vec<u32> =
        (0..counts.len() as u32).filter(|number| counts[*number as usize].0 > 0).collect();
    used.sort_by_key(|number| {
        let (all, failed) = counts[*number as usize];
        (Reverse(failed), Reverse(all))
    });
    let mut next = vec![0; counts.len()];
    let mut end = 0;
    let groups = used.iter().map(|number| {
        let (all, failed) = counts[*number as usize];
        let start = end;
        end += all;
        next[*number as usize] = start;
        Group { number: *number, keys: start..end, failed, is_open: is_open(*number), row: 0 }
    });
    let groups = groups.collect();
    let mut arranged = vec![0; keys.len()];
    for (key, number) in keys.iter().zip(&numbers) {
        let place = &mut next[*number as usize];
        arranged[*place as usize] = *key;
        *place += 1;
    }
    (arranged, groups)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::order::{Order, SortBy};
    use super::*;
    use crate::case::{Case, Snapshot};
    use crate::model::{IdName, Links, Names, Request, TimeRange, Timestamp, TraceName};

    /// A table of requests of (tool, outcome, nanoseconds), in order of time.
    fn table(requests: &[(Option<&str>, Outcome, i64)]) -> Table {
        let mut names = Names::default();
        let all: Vec<Request> = requests
            .iter()
            .zip(0..)
            .map(|((tool, outcome, length), key)| Request {
                key: RequestKey(key),
                trace: TraceName::NONE,
                request: IdName::NONE,
                session: IdName::NONE,
                tool: names.intern_opt(*tool),
                parent: None,
                window: Some(TimeRange {
                    start: Timestamp(key.into()),
                    end: Timestamp(i64::from(key) + length),
                }),
                signals: Links::default(),
                outcome: *outcome,
            })
            .collect();
        let snapshot = Snapshot { requests: all.into(), names: names.into(), ..Snapshot::default() };
        Table::new(&Case::default(), &snapshot)
    }

    fn some() -> Table {
        table(&[
            (Some("b"), Outcome::Ok, 30),
            (None, Outcome::Failed, 10),
            (Some("a"), Outcome::Unknown, 20),
            (Some("b"), Outcome::Failed, 0),
        ])
    }

    fn keys(rows: &Rows) -> Vec<u32> {
        let key = |row| if let Some(Row::Request(key)) = rows.row(row) { Some(key.0) } else { None };
        (0..rows.len()).filter_map(key).collect()
    }

    #[test]
    fn every_column_orders_and_equal_ones_stay_in_order_of_time() {
        let table = some();
        let sorted = |by, is_descending| table.sorted(Order { by, is_descending }, |_| true);
        assert_eq!(sorted(SortBy::Time, true), [3, 2, 1, 0]);
        assert_eq!(sorted(SortBy::Tool, false), [2, 0, 3, 1]);
        assert_eq!(sorted(SortBy::Tool, true), [0, 3, 2, 1]);
        assert_eq!(sorted(SortBy::Outcome, false), [1, 3, 2, 0]);
        assert_eq!(sorted(SortBy::Duration, true), [0, 2, 1, 3]);
        assert_eq!(sorted(SortBy::Layer, false), [0, 1, 2, 3]);
    }

    #[test]
    fn groups_with_failures_come_first_and_unfold_alone() {
        let table = some();
        let open = table.group_named(GroupBy::Tool, "b");
        let mut rows = Rows::new(vec![0, 1, 2, 3], &table, GroupBy::Tool, |number| Some(number) == open);
        let name = |group: &Group| table.group_name(GroupBy::Tool, group.number);
        let named: Vec<_> =
            rows.groups().iter().map(|group| (name(group), group.len(), group.failed)).collect();
        assert_eq!(named, [("b".into(), 2, 1), ("no tool named".into(), 1, 1), ("a".into(), 1, 0)]);
        let request = |key| Row::Request(RequestKey(key));
        let shown: Vec<_> = (0..9).map_while(|row| rows.row(row)).collect();
        assert_eq!(shown, [Row::Group(0), request(0), request(3), Row::Group(1), Row::Group(2)]);
        let arranged = rows.keys.as_ptr();
        rows.fold(|number| Some(Some(number) != open));
        assert_eq!(keys(&rows), [1, 2]);
        assert_eq!(rows.keys.as_ptr(), arranged, "folding arranges no request anew");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_request_is_lost_and_each_is_found(
            facts in proptest::collection::vec((0_usize..4, 0_usize..3, 0_i64..5), 0..40),
            by in 0_usize..6,
            steps in 0_usize..4,
            down: bool,
            folded in proptest::collection::btree_set(0_u32..4, 0..4),
        ) {
            let tools = [None, Some("a"), Some("b"), Some("c")];
            let facts: Vec<_> = facts.iter()
                .map(|(tool, outcome, duration)| (tools[*tool], Outcome::ALL[*outcome], *duration))
                .collect();
            let table = table(&facts);
            let folded: BTreeSet<u32> = folded;
            let group = (0..steps).fold(GroupBy::None, |group, _| group.next());
            let sorted = table.sorted(Order { by: SortBy::ALL[by], is_descending: down }, |_| true);
            let rows = Rows::new(sorted, &table, group, |number| !folded.contains(&number));
            let shown = keys(&rows);
            for key in (0..facts.len() as u32).map(RequestKey) {
                let is_shown = group == GroupBy::None || !folded.contains(&table.group_of(group, key));
                prop_assert_eq!(shown.iter().filter(|shown| **shown == key.0).count(), usize::from(is_shown));
                let row = rows.row_of(key);
                prop_assert_eq!(row.is_some(), is_shown);
                prop_assert!(row.is_none_or(|row| rows.row(row) == Some(Row::Request(key))));
            }
            for (at, own) in rows.groups().iter().enumerate() {
                prop_assert_eq!(rows.heading(own.number).and_then(|row| rows.row(row)), Some(Row::Group(at)));
                let name = table.group_name(group, own.number);
                prop_assert_eq!(table.group_named(group, &name), Some(own.number));
            }
            let counted: usize = rows.groups().iter().map(Group::len).sum();
            prop_assert_eq!(counted, if group == GroupBy::None { 0 } else { facts.len() });
        }
    }
}

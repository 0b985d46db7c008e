//! What ordering, grouping and counting see of the requests, in columns: position is key.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::order::{GroupBy, Order, SortBy};
use super::ranks::{ABSENT, Ranks};
use crate::case::{Case, Snapshot};
use crate::model::{IdName, Layer, Name, Names, Outcome, Request, RequestKey, TimeRange, Timestamp};
use crate::tui::widgets::{Bin, bin_starts};

/// Names of the groups of failed requests, other ones, and those whose end is not known.
const BY_OUTCOME: [&str; 3] = ["failed, cause unknown", "ok", "outcome unknown"];

/// The columns, and the order that each of them gives. Made once for each snapshot.
#[derive(Debug, Default)]
pub(in crate::tui) struct Table {
    /// When each began, in order. Those without a time come last and have none here.
    starts: Vec<Timestamp>,
    /// Nanoseconds from the first to the last signal.
    durations: Vec<i64>,
    outcomes: Vec<Outcome>,
    reached: Vec<Layer>,
    tools: Ranks<Name>,
    sessions: Ranks<IdName>,
    /// By position in `titles`, which are in order.
    causes: Vec<u32>,
    titles: Vec<String>,
    names: Arc<Names>,
    /// Keys in ascending order of each column, equal ones in order of time; for time, which the keys follow, empty.
    orders: [Vec<u32>; SortBy::ALL.len()],
}

impl Table {
    /// Reads through the requests, on all cores.
    pub(in crate::tui) fn new(case: &Case, snapshot: &Snapshot) -> Self {
        let (requests, names) = (&snapshot.requests, &snapshot.names);
        let tools = requests.iter().map(|request| Some(request.tool).filter(|tool| tool.is_some()));
        let sessions = requests.iter().map(|request| Some(request.session).filter(|id| id.is_some()));
        let (causes, titles) = causes(snapshot);
        let mut table = Self {
            starts: requests.iter().map_while(|request| Some(request.window?.start)).collect(),
            durations: requests.iter().map(super::facts::duration).collect(),
            outcomes: requests.iter().map(|request| request.outcome).collect(),
            reached: requests.par_iter().map(|request| reached(case, request)).collect(),
            tools: Ranks::new(tools, |a, b| names.text(a).cmp(&names.text(b))),
            sessions: Ranks::new(sessions, |a, b| names.compare_ids(a, b)),
            causes,
            titles,
            names: Arc::clone(names),
            orders: Default::default(),
        };
        for by in SortBy::ALL.iter().filter(|by| **by != SortBy::Time) {
            let mut keys: Vec<(i64, u32)> =
                (0..table.len()).map(|at| (table.key(*by, at), at as u32)).collect();
            keys.par_sort_unstable();
            table.orders[*by as usize] = keys.into_iter().map(|(_, at)| at).collect();
        }
        table
    }

    /// Number of requests.
    pub(super) fn len(&self) -> usize {
        self.outcomes.len()
    }

    pub(super) fn outcome(&self, key: RequestKey) -> Outcome {
        self.outcomes.get(key.index()).copied().unwrap_or(Outcome::Unknown)
    }

    pub(super) fn duration(&self, key: RequestKey) -> i64 {
        self.durations.get(key.index()).copied().unwrap_or_default()
    }

    /// The deepest layer that recorded anything of it.
    pub(super) fn reached(&self, key: RequestKey) -> Option<Layer> {
        self.reached.get(key.index()).copied().filter(|layer| *layer != Layer::Unknown)
    }

    /// What a column is ordered by.
    fn key(&self, by: SortBy, at: usize) -> i64 {
        match by {
            SortBy::Time => at as i64,
            SortBy::Layer => depth(self.reached[at]).into(),
            SortBy::Tool => self.tools.of(at).into(),
            SortBy::Outcome => match self.outcomes[at] {
                Outcome::Failed => 0,
                Outcome::Unknown => 1,
                Outcome::Ok => 2,
            },
            SortBy::Duration => self.durations[at],
            SortBy::Cause => self.causes[at].into(),
        }
    }

    /// The keys that pass, in `order`; equal ones in order of time. What has no text comes last in both directions.
    pub(super) fn sorted(&self, order: Order, passes: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut keys = Vec::with_capacity(self.len());
        let all = 0..self.len() as u32;
        let column = &self.orders[order.by as usize];
        let mut take = |part: &[u32]| keys.extend(part.iter().copied().filter(|key| passes(*key)));
        match order {
            Order { by: SortBy::Time, is_descending: false } => {
                return all.filter(|key| passes(*key)).collect();
            }
            Order { by: SortBy::Time, is_descending: true } => {
                return all.rev().filter(|key| passes(*key)).collect();
            }
            Order { is_descending: false, .. } => take(column),
            Order { by, is_descending: true } => {
                let key = |at: u32| self.key(by, at as usize);
                let is_text = matches!(by, SortBy::Tool | SortBy::Cause);
                let given = if is_text {
                    column.partition_point(|at| key(*at) < i64::from(ABSENT))
                } else {
                    column.len()
                };
                let (given, absent) = column.split_at(given);
                given.chunk_by(|a, b| key(*a) == key(*b)).rev().for_each(&mut take);
                take(absent);
            }
        }
        keys
    }

    /// The distinct tools in order.
    pub(in crate::tui) fn tools(&self) -> &[Name] {
        self.tools.texts()
    }

    /// The distinct sessions in order.
    pub(in crate::tui) fn sessions(&self) -> &[IdName] {
        self.sessions.texts()
    }

    /// How many groups there are at most: numbers of groups are below.
    pub(super) fn groups(&self, by: GroupBy) -> usize {
        match by {
            GroupBy::None => 1,
            GroupBy::Tool => self.tools.texts().len() + 1,
            GroupBy::Session => self.sessions.texts().len() + 1,
            GroupBy::Cause => self.titles.len() + BY_OUTCOME.len(),
        }
    }

    /// The number of the group that a request is in.
    pub(super) fn group_of(&self, by: GroupBy, key: RequestKey) -> u32 {
        let at = key.index();
        match by {
            GroupBy::None => 0,
            GroupBy::Tool => self.tools.of(at).min(self.tools.texts().len() as u32),
            GroupBy::Session => self.sessions.of(at).min(self.sessions.texts().len() as u32),
            GroupBy::Cause => {
                let without = match self.outcome(key) {
                    Outcome::Failed => 0,
                    Outcome::Ok => 1,
                    Outcome::Unknown => 2,
                };
                let cause = self.causes.get(at).copied().filter(|cause| *cause != ABSENT);
                cause.unwrap_or(self.titles.len() as u32 + without)
            }
        }
    }

    /// The name of a group.
    pub(super) fn group_name(&self, by: GroupBy, group: u32) -> Cow<'_, str> {
        let at = group as usize;
        match by {
            GroupBy::None => "".into(),
            GroupBy::Tool => {
                let tool = self.tools.texts().get(at).and_then(|name| self.names.text(*name));
                tool.unwrap_or("no tool named").into()
            }
            GroupBy::Session => {
                let session = self.sessions.texts().get(at).and_then(|id| self.names.id(*id));
                session.unwrap_or("no session named".into())
            }
            GroupBy::Cause => match self.titles.get(at) {
                Some(title) => title.into(),
                None => BY_OUTCOME.get(at - self.titles.len()).copied().unwrap_or_default().into(),
            },
        }
    }

    /// The group of this name.
    pub(super) fn group_named(&self, by: GroupBy, name: &str) -> Option<u32> {
        let (tools, sessions) = (self.tools.texts(), self.sessions.texts());
        let (found, named) = match by {
            GroupBy::None => (None, 0),
            GroupBy::Tool => {
                (tools.binary_search_by(|tool| self.names.text(*tool).cmp(&Some(name))).ok(), tools.len())
            }
            GroupBy::Session => {
                let known = |id: &IdName| self.names.id(*id).as_deref().cmp(&Some(name));
                (sessions.binary_search_by(known).ok(), sessions.len())
            }
            GroupBy::Cause => {
                (self.titles.binary_search_by(|title| title.as_str().cmp(name)).ok(), self.titles.len())
            }
        };
        let unnamed = || (named..self.groups(by)).find(|group| self.group_name(by, *group as u32) == name);
        found.or_else(unnamed).map(|group| group as u32)
    }

    /// The requests that began within `time`.
    pub(super) fn within(&self, time: TimeRange) -> Range<u32> {
        let start = self.starts.partition_point(|start| *start < time.start);
        let end = self.starts.partition_point(|start| *start <= time.end);
        start as u32..end as u32
    }

    /// From the first to the last beginning of `keys`, all of them without.
    pub(super) fn span(&self, keys: Option<&[RequestKey]>) -> Option<TimeRange> {
        let count = self.starts.len();
        let (first, last) = match keys {
            None => (0, count.checked_sub(1)?),
            Some(keys) => {
                let timed = &keys[..keys.partition_point(|key| key.index() < count)];
                (timed.first()?.index(), timed.last()?.index())
            }
        };
        Some(TimeRange { start: *self.starts.get(first)?, end: *self.starts.get(last)? })
    }

    /// Requests over time in `columns` stretches of `span`: `keys`, all of them without.
    pub(super) fn bins(&self, keys: Option<&[RequestKey]>, span: TimeRange, columns: usize) -> Vec<Bin> {
        let starts = bin_starts(span, columns);
        let mut bins = vec![Bin::default(); columns];
        // Requests come in order of time, so the bin only ever moves on.
        let mut at = 0;
        let mut add = |key: usize| {
            let Some(start) = self.starts.get(key) else { return };
            while starts.get(at + 1).is_some_and(|next| next <= start) {
                at += 1;
            }
            let Some(bin) = bins.get_mut(at) else { return };
            bin.all += 1;
            bin.failed += u64::from(self.outcomes[key] == Outcome::Failed);
        };
        match keys {
            Some(keys) => keys.iter().for_each(|key| add(key.index())),
            None => (0..self.starts.len()).for_each(add),
        }
        bins
    }
}

/// The deepest layer that recorded anything of a request.
fn reached(case: &Case, request: &Request) -> Layer {
    let briefs = case.briefs();
    let layers = request.signals.iter().filter_map(|link| Some(briefs.get(link.signal.index())?.layer));
    layers.max_by_key(|layer| depth(*layer)).unwrap_or(Layer::Unknown)
}

/// How far into the system a layer lies. Spans may come from any layer, so they say least.
fn depth(layer: Layer) -> u8 {
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

/// Why each request failed, in words: by position among the distinct ones in order.
fn causes(snapshot: &Snapshot) -> (Vec<u32>, Vec<String>) {
    let mut of = vec![None; snapshot.requests.len()];
    for diagnosis in snapshot.diagnoses.iter().rev() {
        let rule = diagnosis.root_cause.as_deref().and_then(|rule| snapshot.rules.get(rule));
        if let Some(cause) = diagnosis.request.and_then(|request| of.get_mut(request.index())) {
            *cause = rule.map(|rule| rule.title.as_str());
        }
    }
    let titles: BTreeSet<&str> = of.iter().flatten().copied().collect();
    let titles: Vec<&str> = titles.into_iter().collect();
    let rank = |title: Option<&str>| {
        let found = title.and_then(|title| titles.binary_search(&title).ok());
        found.map_or(ABSENT, |at| at as u32)
    };
    let of = of.iter().map(|title| rank(*title)).collect();
    (of, titles.into_iter().map(str::to_owned).collect())
}

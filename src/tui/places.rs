//! Places to jump to: requests, tools, sessions and rules. Nothing is made of one before it is looked at.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rayon::prelude::*;

use crate::case::Snapshot;
use crate::model::{Request, RequestKey};

use super::model::Shared;
use super::screens::requests::Table;
use super::time::Zone;

/// Places that one thread looks through at a time.
const GRAIN: usize = 512;

/// All places of one moment, by position.
#[derive(Debug)]
pub struct Places {
    snapshot: Arc<Snapshot>,
    /// Only these requests, and nothing else.
    only: Option<Vec<RequestKey>>,
    table: Arc<Table>,
    rules: Vec<String>,
    zone: Zone,
}

/// What is at a position.
pub(super) enum Place<'p> {
    Request(&'p Request),
    Tool(&'p str),
    Session(Cow<'p, str>),
    Rule(&'p str),
}

/// How well a place fits, the best first, and its position.
pub type Ranked = (Reverse<u32>, u32);

impl Places {
    pub(super) fn new(shared: &Shared) -> Self {
        let rules: BTreeSet<&str> =
            shared.snapshot.findings.iter().map(|finding| finding.rule.as_str()).collect();
        Self {
            snapshot: Arc::clone(&shared.snapshot),
            only: None,
            table: Arc::clone(&shared.tables.requests),
            rules: rules.into_iter().map(str::to_owned).collect(),
            zone: shared.zone,
        }
    }

    /// These requests alone.
    pub(super) fn of(shared: &Shared, requests: Vec<RequestKey>) -> Self {
        Self { only: Some(requests), ..Self::new(shared) }
    }

    /// What the places are of.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Number of places.
    pub(super) fn len(&self) -> u32 {
        if let Some(requests) = &self.only {
            return requests.len() as u32;
        }
        let (tools, sessions) = (self.table.tools(), self.table.sessions());
        (self.snapshot.requests.len() + tools.len() + sessions.len() + self.rules.len()) as u32
    }

    pub(super) fn place(&self, at: u32) -> Option<Place<'_>> {
        let (requests, names) = (&self.snapshot.requests, &self.snapshot.names);
        let (tools, sessions) = (self.table.tools(), self.table.sessions());
        let at = at as usize;
        if let Some(only) = &self.only {
            return requests.get(only.get(at)?.index()).map(Place::Request);
        }
        if let Some(request) = requests.get(at) {
            return Some(Place::Request(request));
        }
        let at = at - requests.len();
        if let Some(tool) = tools.get(at) {
            return names.text(*tool).map(Place::Tool);
        }
        let at = at - tools.len();
        if let Some(session) = sessions.get(at) {
            return names.id(*session).map(Place::Session);
        }
        self.rules.get(at - sessions.len()).map(|rule| Place::Rule(rule))
    }

    /// What a place is called, as the log names it.
    pub(super) fn label(&self, at: u32) -> String {
        match self.place(at) {
            Some(Place::Request(request)) => {
                let tool = self.snapshot.names.text(request.tool).unwrap_or_default();
                let id = self.snapshot.names.id(request.request).unwrap_or_default();
                let start = request.window.map(|window| self.zone.clock(window.start)).unwrap_or_default();
                let trace = self.snapshot.names.trace(request.trace);
                let trace = trace.map(|trace| trace.to_string()).unwrap_or_default();
                let label = format!("{start} {tool} {id} {trace}");
                label.trim().to_owned()
            }
            Some(Place::Tool(tool)) => format!("tool {tool}"),
            Some(Place::Session(session)) => format!("session {session}"),
            Some(Place::Rule(rule)) => format!("rule {rule}"),
            None => String::new(),
        }
    }

    /// The places of `stretch` that a few typed letters may mean. Runs on all cores.
    pub fn among(&self, typed: &str, stretch: Range<u32>) -> Vec<Ranked> {
        let pattern = Pattern::parse(typed, CaseMatching::Smart, Normalization::Smart);
        let places = (stretch.start..stretch.end.min(self.len())).into_par_iter().with_min_len(GRAIN);
        let ranked = places.map_init(
            || (Matcher::new(Config::DEFAULT), Vec::new()),
            |(matcher, buffer), at| {
                let score = pattern.score(Utf32Str::new(&self.label(at), buffer), matcher)?;
                Some((Reverse(score), at))
            },
        );
        ranked.flatten().collect()
    }
}

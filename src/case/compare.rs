//! A failing request of this case beside healthy ones, of this case or of another capture.

use std::cmp::Ordering;

use memchr::memmem;
use rayon::prelude::*;

use super::Case;
use crate::compare::{self, Basis, Candidate, Facts, Party, Traits};
use crate::diagnose;
use crate::model::{
    BaselineChoice, Comparison, HealthyRequest, IdName, Kind, Layer, Outcome, Request, RequestKey, Share,
    Signal, SignalKey, TimeRange, Tool, TraceName,
};

/// Most requests of each side that are read.
const MAX_SAMPLE: usize = 500;
/// Fewest requests of each side that are read, however many signals they have.
const MIN_SAMPLE: usize = 50;
/// Signals of each side to read, about.
const MAX_READ: usize = 12_000;
/// Most `tools/list` answers that are read.
const MAX_LISTS: usize = 16;
/// Most signals of one request that are read; a request with more is no evidence of absence.
const MAX_SIGNALS: usize = 256;

/// With what a failing request is compared.
#[derive(Clone, Copy, Debug)]
pub enum Baseline<'a> {
    /// The healthy request of this case that is nearest in kind, then in time.
    Automatic,
    /// A request of this case.
    Request(RequestKey),
    /// Another capture.
    Capture {
        /// Everything read and correlated.
        case: &'a Case,
        /// How outputs name it.
        label: &'a str,
        /// The request of it; `None` chooses the nearest in kind.
        request: Option<RequestKey>,
    },
}

impl Case {
    /// Compares a failing request with a healthy one, and ranks what differs by how well it separates failed from
    /// healthy requests of the capture.
    ///
    /// `failed` are the requests that failed for the same cause; empty for all failed ones of the same tool.
    pub fn compare(&self, failing: RequestKey, baseline: &Baseline<'_>, failed: &[RequestKey]) -> Comparison {
        let (healthy_case, label, named) = match *baseline {
            Baseline::Automatic => (self, None, None),
            Baseline::Request(key) => (self, None, Some(key)),
            Baseline::Capture { case, label, request } => (case, Some(label), request),
        };
        let is_own = label.is_none();
        let party = self.party(failing);
        let chosen = named
            .filter(|key| key.index() < healthy_case.requests().len())
            .map(|key| (BaselineChoice::Named, key))
            .or_else(|| healthy_case.nearest(&party, self.window(failing), is_own.then_some(failing)));
        let failed = self.failed_like(failing, &party, failed);
        let (choice, key) = chosen.unzip();
        let healthy = key.map(|key| healthy_case.healthy_like(&party, key, choice)).unwrap_or_default();
        let failed_sample = self.sample(&failed, Some(failing));
        let healthy_sample = healthy_case.sample(&healthy, key);
        let basis = Basis {
            choice,
            relation: key.and_then(|key| party.relation(&healthy_case.party(key))),
            is_healthy: key.is_some_and(|key| healthy_case.outcome(key) == Outcome::Ok),
            is_elsewhere: !is_own,
            failed: Share { with: failed_sample.len() as u32, of: failed.len() as u32 },
            healthy: Share { with: healthy_sample.len() as u32, of: healthy.len() as u32 },
            has_gaps: self.has_gap(failing) || key.is_some_and(|key| healthy_case.has_gap(key)),
        };
        let (differences, same) = key.map_or_else(Default::default, |key| {
            let (own, others) = (self.declared_tools(), healthy_case.declared_tools());
            // What another capture does not declare, this one may.
            let others = if others.is_empty() { &own } else { &others };
            let (failing, beside) = (self.traits(failing, &own), healthy_case.traits(key, others));
            let failed = self.traits_of_all(&failed_sample, &own);
            let healthy = healthy_case.traits_of_all(&healthy_sample, others);
            compare::differences(&failing, &beside, &failed, &healthy)
        });
        Comparison {
            failing,
            healthy: chosen.map(|(choice, key)| HealthyRequest {
                key: is_own.then_some(key),
                label: healthy_case.label(key, label),
                choice,
            }),
            differences,
            same,
            failed: basis.failed,
            healthy_seen: basis.healthy,
            caution: basis.caution(),
        }
    }

    /// Requests spread over `all`: fewer where each has many signals, so that the work is bounded.
    fn sample(&self, all: &[RequestKey], keep: Option<RequestKey>) -> Vec<RequestKey> {
        let signals = |key: &RequestKey| self.request(*key).map_or(0, |request| request.signals.len());
        let total: usize = all.iter().map(|key| signals(key).clamp(1, MAX_SIGNALS)).sum();
        let mean = total.div_ceil(all.len().max(1)).max(1);
        let max = (MAX_READ / mean).clamp(MIN_SAMPLE, MAX_SAMPLE);
        let keep = keep.and_then(|keep| all.iter().position(|key| *key == keep));
        compare::spread(all, max, keep)
    }

    fn traits_of_all(&self, keys: &[RequestKey], tools: &[Tool]) -> Vec<Traits> {
        keys.par_iter().map(|key| self.traits(*key, tools)).collect()
    }

    /// Tools as the first `tools/list` answers of the case declare them.
    fn declared_tools(&self) -> Vec<Tool> {
        let may_list =
            |kind| matches!(kind, Kind::ToolsList | Kind::HttpExchange | Kind::GatewayLog | Kind::JsonRpc);
        let finder = memmem::Finder::new("inputSchema");
        let briefs = self.briefs().iter().enumerate().filter(|(_, brief)| may_list(brief.kind));
        let keys = briefs.map(|(position, _)| SignalKey(position as u32));
        let lists = keys.filter(|key| finder.find(self.raw(*key)).is_some()).take(MAX_LISTS);
        lists.flat_map(|key| compare::tools_of(&self.signal(key))).collect()
    }

    /// What a request shows.
    fn traits(&self, key: RequestKey, tools: &[Tool]) -> Traits {
        let Some(request) = self.request(key) else { return Traits::default() };
        let is_whole = request.signals.len() <= MAX_SIGNALS;
        let links: Vec<_> = if is_whole {
            request.signals.to_vec()
        } else {
            compare::spread(&request.signals, MAX_SIGNALS, None)
        };
        let signals: Vec<Signal> = links.iter().map(|link| self.signal(link.signal)).collect();
        Traits::of(
            &signals,
            &Facts {
                tool: self.names().text(request.tool),
                duration: request.window.map(|window| window.end.since(window.start)),
                covered: &self.covering(request),
                is_whole,
                tools,
                template: diagnose::template,
            },
        )
    }

    /// Layers whose records reach from before a request to after it.
    fn covering(&self, request: &Request) -> Vec<Layer> {
        let Some(window) = request.window else { return Vec::new() };
        let covers = |range: TimeRange| range.start <= window.start && window.end <= range.end;
        let layers = self.coverage.layers.iter().filter(|entry| entry.range.is_some_and(covers));
        layers.map(|entry| entry.layer).collect()
    }

    /// Whether records may be missing while a request ran.
    fn has_gap(&self, key: RequestKey) -> bool {
        let Some(window) = self.window(key) else { return !self.coverage.gaps.is_empty() };
        self.coverage.gaps.iter().any(|gap| {
            gap.start.is_none_or(|start| start <= window.end) && gap.end.is_none_or(|end| window.start <= end)
        })
    }

    fn outcome(&self, key: RequestKey) -> Outcome {
        self.request(key).map_or(Outcome::Unknown, |request| request.outcome)
    }

    fn request(&self, key: RequestKey) -> Option<&Request> {
        self.requests().get(key.index())
    }

    fn window(&self, key: RequestKey) -> Option<TimeRange> {
        self.request(key)?.window
    }

    /// Whom a request concerns.
    fn party(&self, key: RequestKey) -> Party<'_> {
        let Some(request) = self.request(key) else { return Party::default() };
        let names = self.names();
        let briefs = || request.signals.iter().map(|link| self.briefs().at(link.signal.index()));
        let resource = briefs().find_map(|brief| names.text(brief.resource));
        let stream = || briefs().find_map(|brief| names.text(brief.stream));
        let tool = names.text(request.tool);
        let operation = || briefs().find_map(|brief| names.text(brief.name));
        Party {
            tool,
            operation: if tool.is_none() { operation() } else { None },
            // `group:stream`: the group outlives the container that the stream is of.
            resource: resource
                .or_else(|| stream().map(|name| name.split_once(':').map_or(name, |(group, _)| group))),
        }
    }

    fn nearest(
        &self,
        party: &Party<'_>,
        window: Option<TimeRange>,
        not: Option<RequestKey>,
    ) -> Option<(BaselineChoice, RequestKey)> {
        let parent = not.and_then(|key| self.request(key)?.parent);
        let is_stranger = |request: &&Request| {
            Some(request.key) != not
                && Some(request.key) != parent
                && (not.is_none() || request.parent != not)
        };
        let healthy = self.requests().par_iter().filter(|request| request.outcome == Outcome::Ok);
        let candidates = healthy.filter(is_stranger).map(|request| Candidate {
            key: request.key,
            party: self.party(request.key),
            start: request.window.map(|window| window.start),
            layers: self.layers(request).count_ones(),
        });
        let candidates: Vec<Candidate<'_>> = candidates.collect();
        let start = window.map(|window| window.start);
        compare::choose(party, start, candidates.into_iter(), |one, other| self.compare_ids(one, other))
    }

    /// The layers that tell of a request, one bit each.
    fn layers(&self, request: &Request) -> u32 {
        let layer = |layer: Layer| 1 << layer as u32;
        request.signals.iter().fold(0, |all, link| all | layer(self.briefs().at(link.signal.index()).layer))
    }

    /// The failed requests that the counts are taken of, `failing` among them.
    fn failed_like(&self, failing: RequestKey, party: &Party<'_>, named: &[RequestKey]) -> Vec<RequestKey> {
        let mut keys: Vec<RequestKey> = if named.is_empty() {
            let failed = self.requests().par_iter().filter(|request| request.outcome == Outcome::Failed);
            let keys = failed.map(|request| request.key);
            keys.filter(|key| party.relation(&self.party(*key)) == Some(BaselineChoice::SameTool)).collect()
        } else {
            named.iter().copied().filter(|key| key.index() < self.requests().len()).collect()
        };
        keys.push(failing);
        self.ordered(keys)
    }

    /// The healthy requests that the counts are taken of: as near as the chosen one.
    fn healthy_like(
        &self,
        party: &Party<'_>,
        chosen: RequestKey,
        choice: Option<BaselineChoice>,
    ) -> Vec<RequestKey> {
        let own = self.party(chosen);
        let named = party.relation(&own);
        let choice = choice.filter(|choice| *choice != BaselineChoice::Named).or(named);
        let is_near = |request: &&Request| {
            let candidate = self.party(request.key);
            match choice {
                Some(choice) => party.relation(&candidate).is_some_and(|relation| relation <= choice),
                None => own.relation(&candidate) == Some(BaselineChoice::SameTool),
            }
        };
        let healthy = self.requests().par_iter().filter(|request| request.outcome == Outcome::Ok);
        self.ordered(healthy.filter(is_near).map(|request| request.key).collect())
    }

    /// By start and id, each once: an order that the order of the inputs does not change.
    fn ordered(&self, mut keys: Vec<RequestKey>) -> Vec<RequestKey> {
        let start = |key: RequestKey| self.window(key).map(|window| window.start);
        keys.sort_by(|one, other| {
            let in_time = start(*one).cmp(&start(*other));
            in_time.then_with(|| self.compare_ids(*one, *other)).then_with(|| one.cmp(other))
        });
        keys.dedup();
        keys
    }

    /// Orders requests by trace id, then by request id.
    fn compare_ids(&self, one: RequestKey, other: RequestKey) -> Ordering {
        let (names, ids) = (self.names(), |key| {
            self.request(key)
                .map_or((TraceName::NONE, IdName::NONE), |request| (request.trace, request.request))
        });
        let ((one_trace, one), (other_trace, other)) = (ids(one), ids(other));
        let by_trace = names.trace(one_trace).cmp(&names.trace(other_trace));
        by_trace.then_with(|| names.compare_ids(one, other))
    }

    /// How a person finds a request.
    fn label(&self, key: RequestKey, capture: Option<&str>) -> String {
        let Some(request) = self.request(key) else { return String::new() };
        let tool = self.party(key);
        let id = match (self.names().trace(request.trace), self.names().id(request.request)) {
            (Some(trace), _) => format!("trace {trace}"),
            (None, Some(id)) => format!("request {id}"),
            (None, None) => request.window.map_or_else(
                || "a request without id".to_owned(),
                |window| format!("the request of {}", window.start),
            ),
        };
        let what = tool.tool.or(tool.operation).map(|what| format!("{what}, ")).unwrap_or_default();
        let place = capture.map(|capture| format!(" in {capture}")).unwrap_or_default();
        format!("{what}{id}{place}")
    }
}

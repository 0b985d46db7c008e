//! Behaviour of the whole module: small cases built by hand, without the parser.

mod laws;
mod loading;
mod prefilter;
mod semantics;
mod verdicts;

use std::time::Duration;

use crate::model::{
    Brief, Briefs, Coverage, Layer, LayerCoverage, Link, LinkReason, Links, Names, Outcome, Request,
    RequestKey, Signal, SignalKey, TimeRange, Timestamp, TraceName,
};

use super::read::{Place, read_rule};
use super::{Catalogue, Docket, Explanation, Hits, Judgement, Switches, explain, judge};

/// A rule around `body`, which holds its events and condition.
pub(super) fn rule_text(id: &str, message: &str, body: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"t\"\nlayer = \"runtime\"\nseverity = \"error\"\nconfidence = \"high\"\nrole = \"cause\"\n\
         message = '{message}'\ncause = \"c\"\nimpact = \"i\"\nverify = \"v\"\n[[fix]]\ntext = \"f\"\n{body}"
    )
}

/// A catalogue of rules with the given ids and bodies.
pub(super) fn catalogue(rules: &[(&str, &str)]) -> Catalogue {
    let place = Place { folder: None, layer: None };
    let read = rules.iter().map(|(id, body)| {
        read_rule("rule.toml", &rule_text(id, "m", body), &place)
            .unwrap_or_else(|errors| panic!("{errors:#?}"))
    });
    Catalogue::of(read.collect())
}

/// A line of a runtime log, `millis` after the epoch.
pub(super) fn line(millis: i64, request: &str, message: &str) -> Signal {
    let mut signal = Signal { layer: Layer::Runtime, message: message.to_owned(), ..Signal::default() };
    signal.timestamp = Timestamp::from_millis(millis);
    signal.ids.request = (!request.is_empty()).then(|| request.to_owned());
    signal.origin.log_stream = Some("stream".to_owned());
    signal
}

pub(super) fn untimed(request: &str, message: &str) -> Signal {
    Signal { timestamp: None, ..line(0, request, message) }
}

/// A case, indexed: requests are formed by request id.
pub(super) struct World {
    pub(super) signals: Vec<Signal>,
    briefs: Briefs,
    names: Names,
    pub(super) requests: Vec<Request>,
    request_of: Vec<Option<RequestKey>>,
    pub(super) coverage: Coverage,
    pub(super) lateness: Duration,
}

impl World {
    pub(super) fn new(mut signals: Vec<Signal>) -> Self {
        signals.sort_by_key(|signal| (signal.timestamp.is_none(), signal.timestamp));
        let mut world = Self {
            briefs: Briefs::new(),
            names: Names::default(),
            requests: Vec::new(),
            request_of: Vec::new(),
            coverage: Coverage::default(),
            lateness: Duration::ZERO,
            signals,
        };
        for at in 0..world.signals.len() {
            world.index(at);
        }
        let mut links = vec![Vec::new(); world.requests.len()];
        for (owner, signal) in world.request_of.iter().zip(0..) {
            if let Some(request) = owner {
                let link = Link { signal: SignalKey(signal), reason: LinkReason::Request };
                links[request.index()].push(link);
            }
        }
        for (request, links) in world.requests.iter_mut().zip(links) {
            request.signals = links.into();
        }
        world
    }

    fn index(&mut self, at: usize) {
        let signal = &self.signals[at];
        let brief = brief(signal, &mut self.names);
        self.briefs.push(&brief);
        let key = self
            .requests
            .iter()
            .position(|request| brief.request.is_some() && request.request == brief.request);
        let key = key.or_else(|| {
            brief.request.is_some().then(|| {
                self.requests.push(request(RequestKey(self.requests.len() as u32), &brief));
                self.requests.len() - 1
            })
        });
        self.request_of.push(key.map(|key| RequestKey(key as u32)));
        if let Some(request) = key.map(|key| &mut self.requests[key]) {
            request.outcome = request.outcome.max(brief.outcome);
            request.window = extend(request.window, brief.timestamp);
        }
        self.coverage.range = extend(self.coverage.range, brief.timestamp);
        let layer = signal.layer;
        if self.coverage.layer(layer).is_none() {
            self.coverage.layers.push(LayerCoverage { layer, range: None, signals: 0 });
        }
        for entry in self.coverage.layers.iter_mut().filter(|entry| entry.layer == layer) {
            entry.range = extend(entry.range, brief.timestamp);
            entry.signals += 1;
        }
    }

    pub(super) fn hits(&self, catalogue: &Catalogue) -> Hits {
        Hits::collect(self.signals.iter().zip(0u32..).flat_map(|(signal, key)| {
            catalogue.match_signal(signal).into_iter().map(move |hit| (SignalKey(key), hit))
        }))
    }

    pub(super) fn with_docket<T>(&self, catalogue: &Catalogue, use_it: impl FnOnce(&Docket<'_>) -> T) -> T {
        let hits = self.hits(catalogue);
        let field = |key: SignalKey, name: &str| {
            self.signals.get(key.index())?.field(name).map(std::borrow::Cow::into_owned)
        };
        use_it(&Docket {
            briefs: &self.briefs,
            names: &self.names,
            requests: &self.requests,
            request_of: &self.request_of.iter().copied().collect(),
            coverage: &self.coverage,
            hits: &hits,
            hidden: &[],
            lateness: self.lateness,
            field: &field,
        })
    }

    pub(super) fn judge(&self, catalogue: &Catalogue) -> Judgement {
        self.with_docket(catalogue, |docket| judge(catalogue, &Switches::default(), docket))
    }

    pub(super) fn explain(&self, catalogue: &Catalogue, id: &str) -> Vec<Explanation> {
        self.with_docket(catalogue, |docket| explain(catalogue, id, docket).unwrap())
    }

    /// Ids of the rules that fire.
    pub(super) fn fired(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut fired: Vec<String> =
            self.judge(catalogue).findings.into_iter().map(|finding| finding.rule).collect();
        fired.dedup();
        fired
    }
}

fn extend(range: Option<TimeRange>, at: Option<Timestamp>) -> Option<TimeRange> {
    let Some(at) = at else { return range };
    Some(range.map_or(TimeRange { start: at, end: at }, |range| range.including(at)))
}

fn brief(signal: &Signal, names: &mut Names) -> Brief {
    let ids = &signal.ids;
    let (request, session) = [&ids.request, &ids.session].map(|id| names.intern_id(id.as_deref())).into();
    let mut name = |text: &Option<String>| names.intern_opt(text.as_deref());
    Brief {
        timestamp: signal.timestamp,
        end: signal.end,
        span: ids.span,
        request,
        session,
        rpc: name(&ids.rpc),
        tool: name(&ids.tool),
        resource: name(&ids.resource),
        stream: name(&signal.origin.log_stream),
        kind: signal.kind,
        layer: signal.layer,
        severity: signal.severity,
        outcome: signal.outcome,
        ..Brief::default()
    }
}

fn request(key: RequestKey, brief: &Brief) -> Request {
    Request {
        key,
        trace: TraceName::NONE,
        request: brief.request,
        session: brief.session,
        tool: brief.tool,
        parent: None,
        window: None,
        signals: Links::default(),
        outcome: Outcome::Unknown,
    }
}

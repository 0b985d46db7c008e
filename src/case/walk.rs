//! Walks of requests: gathers what [`walk`](crate::walk) needs from the index.

use super::Case;
use crate::model::{Kind, Layer, Link, Outcome, Request, RequestKey, Severity, Signal, SignalKey, Walk};
use crate::walk::{self, Around, Neighbour, Scene};

/// Signals of one request that a walk reads in full.
const MAX_READ: usize = 2_000;
/// Records without a request that a walk looks at.
const MAX_LOOSE: usize = 32;
/// Signals of a neighbour that are read to learn what it asks for: the first ones of a call say it.
const MAX_ASKED: usize = 4;

impl Case {
    /// The way of request `key` through the layers; a walk without any step taken when there is no such request.
    ///
    /// Costs the reading of the request's own signals, at most some thousands; the first walk of a case surveys it.
    pub fn walk(&self, key: RequestKey) -> Walk {
        let requests = &self.correlation.requests;
        let Some(request) = requests.get(key.index()) else { return Walk::unseen(key) };
        let around = self.around.get_or_init(|| self.survey());
        let signals: Vec<(SignalKey, Signal)> =
            self.worth_reading(request).into_iter().map(|key| (key, self.signal(key))).collect();
        let window = request.window.map(walk::runtime_window);
        let (loose, loose_cut) =
            window.map_or((&[] as &[_], false), |window| around.loose(&self.index.briefs, window, MAX_LOOSE));
        let neighbours = around.neighbours(requests, request).into_iter();
        walk::walk(&Scene {
            request,
            tool: self.index.names.text(request.tool),
            signals: &signals,
            coverage: &self.coverage,
            target: around.target(&self.index.names, request),
            shows_call_spans: around.shows_call_spans(),
            loose: loose.iter().map(|key| self.signal(*key)).collect(),
            loose_cut,
            neighbours: neighbours
                .map(|request| Neighbour { request, asked_for: self.call_content(request) })
                .collect(),
        })
    }

    fn survey(&self) -> Around {
        let index = &self.index;
        let correlation = &self.correlation;
        Around::survey(&index.briefs, &index.names, &correlation.requests, &correlation.request_of)
    }

    /// The signals of a request, of a long one those that state something first, then the others as they come.
    fn worth_reading(&self, request: &Request) -> Vec<SignalKey> {
        let keys = request.signals.iter().map(|link| link.signal);
        if request.signals.len() <= MAX_READ {
            return keys.collect();
        }
        let speaks = |key: &SignalKey| {
            let brief = self.index.briefs.at(key.index());
            brief.layer != Layer::Span
                || brief.severity >= Severity::Error
                || brief.outcome != Outcome::Unknown
        };
        let (first, rest): (Vec<SignalKey>, Vec<SignalKey>) = keys.partition(speaks);
        let mut kept: Vec<SignalKey> = first.into_iter().chain(rest).take(MAX_READ).collect();
        kept.sort_unstable();
        kept
    }

    fn call_content(&self, request: &Request) -> Option<String> {
        let says = |link: &&Link| {
            let kind = self.index.briefs.at(link.signal.index()).kind;
            matches!(kind, Kind::GatewayLog | Kind::HttpExchange | Kind::RuntimeVended)
        };
        let mut asking = request.signals.iter().filter(says).take(MAX_ASKED);
        asking.find_map(|link| walk::asked_for(&self.signal(link.signal)))
    }
}

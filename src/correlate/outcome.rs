//! Whether a request failed: the most authoritative voice that has spoken, by its last word.

use crate::model::{Brief, Kind, Link, Outcome, SpanId, Timestamp, TraceName};

use super::Index;
use super::work::is_span;

/// Statements this close are one: a Gateway writes its last two rows in the same millisecond, in either order.
const SAME_MOMENT: i64 = 1_000_000;

/// Who speaks about a call. Voices of the first rank that has spoken decide; among them a failure counts.
#[derive(Clone, Copy)]
enum Voice {
    Client,
    Gateway,
    Server,
    Span,
    Access,
    Summary,
}

const RANKS: [&[Voice]; 4] =
    [&[Voice::Client, Voice::Gateway], &[Voice::Server, Voice::Span], &[Voice::Access], &[Voice::Summary]];
const VOICES: usize = 6;

/// The last word of one voice: a retry that succeeds after a failure is a success, but of two words in one moment
/// the failure is kept.
#[derive(Clone, Copy, Default)]
struct LastWord {
    at: Option<Timestamp>,
    outcome: Option<Outcome>,
}

impl LastWord {
    fn hear(&mut self, at: Option<Timestamp>, outcome: Outcome) {
        let same_moment = match (self.at, at) {
            (Some(before), Some(now)) => now.since(before).saturating_abs() <= SAME_MOMENT,
            (None, None) => true,
            _ => false,
        };
        let failed = self.outcome == Some(Outcome::Failed);
        if self.outcome.is_none() || (same_moment && !failed) || (!same_moment && at > self.at) {
            *self = Self { at: at.max(self.at), outcome: Some(outcome) };
        }
    }
}

/// The outcome of the request that `links` make up.
pub(super) fn of(index: Index<'_>, links: &[Link]) -> Outcome {
    let mut words = [LastWord::default(); VOICES];
    let mut inside: Option<Vec<(TraceName, SpanId)>> = None;
    for link in links {
        let signal = link.signal.index();
        let brief = index.briefs.at(signal);
        if brief.outcome == Outcome::Unknown {
            continue;
        }
        let voice = match voice(&brief) {
            Some(voice) if !link.reason.is_heuristic() || matches!(voice, Voice::Access | Voice::Client) => {
                voice
            }
            None if is_span(&brief) => {
                let inside = inside.get_or_insert_with(|| span_ids(index, links));
                if !speaks_for_the_call(index, signal, inside) {
                    continue;
                }
                Voice::Span
            }
            _ => continue,
        };
        let at = index.range(signal).map(|range| range.end);
        words[voice as usize].hear(at, brief.outcome);
    }
    decide(&words)
}

fn decide(words: &[LastWord; VOICES]) -> Outcome {
    for rank in RANKS {
        let spoken = rank.iter().filter_map(|voice| words[*voice as usize].outcome);
        if let Some(worst) = spoken.max() {
            return worst;
        }
    }
    Outcome::Unknown
}

fn voice(brief: &Brief) -> Option<Voice> {
    match brief.kind {
        Kind::HttpExchange | Kind::JsonRpc => Some(Voice::Client),
        Kind::GatewayLog | Kind::CloudTrail => Some(Voice::Gateway),
        Kind::SdkLog | Kind::RuntimeVended | Kind::OtelLog | Kind::LogLine => Some(Voice::Server),
        Kind::AccessLog => Some(Voice::Access),
        Kind::XraySummary => Some(Voice::Summary),
        _ => None,
    }
}

/// A span that begins a call at a server, or one without a parent in its request, speaks for the call; a failed
/// step inside may have been handled.
fn speaks_for_the_call(index: Index<'_>, signal: usize, inside: &[(TraceName, SpanId)]) -> bool {
    let brief = index.briefs.at(signal);
    index.entry(signal).is_some()
        || brief.parent.is_none_or(|parent| inside.binary_search(&(brief.trace, parent)).is_err())
}

fn span_ids(index: Index<'_>, links: &[Link]) -> Vec<(TraceName, SpanId)> {
    let briefs = links.iter().map(|link| index.briefs.at(link.signal.index()));
    let mut ids: Vec<_> =
        briefs.filter(is_span).filter_map(|brief| Some((brief.trace, brief.span?))).collect();
    ids.sort_unstable();
    ids
}

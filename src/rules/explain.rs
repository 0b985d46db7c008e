//! Why a rule fired or did not: the evaluator's answer, condition by condition.

use std::borrow::Cow;

use crate::model::{RequestKey, SignalKey};

use super::catalogue::Catalogue;
use super::condition::Condition;
use super::docket::Docket;
use super::error::UnknownRule;
use super::eval::{Answer, Bench, Progress, State};
use super::missing::{describe, seconds};
use super::rule::Rule;
use super::scope::{BriefHits, Facts, Scope, ScopeKey, scopes};
use super::words::condition_words;

/// Scopes shown at most, furthest first.
pub const MAX_SCOPES: usize = 5;

/// Signals named per condition.
const MAX_SIGNALS: usize = 3;

/// A signal that carries a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carrier {
    /// The signal.
    pub signal: SignalKey,
    /// The text that the message expression covers.
    pub matched: Option<String>,
}

/// One condition, and how it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// The condition in words.
    pub condition: String,
    /// Whether it holds.
    pub state: State,
    /// How far it got, and what a decision lacks.
    pub notes: Vec<String>,
    /// Signals that carry it; at most three.
    pub signals: Vec<Carrier>,
    /// Members.
    pub members: Vec<Self>,
}

/// The verdict on a rule in one scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The scope in words that follow the verdict: `in request 3f…`, `in the capture`, `because no signal …`.
    pub scope: String,
    /// The request, when the scope is one.
    pub request: Option<RequestKey>,
    /// The verdict.
    pub state: State,
    /// The condition.
    pub root: Node,
    /// Signals of the rule's events that belong to no scope, because they lack its key.
    pub unkeyed: u64,
}

/// Explains the verdict of one rule in the scopes where it got furthest; where none of its events was found, in an
/// empty scope.
pub fn explain(
    catalogue: &Catalogue,
    id: &str,
    docket: &Docket<'_>,
) -> Result<Vec<Explanation>, UnknownRule> {
    let rule = catalogue.rule(id)?;
    let brief_hits = BriefHits::find(std::iter::once(rule), docket);
    let facts = Facts::default();
    let found = scopes(rule, &rule.when, docket, &brief_hits);
    let empty = [Scope::empty(rule)];
    let list = if found.list.is_empty() { &empty[..] } else { &found.list };
    let mut judged: Vec<_> = list
        .iter()
        .map(|scope| {
            let answer = Bench { docket, rule, scope, loose: &found.loose, facts: &facts }.answer(&rule.when);
            let seen = scope.hits.iter().filter(|hits| !hits.is_empty()).count();
            (std::cmp::Reverse((answer.state(), holding(&answer), seen)), scope, answer)
        })
        .collect();
    judged.sort_by_key(|(rank, ..)| *rank);
    let explained = judged.into_iter().take(MAX_SCOPES).map(|(_, scope, answer)| Explanation {
        scope: match (found.list.is_empty(), found.unkeyed) {
            (false, _) => format!("in {}", scope_label(rule, docket, scope)),
            (true, 0) => "because no signal is an event that the rule needs".to_owned(),
            (true, count) => {
                format!("because the {count} signals that are its events have no {}", rule.when.by.word())
            }
        },
        request: if let ScopeKey::Request(key) = scope.key { Some(key) } else { None },
        state: answer.state(),
        root: Reader { rule, docket, facts: &facts, scope }.node(&rule.when.condition, &answer),
        unkeyed: found.unkeyed,
    });
    Ok(explained.collect())
}

/// Conditions of the tree that hold.
fn holding(answer: &Answer<'_>) -> usize {
    let steps = if let Progress::Sequence { reached, .. } = answer.progress { reached } else { 0 };
    let own = usize::from(answer.state() == State::Fires);
    own + steps + answer.members.iter().map(holding).sum::<usize>()
}

fn scope_label(rule: &Rule, docket: &Docket<'_>, scope: &Scope<'_>) -> String {
    let by = rule.when.by.word();
    match &scope.key {
        ScopeKey::Capture => "the capture".to_owned(),
        ScopeKey::Request(key) => {
            let request = docket.request(*key);
            let id = request.and_then(|request| docket.names.id(request.request)).map(Cow::into_owned);
            let id = id.or_else(|| Some(docket.names.trace(request?.trace)?.to_string()));
            format!("request {}", id.unwrap_or_else(|| format!("#{}", key.0)))
        }
        ScopeKey::Loose(stream) => match docket.text(*stream) {
            Some(stream) => format!("signals of no request in stream {stream}"),
            None => "signals of no request".to_owned(),
        },
        ScopeKey::Name(name) => format!("{by} {}", docket.text(*name).unwrap_or("?")),
        ScopeKey::Id(id) => format!("{by} {}", docket.names.id(*id).as_deref().unwrap_or("?")),
        ScopeKey::Trace(name) => match docket.names.trace(*name) {
            Some(trace) => format!("{by} {trace}"),
            None => format!("{by} ?"),
        },
        ScopeKey::Text(text) => format!("{by} {text}"),
    }
}

struct Reader<'a, 'd> {
    rule: &'d Rule,
    docket: &'d Docket<'a>,
    facts: &'d Facts,
    scope: &'d Scope<'a>,
}

impl Reader<'_, '_> {
    fn node(&self, condition: &Condition, answer: &Answer<'_>) -> Node {
        let missing = answer.witnesses.iter().flat_map(|witness| {
            witness.missing.iter().map(move |missing| {
                describe(self.docket, self.facts, self.scope, witness, *missing).to_string()
            })
        });
        let mut notes = vec![progress(&answer.progress, condition)];
        if answer.state() == State::Undetermined {
            for note in missing.take(64) {
                if notes.len() < 4 && !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        let mut signals: Vec<Carrier> = Vec::new();
        for part in answer.witnesses.iter().take(MAX_SIGNALS).flat_map(|witness| &witness.parts) {
            let signal = part.hit.signal;
            if signals.len() < MAX_SIGNALS && signals.iter().all(|known| known.signal != signal) {
                signals.push(Carrier { signal, matched: part.matched(self.rule, self.docket) });
            }
        }
        Node {
            condition: condition_words(self.rule, condition),
            state: answer.state(),
            notes,
            signals,
            members: condition
                .members()
                .iter()
                .zip(&answer.members)
                .map(|(member, answer)| self.node(member, answer))
                .collect(),
        }
    }
}

/// How far a condition got, when that says more than whether it holds.
fn progress(progress: &Progress, condition: &Condition) -> String {
    match *progress {
        Progress::Seen(0) => "no such signal".to_owned(),
        Progress::Seen(count) => format!("{count} of them"),
        Progress::Members { holding, of } => format!("{holding} of {of} hold"),
        Progress::Disjoint { of } => format!("all {of} hold, but of different signals"),
        Progress::Sequence { reached, of, .. } if reached == of => format!("{of} of {of}"),
        Progress::Sequence { reached, of, late: Some((length, limit)), .. } => format!(
            "{reached} of {of}; the {} came {} after the first, limit {}",
            ordinal(reached + 1),
            seconds(length),
            seconds(limit.as_nanos() as i64)
        ),
        Progress::Sequence { reached, of, all_seen: true, .. } => {
            format!("{reached} of {of}; all of them happened, in another order")
        }
        Progress::Sequence { reached, of, .. } => format!("{reached} of {of}; then none that continues it"),
        Progress::Count { best, needed } => format!("{best} of {needed} at most"),
        Progress::Distinct { best, needed } => format!("{best} different of {needed} at most"),
        Progress::Absent { anchors, found, open, outside } => absent(anchors, found, open, outside),
        Progress::AbsentAtAll { found: 0 } => "none was found".to_owned(),
        Progress::AbsentAtAll { found } => format!("{found} of them"),
        Progress::Elapsed { pairs: 0, .. } => "no pair of the two".to_owned(),
        Progress::Elapsed { pairs, extreme } => {
            let slower = matches!(condition, Condition::Elapsed { slower: true, .. });
            let word = if slower { "longest" } else { "shortest" };
            let extreme =
                extreme.map_or_else(String::new, |length| format!(", the {word} {}", seconds(length)));
            format!("{pairs} pairs{extreme}")
        }
        Progress::FirstSeconds { seen, latest } => {
            let latest = latest
                .map_or_else(String::new, |at| format!(", the last {} after the stream began", seconds(at)));
            format!("{seen} of them{latest}")
        }
        Progress::Sibling { healthy, of } => format!("{healthy} of {of} have one"),
    }
}

fn absent(anchors: usize, found: usize, open: usize, outside: Option<i64>) -> String {
    let undecided = if open > 0 { format!(", {open} cannot be told") } else { String::new() };
    let nearest = outside
        .map_or_else(String::new, |by| format!("; the nearest outside the limit is {} away", seconds(by)));
    format!("{found} of {anchors} have it{undecided}{nearest}")
}

fn ordinal(number: usize) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        other => format!("{other}th"),
    }
}

//! Events: predicates on one signal.

use std::time::Duration;

use crate::model::{Brief, Kind, Layer, Outcome, Severity, Signal, semconv};

use super::literal::{Needle, needles_of_text, worth};
use super::pattern::Pattern;

/// Position of an event in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EventKey(pub u32);

/// A signal that is an event, with what its expressions captured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventHit {
    /// Which event.
    pub event: EventKey,
    /// Captures in order of the rule file: name and text.
    pub captures: Vec<(String, String)>,
}

/// A set of values of one of the model's word lists, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Set(pub(crate) u32);

impl Set {
    pub(crate) const ANY: Self = Self(u32::MAX);

    pub(crate) fn has(self, value: u8) -> bool {
        self.0 & (1 << value) != 0
    }
}

/// Which signals a set of events can be at all, told by the compact form: one bit per kind, layer, severity, outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reach(u64);

impl Reach {
    const LAYER: u32 = 24;
    const SEVERITY: u32 = 40;
    const OUTCOME: u32 = 48;

    fn of(event: &Event) -> Self {
        let bits = |set: Set, at: u32, width: u32| (u64::from(set.0) & ((1 << width) - 1)) << at;
        let pasted = if event.message.is_empty() { 0 } else { 1 << (Self::LAYER + Layer::Unknown as u32) };
        Self(
            bits(event.kinds, 0, Self::LAYER)
                | bits(event.layer_set, Self::LAYER, 16)
                | pasted
                | bits(event.severities, Self::SEVERITY, 8)
                | bits(event.outcomes, Self::OUTCOME, 8),
        )
    }

    /// Either of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether some event of the set may be a signal with this compact form.
    pub fn holds(self, brief: &Brief) -> bool {
        let needed = 1 << (brief.kind as u32)
            | 1 << (Self::LAYER + brief.layer as u32)
            | 1 << (Self::SEVERITY + brief.severity as u32)
            | 1 << (Self::OUTCOME + brief.outcome as u32);
        self.0 & needed == needed
    }
}

/// How two quantities compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Op {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    More,
}

impl Op {
    /// Splits `>=5` into its operator and the rest; `None` without an operator.
    pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
        let text = text.trim();
        [
            (">=", Self::AtLeast),
            ("<=", Self::AtMost),
            ("!=", Self::NotEqual),
            ("==", Self::Equal),
            (">", Self::More),
            ("<", Self::Less),
        ]
        .into_iter()
        .find_map(|(sign, op)| Some((op, text.strip_prefix(sign)?.trim())))
    }

    /// As rule files spell it.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }

    pub(crate) fn holds<T: PartialOrd + Copy>(self, left: T, right: T) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }
}

/// One test of a field's value.
#[derive(Debug)]
pub(crate) enum Test {
    Equals(String),
    Compare(Op, f64),
    Finds(Pattern),
    FindsNot(Pattern),
    Present,
    Absent,
}

impl Test {
    fn holds(&self, value: Option<&str>, captures: &mut Vec<(String, String)>) -> bool {
        match (self, value) {
            (Self::Present, value) => value.is_some(),
            (Self::Absent, value) => value.is_none(),
            (Self::FindsNot(pattern), value) => !value.is_some_and(|value| pattern.is_match(value)),
            (_, None) => false,
            (Self::Equals(wanted), Some(value)) => value == wanted,
            (Self::Compare(op, limit), Some(value)) => {
                value.trim().parse::<f64>().is_ok_and(|number| op.holds(number, *limit))
            }
            (Self::Finds(pattern), Some(value)) => match pattern.captures(value) {
                Some(found) => {
                    captures.extend(found);
                    true
                }
                None => false,
            },
        }
    }

    fn needles(&self) -> Vec<Needle> {
        match self {
            Self::Equals(text) => needles_of_text(text),
            Self::Finds(pattern) => pattern.needles.clone(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Finds(pattern) | Self::FindsNot(pattern) => Some(pattern),
            _ => None,
        }
    }
}

/// Tests of one field; any one is enough.
#[derive(Debug)]
pub(crate) struct FieldTest {
    pub(crate) field: String,
    pub(crate) any: Vec<Test>,
}

/// A predicate on one signal: every part must hold.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) message: Vec<Pattern>,
    pub(crate) unless: Vec<Pattern>,
    /// As written; empty when the event does not say.
    pub(crate) layers: Vec<Layer>,
    pub(crate) layer_set: Set,
    pub(crate) kinds: Set,
    pub(crate) severities: Set,
    pub(crate) outcomes: Set,
    pub(crate) duration: Option<(Op, Duration)>,
    pub(crate) fields: Vec<FieldTest>,
    /// Capture name and field name.
    pub(crate) capture: Vec<(String, String)>,
}

impl Event {
    /// Whether the compact form of a signal alone decides it.
    pub(crate) fn is_brief(&self) -> bool {
        self.message.is_empty() && self.unless.is_empty() && self.fields.is_empty()
    }

    /// Texts of which one must be in the raw record; empty when only reading it can tell.
    pub(crate) fn needles(&self) -> Vec<Needle> {
        let stored = self.fields.iter().filter(|test| is_stored(&test.field));
        let fields = stored.map(|test| union(test.any.iter().map(Test::needles)));
        let best = fields.chain([self.message_needles()]).max_by_key(|needles| worth(needles));
        best.unwrap_or_default()
    }

    /// Texts of which one must be in the message; empty when the expressions promise none.
    pub(crate) fn message_needles(&self) -> Vec<Needle> {
        union(self.message.iter().map(|pattern| pattern.needles.clone()))
    }

    /// Whether the message and the compact form of a signal do not suffice to tell it.
    pub(crate) fn needs_tree(&self) -> bool {
        !self.fields.is_empty() || !self.capture.is_empty() || self.duration.is_some()
    }

    /// Which signals it can be, told by the compact form.
    pub(crate) fn reach(&self) -> Reach {
        Reach::of(self)
    }

    /// What the compact form can already exclude.
    pub(crate) fn allows(&self, layer: Layer, kind: Kind, severity: Severity, outcome: Outcome) -> bool {
        let pasted = layer == Layer::Unknown && !self.message.is_empty();
        (pasted || self.layer_set.has(layer as u8))
            && self.kinds.has(kind as u8)
            && self.severities.has(severity as u8)
            && self.outcomes.has(outcome as u8)
    }

    /// Whether a signal known by its compact form alone is this event; for events that [`Event::is_brief`].
    pub(crate) fn matches_brief(&self, brief: &Brief) -> bool {
        self.allows(brief.layer, brief.kind, brief.severity, brief.outcome)
            && self.duration.is_none_or(|(op, limit)| {
                let length = brief.end.zip(brief.timestamp).map(|(end, start)| end.since(start));
                length.is_some_and(|length| op.holds(i128::from(length), limit.as_nanos() as i128))
            })
    }

    /// Whether `signal` is this event, and what it captured.
    pub(crate) fn find(&self, signal: &Signal) -> Option<Vec<(String, String)>> {
        if !self.allows(signal.layer, signal.kind, signal.severity, signal.outcome) {
            return None;
        }
        if let Some((op, limit)) = self.duration
            && !signal.duration().is_some_and(|length| op.holds(i128::from(length), limit.as_nanos() as i128))
        {
            return None;
        }
        let mut captures = Vec::new();
        if !self.message.is_empty() {
            captures = self.message.iter().find_map(|pattern| pattern.captures(&signal.message))?;
        }
        if self.unless.iter().any(|pattern| pattern.is_match(&signal.message)) {
            return None;
        }
        for test in &self.fields {
            let value = signal.field(&test.field);
            if !test.any.iter().any(|test| test.holds(value.as_deref(), &mut captures)) {
                return None;
            }
        }
        for (name, field) in &self.capture {
            if let Some(value) = signal.field(field) {
                captures.push((name.clone(), value.into_owned()));
            }
        }
        Some(captures)
    }

    /// The text of `message` that the message expression covers; `None` when there is no such expression.
    pub(crate) fn covered<'m>(&self, message: &'m str) -> Option<&'m str> {
        self.message.iter().find_map(|pattern| pattern.find(message))
    }

    /// Every expression of the event.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let fields = self.fields.iter().flat_map(|test| test.any.iter().filter_map(Test::pattern));
        self.message.iter().chain(&self.unless).chain(fields)
    }

    /// Names that a hit of this event may fill.
    pub(crate) fn capture_names(&self) -> impl Iterator<Item = &str> {
        let finds = self.fields.iter().flat_map(|test| test.any.iter()).filter_map(|test| match test {
            Test::Finds(pattern) => Some(pattern),
            _ => None,
        });
        let patterns = self.message.iter().chain(finds).flat_map(|pattern| &pattern.names);
        patterns.map(String::as_str).chain(self.capture.iter().map(|(name, _)| name.as_str()))
    }
}

/// Whether a field's value stands in the bytes of the record itself: not derived by the reader, nor inherited from the
/// envelope (stream, OTLP resource).
fn is_stored(field: &str) -> bool {
    let inherited = |path: &str| path.trim_start_matches("raw.").starts_with("resource.");
    match semconv::field(field) {
        Some(def) => !def.paths.is_empty() && !def.paths.iter().any(|path| inherited(path)),
        None => !inherited(field),
    }
}

/// The alternatives' needles together; empty as soon as one alternative has none.
fn union(sets: impl Iterator<Item = Vec<Needle>>) -> Vec<Needle> {
    let mut all = Vec::new();
    for needles in sets {
        if needles.is_empty() {
            return Vec::new();
        }
        all.extend(needles);
    }
    all.sort();
    all.dedup();
    all
}

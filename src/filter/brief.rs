//! Filter × compact form → keep, drop, or "only reading the record can tell".

use std::borrow::Cow;

use crate::model::{Brief, Context, IdName, Kind, Name, Names};

use super::eval::{contains, contains_ascii, equals};
use super::field::Field;
use super::{Filter, Node, Test};

/// What is known of a record without reading it in full.
#[derive(Clone, Copy, Debug)]
pub struct BriefFacts<'a> {
    /// Its compact form.
    pub brief: &'a Brief,
    /// The strings behind the names.
    pub names: &'a Names,
    /// Where its log group and log stream stand, when that is at hand.
    pub context: Option<&'a Context>,
    /// The record's bytes, when its message, its name and the keys of its fields stand in them as they are.
    pub verbatim: Option<&'a [u8]>,
    /// Its message, when that is at hand.
    pub message: Option<&'a str>,
}

/// A set of truth values: those that an expression may still turn out to have.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Values(u8);

impl Values {
    const FALSE: Self = Self(1);
    /// What stays open however much is read: which rules fire.
    const OPEN: Self = Self(2);
    const TRUE: Self = Self(4);
    /// What reading decides.
    const UNREAD: Self = Self(1 | 4);

    fn known(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    fn not(self) -> Self {
        Self((self.0 & 2) | (self.0 & 1) << 2 | self.0 >> 2)
    }

    /// Every lesser one of a value of each: false before open before true.
    fn and(self, other: Self) -> Self {
        let both = self.0 | other.0;
        let upper = |set: Self, from: u8| set.0 >> from != 0;
        let may_be_open = both & 2 != 0 && upper(self, 1) && upper(other, 1);
        let may_hold = upper(self, 2) && upper(other, 2);
        Self((both & 1) | u8::from(may_be_open) << 1 | u8::from(may_hold) << 2)
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl Filter {
    /// Whether a record passes, by what is known without reading it; `None` when only [`matches`](Self::matches) can
    /// tell. Any other answer is equal to its.
    pub fn matches_brief(&self, facts: &BriefFacts<'_>) -> Option<bool> {
        let values = judge(&self.root, facts);
        if values == Values::FALSE { Some(false) } else { (values.0 & Values::FALSE.0 == 0).then_some(true) }
    }

    /// Whether some test looks into messages, so that [`BriefFacts::message`] may decide.
    pub fn searches_text(&self) -> bool {
        fn any(node: &Node) -> bool {
            match node {
                Node::All(parts) | Node::Any(parts) => parts.iter().any(any),
                Node::Not(inner) => any(inner),
                Node::Test(Test::Text(_)) => true,
                Node::Test(
                    Test::Present(name)
                    | Test::Equals(name, _)
                    | Test::Matches(name, _)
                    | Test::Number(name, ..),
                ) => &**name == "message",
                Node::Test(_) => false,
            }
        }
        any(&self.root)
    }
}

fn judge(node: &Node, facts: &BriefFacts<'_>) -> Values {
    match node {
        Node::All(parts) => {
            let mut all = Values::TRUE;
            for part in parts {
                all = all.and(judge(part, facts));
                if all == Values::FALSE {
                    break;
                }
            }
            all
        }
        Node::Any(parts) => {
            let mut any = Values::FALSE;
            for part in parts {
                any = any.or(judge(part, facts));
                if any == Values::TRUE {
                    break;
                }
            }
            any
        }
        Node::Not(inner) => judge(inner, facts).not(),
        Node::Test(test) => of_brief(test, facts),
    }
}

fn of_brief(test: &Test, facts: &BriefFacts<'_>) -> Values {
    let brief = facts.brief;
    match test {
        Test::Rule(_) => Values::OPEN,
        Test::Text(text) => of_text(text, facts),
        Test::Layer(layer) => Values::known(brief.layer == *layer),
        Test::Kind(kind) => Values::known(brief.kind == *kind),
        Test::Outcome(outcome) => Values::known(brief.outcome == *outcome),
        Test::Severity(order, severity) => Values::known(order.holds(&brief.severity, severity)),
        Test::Duration(order, nanos) => {
            let length = brief.end.zip(brief.timestamp).map(|(end, start)| end.since(start));
            Values::known(length.is_some_and(|length| order.holds(&length, nanos)))
        }
        Test::Present(name) | Test::Equals(name, _) | Test::Matches(name, _) | Test::Number(name, ..) => {
            match field(name, facts) {
                Known::Unread => Values::UNREAD,
                Known::Absent => Values::FALSE,
                Known::Is(value) => Values::known(holds(test, &value)),
            }
        }
    }
}

fn of_text(text: &str, facts: &BriefFacts<'_>) -> Values {
    let is_elsewhere = |bytes: &[u8]| text.is_ascii() && !contains_ascii(bytes, text.as_bytes());
    if facts.verbatim.is_some_and(is_elsewhere) {
        Values::FALSE
    } else if facts.message.is_some_and(|message| contains(message, text)) {
        Values::TRUE
    } else {
        Values::UNREAD
    }
}

fn holds(test: &Test, value: &str) -> bool {
    match test {
        Test::Present(_) => !value.is_empty(),
        Test::Equals(name, wanted) => equals(name, value, wanted),
        Test::Matches(_, pattern) => pattern.0.is_match(value),
        Test::Number(_, order, number) => value.parse().is_ok_and(|found| order.holds(&found, number)),
        _ => false,
    }
}

/// What is known of a field.
enum Known<'a> {
    /// Only reading can tell.
    Unread,
    Absent,
    Is(Cow<'a, str>),
}

impl<'a> From<Option<&'a str>> for Known<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Absent, |text| Self::Is(text.into()))
    }
}

/// What [`Signal::field`](crate::model::Signal::field) would give.
fn field<'a>(wanted: &Field, facts: &BriefFacts<'a>) -> Known<'a> {
    let brief = facts.brief;
    let text = |name: Name| facts.names.text(name).into();
    let id = |id: IdName| facts.names.id(id).map_or(Known::Absent, Known::Is);
    match (&**wanted, facts.context, facts.message) {
        ("kind", ..) => Known::Is(brief.kind.word().into()),
        ("layer", ..) => Known::Is(brief.layer.word().into()),
        ("severity", ..) => Known::Is(brief.severity.word().into()),
        ("outcome", ..) => Known::Is(brief.outcome.word().into()),
        ("tool", ..) => text(brief.tool),
        ("trace_id", ..) => {
            facts.names.trace(brief.trace).map_or(Known::Absent, |trace| Known::Is(trace.to_string().into()))
        }
        ("request_id", ..) => id(brief.request),
        ("session_id", ..) => id(brief.session),
        ("mcp_session_id", ..) => id(brief.mcp_session),
        ("rpc_id", ..) => text(brief.rpc),
        ("span_id", ..) => brief.span.map_or(Known::Absent, |span| Known::Is(span.to_string().into())),
        // Kept only where the service itself wrote the record.
        ("resource", ..) if is_vended(brief.kind) => text(brief.resource),
        ("name", ..) if brief.name.is_some() => text(brief.name),
        ("log_group", Some(context), _) => context.log_group.as_deref().into(),
        ("log_stream", Some(context), _) => context.log_stream.as_deref().into(),
        ("message", .., Some(message)) => Known::Is(message.into()),
        ("message" | "name" | "logger" | "target" | "resource" | "log_group" | "log_stream", ..) => {
            Known::Unread
        }
        _ if facts.verbatim.is_some_and(|record| wanted.cannot_be_in(record)) => Known::Absent,
        _ => Known::Unread,
    }
}

fn is_vended(kind: Kind) -> bool {
    matches!(kind, Kind::GatewayLog | Kind::RuntimeVended | Kind::OtherVended)
}

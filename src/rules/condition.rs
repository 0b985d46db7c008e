//! Conditions: what must hold of the events of one scope.

use std::time::Duration;

/// Position of an event within its rule.
pub(crate) type EventIndex = usize;

/// What a scope is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum By {
    Request,
    Trace,
    Session,
    Stream,
    Resource,
    Capture,
    Field(String),
}

impl By {
    /// The word, as rule files spell it.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Request => "request",
            Self::Trace => "trace",
            Self::Session => "session",
            Self::Stream => "stream",
            Self::Resource => "resource",
            Self::Capture => "capture",
            Self::Field(name) => name,
        }
    }
}

/// On which side of its anchor an absent event would be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    After,
    Before,
}

/// What another one of must have succeeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sibling {
    Tool,
    Target,
    /// A tool of the same target.
    ToolOfTarget,
    Request,
}

/// Where a compared value comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ValueOf {
    Capture(String),
    Field(String),
}

/// A condition over the events of one scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Condition {
    Match(EventIndex),
    All(Vec<Self>),
    Any(Vec<Self>),
    None(Vec<Self>),
    Sequence { steps: Vec<EventIndex>, within: Option<Duration> },
    Count { of: EventIndex, at_least: u32, within: Option<Duration> },
    Distinct { of: EventIndex, value: ValueOf, at_least: u32, within: Option<Duration> },
    Absent { event: EventIndex, anchor: Option<(Side, EventIndex)>, within: Option<Duration> },
    Elapsed { from: EventIndex, to: EventIndex, slower: bool, limit: Duration },
    FirstSeconds { of: EventIndex, limit: Duration },
    HealthySibling { of: EventIndex, sibling: Sibling },
}

impl Condition {
    /// The conditions that it is made of.
    pub(crate) fn members(&self) -> &[Self] {
        match self {
            Self::All(members) | Self::Any(members) | Self::None(members) => members,
            _ => &[],
        }
    }

    /// Visits every event with whether the condition needs it to be there (`true`) or not to be there.
    pub(crate) fn events(&self, visit: &mut dyn FnMut(EventIndex, bool)) {
        match self {
            Self::Match(event)
            | Self::Count { of: event, .. }
            | Self::Distinct { of: event, .. }
            | Self::FirstSeconds { of: event, .. }
            | Self::HealthySibling { of: event, .. } => visit(*event, true),
            Self::All(members) | Self::Any(members) => {
                for member in members {
                    member.events(visit);
                }
            }
            Self::None(members) => {
                for member in members {
                    member.events(&mut |event, _| visit(event, false));
                }
            }
            Self::Sequence { steps, .. } => {
                for step in steps {
                    visit(*step, true);
                }
            }
            Self::Absent { event, anchor, .. } => {
                visit(*event, false);
                if let Some((_, anchor)) = anchor {
                    visit(*anchor, true);
                }
            }
            Self::Elapsed { from, to, .. } => {
                visit(*from, true);
                visit(*to, true);
            }
        }
    }

    /// Whether it can only hold where some event was seen. A condition of absences alone would hold of everything.
    pub(crate) fn is_grounded(&self) -> bool {
        match self {
            Self::All(members) => members.iter().any(Self::is_grounded),
            Self::Any(members) => members.iter().all(Self::is_grounded),
            Self::None(_) | Self::Absent { anchor: None, .. } => false,
            _ => true,
        }
    }
}

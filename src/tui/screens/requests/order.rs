//! The orders and groups that can be asked for.

crate::model::words! {
    /// The columns, each of which can order the list.
    #[derive(Default)]
    SortBy {
        /// When it began.
        #[default]
        Time = "time",
        /// The deepest layer that recorded anything of it.
        Layer = "reached",
        /// What was called.
        Tool = "tool or operation",
        /// How it ended, failed ones first.
        Outcome = "outcome",
        /// How long it took.
        Duration = "duration",
        /// Why it failed.
        Cause = "root cause",
    }
}

/// What requests are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum GroupBy {
    #[default]
    None,
    Tool,
    Session,
    Cause,
}

/// The order of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Order {
    pub(super) by: SortBy,
    pub(super) is_descending: bool,
}

impl Order {
    /// How a column is first sorted: what matters most on top.
    pub(super) fn of(by: SortBy) -> Self {
        Self { by, is_descending: matches!(by, SortBy::Layer | SortBy::Duration) }
    }

    /// The next column, around.
    pub(super) fn next(self) -> Self {
        let at = SortBy::ALL.iter().position(|by| *by == self.by).unwrap_or_default();
        Self::of(SortBy::ALL[(at + 1) % SortBy::ALL.len()])
    }
}

impl GroupBy {
    /// The next one, around.
    pub(super) fn next(self) -> Self {
        match self {
            Self::None => Self::Tool,
            Self::Tool => Self::Session,
            Self::Session => Self::Cause,
            Self::Cause => Self::None,
        }
    }

    /// For the heading of the list; `None` without groups.
    pub(super) fn words(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Tool => Some("by tool"),
            Self::Session => Some("by session"),
            Self::Cause => Some("by cause"),
        }
    }
}

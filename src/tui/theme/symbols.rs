//! Signs that carry meaning beside colour, in Unicode and in ASCII.

use crate::model::Outcome;

/// Signs of one character set.
#[derive(Debug)]
pub struct Symbols {
    /// A failed outcome.
    pub failed: &'static str,
    /// A good one.
    pub ok: &'static str,
    /// One that cannot be told.
    pub unknown: &'static str,
    /// Before the selected row.
    pub pointer: &'static str,
    /// A folded node.
    pub folded: &'static str,
    /// An unfolded node.
    pub unfolded: &'static str,
    /// A bookmark.
    pub bookmark: &'static str,
    /// Where a request stopped.
    pub stop: &'static str,
    /// A log event on a time axis.
    pub mark: &'static str,
    /// Between parts of a line.
    pub dot: &'static str,
    /// From one thing to the next.
    pub arrow: &'static str,
    /// What was cut off; one column wide.
    pub ellipsis: &'static str,
    /// Left ends of bars, from one eighth of a cell to a full cell.
    pub eighths: [&'static str; 8],
    /// Columns of histograms, from one eighth to a full cell.
    pub columns: [&'static str; 8],
    /// A line from left to right, and one that only time supports.
    pub line: &'static str,
    /// The same line, where a part of it is picked.
    pub heavy: &'static str,
    /// The dashed line.
    pub dashed: &'static str,
    /// A line from top to bottom.
    pub vertical: &'static str,
    /// A faint line from top to bottom, behind what matters.
    pub grid: &'static str,
    /// Scroll bar.
    pub thumb: &'static str,
    /// Whether borders of boxes are drawn in Unicode.
    pub unicode: bool,
}

/// For terminals with Unicode.
pub static UNICODE: Symbols = Symbols {
    failed: "✗",
    ok: "✓",
    unknown: "?",
    pointer: "▌",
    folded: "▸",
    unfolded: "▾",
    bookmark: "◆",
    stop: "■",
    mark: "•",
    dot: "·",
    arrow: "→",
    ellipsis: "…",
    eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    columns: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    line: "─",
    heavy: "━",
    dashed: "╌",
    vertical: "│",
    grid: "┊",
    thumb: "▐",
    unicode: true,
};

/// For all others.
pub static ASCII: Symbols = Symbols {
    failed: "x",
    ok: "+",
    unknown: "?",
    pointer: ">",
    folded: "+",
    unfolded: "-",
    bookmark: "*",
    stop: "#",
    mark: "o",
    dot: "-",
    arrow: "->",
    ellipsis: "~",
    eighths: ["=", "=", "=", "=", "=", "=", "=", "="],
    columns: [".", ".", ":", ":", "|", "|", "#", "#"],
    line: "-",
    heavy: "=",
    dashed: ".",
    vertical: "|",
    grid: ":",
    thumb: "#",
    unicode: false,
};

impl Symbols {
    /// The sign of an outcome; its word stands beside it wherever there is room.
    pub fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Failed => self.failed,
            Outcome::Ok => self.ok,
            Outcome::Unknown => self.unknown,
        }
    }
}

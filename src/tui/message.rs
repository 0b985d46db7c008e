//! What may happen to the model, and what it asks of the world.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::case::Case;
use crate::case::Snapshot;
use crate::filter::Filter;
use crate::model::{Comparison, Level, RequestKey, SchemaAudit, SignalKey, Walk};
use crate::rules::Switches;
use crate::text::SafeText;

use super::find::Needle;
use super::keys::{Chord, Move};
use super::live::LiveState;
use super::places::{Places, Ranked};
use super::popups::PopupMessage;
use super::prepared::Prepared;
use super::screens::{ScreenId, ScreenMessage};

/// Everything that happens. Screens and popups have messages of their own, which this one only routes.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Chord),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// An answer from the world.
    Data(Data),
    /// To one screen.
    Screen(ScreenMessage),
    /// To the open popup.
    Popup(PopupMessage),
    /// A movement on the active screen or popup.
    Move(Move),
    /// Opens a popup.
    Ask(Ask),
    /// Closes the popup.
    Close,
    /// Shows a screen.
    Show(ScreenId),
    /// Shows the screen so many places further.
    StepScreen(i8),
    /// Shows the screen before this one.
    Back,
    /// Selects a request: every screen speaks of it from now on.
    SelectRequest(RequestKey),
    /// Selects the failed request so many places further.
    StepFailed(i8),
    /// Selects a signal, and its request.
    SelectSignal(SignalKey),
    /// Shows only what passes this expression; the empty one shows everything.
    SetFilter(String),
    /// The filter on or off.
    ToggleFilter,
    /// Shows only what passes this expression, or when that is so already everything again.
    PickFilter(String),
    /// Bookmarks a signal, or no longer.
    ToggleBookmark(SignalKey),
    /// Switches a rule off, or on again.
    ToggleRule(String),
    /// Gives the findings of a rule another severity.
    SetLevel(String, Level),
    /// Every rule on, with the severity of its file.
    ResetRules,
    /// Copies text.
    Copy(SafeText),
    /// Writes a file.
    Export(ExportKind, PathBuf),
    /// Keeps the filter among the saved ones, or no longer.
    SaveFilter,
    /// Keeps this expression among the saved ones, or no longer.
    KeepFilter(String),
    /// Opens the selected signal in the pager or the editor.
    OpenRecord {
        /// In the editor.
        edit: bool,
    },
    /// The next theme.
    NextTheme,
    /// Times in UTC or in local time.
    ToggleZone,
    /// The mouse to the terminal, or taken again.
    ToggleMouse,
    /// A line for the person.
    Tell(Notice),
    /// Draws everything again.
    Redraw,
    /// Suspends to the shell.
    Suspend,
    /// Ends the program.
    Quit,
}

/// What a popup asks for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The keys.
    Help,
    /// A filter expression.
    Filter,
    /// One of the expressions that were saved or used before.
    Filters,
    /// A command.
    Command,
    /// A place to go to.
    Place,
    /// What to export.
    Export,
    /// A healthy request to compare with.
    Healthy,
    /// A line of text for a screen: search words, a name.
    Line(AskLine),
}

/// A question whose answer is one line of text.
#[derive(Clone, Debug)]
pub struct AskLine {
    /// What is asked.
    pub title: &'static str,
    /// What stands there already.
    pub initial: String,
    /// Makes the screen's message from the answer.
    pub then: fn(String) -> Message,
    /// Whether each change is sent, not only the final answer.
    pub live: bool,
}

/// A mouse event in columns and rows from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mouse {
    /// What.
    pub kind: MouseKind,
    /// Column.
    pub column: u16,
    /// Row.
    pub row: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// It moved with the button down.
    Drag,
    /// The wheel turned up.
    WheelUp,
    /// The wheel turned down.
    WheelDown,
    /// It turned with the control key down: inwards when it turned up.
    Zoom(bool),
}

/// A line in the footer, until the next key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What.
    pub text: String,
    /// Whether something failed.
    pub is_error: bool,
}

impl Notice {
    /// Something that went well.
    pub fn info(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: false }
    }

    /// Something that failed.
    pub fn error(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: true }
    }
}

/// Something the model asks of the world; the answer comes back as [`Data`].
#[derive(Clone, Debug)]
pub enum Effect {
    /// Ends the program.
    Quit,
    /// Suspends to the shell; the screen is drawn again afterwards.
    Suspend,
    /// Clears the terminal and draws again.
    Redraw,
    /// Takes the mouse from the terminal, or leaves it.
    Mouse(bool),
    /// Puts text on the clipboard.
    Copy(SafeText),
    /// Shows text in `$PAGER`, or in `$EDITOR`.
    Open {
        /// Text of the temporary file.
        text: SafeText,
        /// In the editor.
        edit: bool,
    },
    /// Writes a file.
    Export {
        /// What.
        kind: ExportKind,
        /// The selected request.
        request: Option<RequestKey>,
        /// Where to.
        path: PathBuf,
    },
    /// Finds what passes a filter. A new search ends the one before.
    Search {
        /// Comes back with the hits.
        id: u64,
        /// The filter.
        filter: Arc<Filter>,
    },
    /// Counts what passes a filter in one stretch of the signals. Whoever asks goes on with the next one, or does not.
    Count {
        /// Comes back with the counts, so that a late answer is known.
        filter: Arc<Filter>,
        /// Where to look.
        stretch: Range<u32>,
    },
    /// Looks for text in one stretch of the signals. Whoever asks goes on with the next one, or does not.
    Find {
        /// Comes back with what was found.
        id: u64,
        /// What to look for.
        needle: Arc<Needle>,
        /// Where to look.
        stretch: Range<u32>,
    },
    /// Looks for the places in one stretch that typed letters may mean. Whoever asks goes on with the next one, or does
    /// not.
    Rank {
        /// Comes back with what was found.
        id: u64,
        /// The letters.
        typed: String,
        /// Where to look.
        places: Arc<Places>,
        /// Which of them.
        stretch: Range<u32>,
    },
    /// Asks where a request stopped.
    Walk(RequestKey),
    /// Compares a failing request with healthy ones.
    Compare {
        /// The failing one.
        failing: RequestKey,
        /// The one beside it; without one the nearest is chosen.
        healthy: Option<RequestKey>,
    },
    /// Judges again by these switches; the answer is a [`Data::Prepared`].
    Judge(Switches),
    /// Audits the tool schemas.
    Audit,
    /// Frees what nobody needs any more, which takes a while.
    Forget(Prepared),
}

crate::model::words! {
    /// What can be exported.
    ExportKind {
        /// The root-cause report, Markdown.
        Report = "report",
        /// The signals of the selected request as JSON lines.
        Capture = "capture",
        /// The findings as a `--expect` file.
        Expectation = "expectation",
    }
}

/// Answers of the world.
#[derive(Clone, Debug)]
pub enum Data {
    /// How far reading is.
    Progress(Progress),
    /// What is known now.
    Case {
        /// For single signals.
        case: Arc<Case>,
        /// For everything else.
        snapshot: Arc<Snapshot>,
    },
    /// The same, prepared for the screens: they do not wait for it.
    Prepared(Prepared),
    /// What passes the filter so far.
    Hits {
        /// Of this search.
        id: u64,
        /// The hits.
        hits: Arc<Hits>,
    },
    /// How much passes a filter in one stretch of the signals.
    Counted {
        /// The filter that came with the question.
        filter: Arc<Filter>,
        /// Signals.
        signals: u64,
        /// Requests that they belong to, in order.
        requests: Vec<RequestKey>,
    },
    /// What holds a text, in one stretch of the signals.
    Found {
        /// Of this search.
        id: u64,
        /// In canonical order.
        signals: Vec<SignalKey>,
    },
    /// Places that typed letters may mean, of one stretch.
    Ranked {
        /// Of this search.
        id: u64,
        /// In no order.
        found: Vec<Ranked>,
    },
    /// Where a request stopped.
    Walk(Arc<Walk>),
    /// A comparison.
    Comparison(Arc<Comparison>),
    /// The schema audit.
    Audit(Arc<SchemaAudit>),
    /// How sources that are read live stand.
    Live(Arc<LiveState>),
    /// Something to tell.
    Notice(Notice),
}

/// How far reading is.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Progress {
    /// What is being done, in words; empty before anything is.
    pub step: &'static str,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes to read, when that is known.
    pub total: Option<u64>,
    /// Signals known.
    pub signals: u64,
    /// Seconds left, when they can be told.
    pub seconds_left: Option<u32>,
    /// Whether everything that is there was read.
    pub is_done: bool,
    /// Whether more may come.
    pub is_live: bool,
}

/// What passes a filter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hits {
    /// Signals in canonical order.
    pub signals: Vec<SignalKey>,
    /// Requests with at least one of them, in order.
    pub requests: Vec<RequestKey>,
    /// Whether the search has seen everything.
    pub is_complete: bool,
}

/// What an update gives besides the changed model: further messages, handled at once, and effects.
#[derive(Debug, Default)]
pub struct Outbox {
    pub(super) messages: Vec<Message>,
    pub(super) effects: Vec<Effect>,
}

impl Outbox {
    /// Handles `message` right after this one.
    pub fn send(&mut self, message: Message) {
        self.messages.push(message);
    }

    /// Asks the world.
    pub fn run(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

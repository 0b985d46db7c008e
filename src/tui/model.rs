//! The state of the whole program.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::replace;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::{Rect, Size};

use crate::case::{Case, Options, Snapshot};
use crate::filter::Filter;
use crate::model::{Comparison, RequestKey, SchemaAudit, SignalKey, Walk};
use crate::rules::{Catalogue, Switches};
use crate::text::{Door, SafeText};

use super::keys::Keymap;
use super::live::LiveState;
use super::lookup::Lookup;
use super::message::{Hits, Notice, Progress};
use super::pointer::Clicked;
use super::popups::Popup;
use super::prepared::{Prepared, Tables};
use super::restore::Sought;
use super::screens::{ScreenId, Screens};
use super::session::Session;
use super::theme::Look;
use super::time::Zone;

/// How the program starts.
#[derive(Debug)]
pub struct Settings {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Theme and signs.
    pub look: Look,
    /// Time zone of times on screen.
    pub zone: Zone,
    /// The key table.
    pub keymap: Keymap,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
    /// Whether secrets are masked.
    pub door: Door,
    /// Rules and how they judge.
    pub options: Arc<Options>,
    /// Where the person was last time.
    pub session: Session,
    /// Name of the capture, for the title.
    pub capture: String,
}

/// The state of the whole program.
#[derive(Debug)]
pub struct Model {
    /// The active screen.
    pub screen: ScreenId,
    /// The screens before it, newest last.
    pub trail: Vec<ScreenId>,
    /// State of each screen.
    pub screens: Screens,
    /// What every screen may read.
    pub shared: Shared,
    /// The open popup.
    pub popup: Option<Popup>,
    /// The line in the footer.
    pub notice: Option<Notice>,
    /// The key table.
    pub keymap: Keymap,
    /// What is remembered.
    pub session: Session,
    /// What the screens that are not shown have missed.
    pub(super) missed: Missed,
    /// What is remembered and not found yet.
    pub(super) sought: Sought,
    /// The last click.
    pub(super) clicked: Option<Clicked>,
}

/// What every screen may read, and only `update` changes.
#[derive(Debug)]
pub struct Shared {
    /// Columns and rows of the terminal.
    pub size: Size,
    /// Theme and signs.
    pub look: Look,
    /// Time zone.
    pub zone: Zone,
    /// Rules and how they judge.
    pub options: Arc<Options>,
    /// Name of the capture.
    pub capture: SafeText,
    /// For single signals; `None` until the first ones are known.
    pub case: Option<Arc<Case>>,
    /// What is known; empty until something is.
    pub snapshot: Arc<Snapshot>,
    /// Ways through the snapshot, made once per snapshot.
    pub lookup: Arc<Lookup>,
    /// What the screens have prepared of it.
    pub(super) tables: Tables,
    /// How far reading is.
    pub progress: Progress,
    /// How sources that are read live stand; `None` when there are none.
    pub live: Option<Arc<LiveState>>,
    /// The request that every screen speaks of.
    pub request: Option<RequestKey>,
    /// The signal that the signal screen shows.
    pub signal: Option<SignalKey>,
    /// Rules that are off and severities that were changed; [`Snapshot::switches`] are those that have judged.
    pub switches: Switches,
    /// The filter.
    pub filter: ActiveFilter,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
    /// Bookmarked signals.
    pub bookmarks: BTreeSet<SignalKey>,
    /// Answers to questions about single requests.
    pub answers: Answers,
    /// Time since the start of the program, for ages and remaining times; never for event time.
    pub now: Duration,
    door: Door,
}

/// The filter and what passes it.
#[derive(Clone, Debug, Default)]
pub struct ActiveFilter {
    /// As typed.
    pub text: String,
    /// Whether it is applied.
    pub is_on: bool,
    /// As understood; `None` for the empty one.
    pub filter: Option<Arc<Filter>>,
    /// Number of the newest search; hits of others are stale.
    pub search: u64,
    /// What passes so far; `None` before the first hits arrive.
    pub hits: Option<Arc<Hits>>,
}

/// Answers that were asked for with an effect.
#[derive(Debug, Default)]
pub struct Answers {
    /// Where requests stopped.
    pub walks: BTreeMap<RequestKey, Arc<Walk>>,
    /// Failing requests beside healthy ones.
    pub comparisons: BTreeMap<RequestKey, Arc<Comparison>>,
    /// The audit of tool schemas.
    pub audit: Option<Arc<SchemaAudit>>,
}

/// What has changed, for a screen's `refresh`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// A new snapshot.
    Data,
    /// Another filter, or new hits.
    Filter,
    /// Another request or signal is selected.
    Selection,
    /// An answer arrived, or a rule was switched.
    Answer,
    /// The terminal has another size.
    Size,
    /// The screen is shown now.
    Shown,
}

/// Changes that a screen is told of when it is shown next: nobody waits for what is not seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Missed([BTreeSet<Change>; ScreenId::ALL.len()]);

impl Missed {
    /// Notes a change for a screen.
    pub(super) fn note(&mut self, screen: ScreenId, change: Change) {
        self.0[screen as usize].insert(change);
    }

    /// What a screen has missed, new data first.
    pub(super) fn take(&mut self, screen: ScreenId) -> BTreeSet<Change> {
        std::mem::take(&mut self.0[screen as usize])
    }
}

impl Model {
    /// The state at the start.
    pub fn new(settings: Settings) -> Self {
        let session = settings.session;
        let shared = Shared {
            size: settings.size.into(),
            look: settings.look,
            zone: settings.zone,
            options: settings.options,
            capture: settings.door.line(&settings.capture, 200),
            case: None,
            snapshot: Arc::default(),
            lookup: Arc::default(),
            tables: Tables::default(),
            progress: Progress::default(),
            live: None,
            request: None,
            signal: None,
            switches: session.rules.clone(),
            filter: ActiveFilter::default(),
            mouse: settings.mouse,
            bookmarks: BTreeSet::new(),
            answers: Answers::default(),
            now: Duration::ZERO,
            door: settings.door,
        };
        Self {
            screen: ScreenId::from_word(&session.screen).unwrap_or(ScreenId::FIRST),
            trail: Vec::new(),
            screens: Screens::default(),
            shared,
            popup: None,
            notice: None,
            keymap: settings.keymap,
            sought: Sought::new(&session),
            session,
            missed: Missed::default(),
            clicked: None,
        }
    }
}

impl Shared {
    /// Puts what is known now in place of what was known before, which comes back.
    pub(super) fn take(&mut self, known: Prepared) -> Option<Prepared> {
        let Prepared { case, snapshot, lookup, tables } = known;
        let (snapshot, lookup) = (replace(&mut self.snapshot, snapshot), replace(&mut self.lookup, lookup));
        let tables = replace(&mut self.tables, tables);
        self.case.replace(case).map(|case| Prepared { case, snapshot, lookup, tables })
    }

    /// What is known.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The open case, once something was read.
    pub fn case(&self) -> Option<&Case> {
        self.case.as_deref()
    }

    /// The rules.
    pub fn catalogue(&self) -> &Catalogue {
        &self.options.catalogue
    }

    /// Log text on one line of at most `max` characters: the only way for log text to the screen.
    pub fn line(&self, text: &str, max: usize) -> SafeText {
        self.door.line(text, max)
    }

    /// Log text with its line breaks.
    pub fn text(&self, text: &str) -> SafeText {
        self.door.pass(text)
    }

    /// The line of `text` around `needle`.
    pub fn around(&self, text: &str, needle: &str, max: usize) -> SafeText {
        self.door.around(text, needle, max)
    }

    /// The room of the active screen.
    pub fn body(&self) -> Rect {
        super::view::body(self.size)
    }

    /// The hits of the filter, when it is on.
    pub fn hits(&self) -> Option<&Hits> {
        self.filter.hits.as_deref().filter(|_| self.filter.is_on)
    }
}

//! One record: decoded as a tree, and raw.

mod guard;
mod keys;
mod narrow;
mod nodes;
mod raw;
#[cfg(test)]
mod tests;
mod view;

use ratatui::layout::Rect;

use crate::model::{Request, RequestKey, Signal, SignalKey};
use crate::tui::find::Needle;
use crate::tui::keys::Move;
use crate::tui::message::{self, Ask, AskLine, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::pointer::wheel;
use crate::tui::screens::{ScreenId, ScreenMessage, logs};
use crate::tui::widgets::{ListState, Tree, width};

pub(super) use keys::KEYS;
use nodes::{Item, ItemKind};
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    signal: Option<(SignalKey, Signal)>,
    tree: Tree<Item>,
    list: ListState,
    /// The text beside the tree, in lines of its room, and what it was laid out from.
    lines: Vec<String>,
    laid_out: Option<LaidOut>,
    scroll: ListState,
    /// The selected value in full, where it does not fit on its row and there is room below the text.
    value: Vec<String>,
    pane: Pane,
    /// Whether movements go to the text.
    in_text: bool,
    needle: Option<Needle>,
}

/// Signal, what is shown of it, path of the value, columns.
type LaidOut = (SignalKey, Pane, String, u16);

/// The text beside the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Pane {
    /// The bytes of the record as stored; of one in several log events those of the first.
    #[default]
    Raw,
    /// The text of the record: without its envelope, all its lines.
    Text,
    /// The selected value.
    Value,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// A movement in the text or in the tree, whichever of them movements go to.
    MoveIn(bool, Move),
    /// Selects a row of the tree.
    Select(usize),
    /// Folds or unfolds the selected row.
    Fold,
    /// Folds or unfolds everything.
    FoldAll,
    /// Only signals with the selected value, or none with it.
    FilterBy {
        /// None with it.
        hide: bool,
    },
    /// To the signal of the same request so many places further.
    Step(i8),
    /// Copies the selected value.
    CopyValue,
    /// Copies its path.
    CopyPath,
    /// Copies the raw record.
    CopyRaw,
    /// Shows the signals of this request only.
    OnlyRequest,
    /// Shows the signals of this session only.
    OnlySession,
    /// Shows the signals of this log stream only.
    OnlyStream,
    /// Asks for text to look for.
    Search,
    /// Looks for this text.
    Find(String),
    /// To the hit so many places further.
    Hit(i8),
    /// Bookmarks the signal, or no longer.
    Bookmark,
    /// The raw record, its text or the selected value beside the tree.
    Pane,
    /// Movements in the tree or in the text beside it.
    Focus,
    /// Movements in the text beside the tree, or in the tree.
    FocusText(bool),
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => movement(state, by),
        Message::MoveIn(in_text, by) => {
            let before = std::mem::replace(&mut state.in_text, in_text);
            movement(state, by);
            state.in_text = before;
        }
        Message::Select(row) => {
            state.in_text = false;
            let again = state.list.selected() == Some(row);
            state.list.select(row);
            if again {
                state.toggle();
            }
        }
        Message::Fold => state.toggle(),
        Message::FoldAll => {
            let is_folded = (0..state.tree.len()).any(|row| state.tree.is_folded(row));
            state.tree.fold_from(if is_folded { None } else { Some(1) });
        }
        Message::FilterBy { hide } => filter_by(state, hide, shared, out),
        Message::Step(by) => step(state, by, shared, out),
        Message::CopyValue => copy(state, shared, out, |item| guard::whole(shared, item)),
        Message::CopyPath => copy(state, shared, out, |item| item.path.clone()),
        Message::CopyRaw => {
            if let Some(text) = state.raw(shared) {
                out.send(message::Message::Copy(shared.text(&text)));
            }
        }
        Message::OnlyRequest => match state.request(shared) {
            Some(request) => {
                out.send(logs::Message::Only(request.key).into());
                out.send(message::Message::Show(ScreenId::Logs));
            }
            None => tell(out, "this signal belongs to no request"),
        },
        Message::OnlySession => {
            let ids = state.signal.as_ref().map(|(_, signal)| &signal.ids);
            let session = ids.and_then(|ids| Some(("session_id", ids.session.as_deref()?)));
            let mcp = ids.and_then(|ids| Some(("mcp_session_id", ids.mcp_session.as_deref()?)));
            only(session.or(mcp), "this signal names no session", out);
        }
        Message::OnlyStream => {
            let origin = state.signal.as_ref().map(|(_, signal)| &signal.origin);
            let stream = origin.and_then(|origin| Some(("log_stream", origin.log_stream.as_deref()?)));
            only(stream, "this signal names no log stream", out);
        }
        Message::Search => out.send(message::Message::Ask(Ask::Line(AskLine {
            title: "Search this record",
            initial: state.needle.as_ref().map_or("", Needle::text).to_owned(),
            then: |text| message::Message::Screen(ScreenMessage::Signal(Message::Find(text))),
            live: true,
        }))),
        Message::Find(text) => {
            state.needle = Needle::new(&text);
            if state.needle.is_some() {
                state.tree.fold_from(None);
                state.fit(shared);
                let here = state.list.selected().is_some_and(|row| state.holds(row));
                if !here {
                    hit(state, 1, out);
                }
            }
        }
        Message::Hit(by) => hit(state, by, out),
        Message::Bookmark => {
            out.messages.extend(state.signal.as_ref().map(|(key, _)| message::Message::ToggleBookmark(*key)));
        }
        Message::Pane => {
            state.pane = match state.pane {
                Pane::Raw => Pane::Text,
                Pane::Text => Pane::Value,
                Pane::Value => Pane::Raw,
            };
            state.scroll = ListState::default();
        }
        Message::Focus => state.in_text = !state.in_text,
        Message::FocusText(in_text) => state.in_text = in_text,
    }
    state.fit(shared);
}

fn movement(state: &mut State, by: Move) {
    if state.in_text {
        return state.scroll.scroll(by);
    }
    state.tree.travel(&mut state.list, by);
}

fn filter_by(state: &State, hide: bool, shared: &Shared, out: &mut Outbox) {
    let picked = state.item().filter(|item| guard::is_plain(shared, item)).zip(state.signal.as_ref());
    let Some(more) = picked.and_then(|(item, (_, signal))| narrow::expression(item, signal)) else {
        return tell(out, "no filter can tell this value");
    };
    let before = if shared.filter.is_on { shared.filter.text.as_str() } else { "" };
    out.send(message::Message::SetFilter(narrow::joined(before, &more, hide)));
    out.send(message::Message::Show(ScreenId::Logs));
}

fn only(field: Option<(&str, &str)>, without: &str, out: &mut Outbox) {
    let Some((name, value)) = field else { return tell(out, without) };
    out.send(message::Message::SetFilter(narrow::is(name, value)));
    out.send(message::Message::Show(ScreenId::Logs));
}

fn step(state: &State, by: i8, shared: &Shared, out: &mut Outbox) {
    let Some((request, (key, _))) = state.request(shared).zip(state.signal.as_ref()) else {
        return tell(out, "this signal belongs to no request");
    };
    let links = &request.signals;
    let at = links.partition_point(|link| link.signal < *key);
    let next = if by > 0 { Some(at + 1) } else { at.checked_sub(1) };
    match next.and_then(|at| links.get(at)) {
        Some(link) => out.send(message::Message::SelectSignal(link.signal)),
        None if by > 0 => tell(out, "this is the last signal of its request"),
        None => tell(out, "this is the first signal of its request"),
    }
}

fn copy(state: &State, shared: &Shared, out: &mut Outbox, part: impl Fn(&Item) -> String) {
    match state.item().map(part).filter(|text| !text.is_empty()) {
        Some(text) => out.send(message::Message::Copy(shared.text(&text))),
        None => tell(out, "there is nothing to copy on this line"),
    }
}

/// To the next row of the tree with a hit, around; in the text to the next line with one.
fn hit(state: &mut State, by: i8, out: &mut Outbox) {
    let Some(needle) = &state.needle else {
        return out.send(message::Message::Screen(ScreenMessage::Signal(Message::Search)));
    };
    let (len, at) = if state.in_text {
        (state.lines.len(), state.scroll.offset())
    } else {
        (state.tree.len(), state.list.selected().unwrap_or_default())
    };
    let holds =
        |row: &usize| if state.in_text { needle.is_in(&state.lines[*row]) } else { state.holds(*row) };
    let found = if by > 0 {
        (at + 1..len).chain(0..len.min(at + 1)).find(holds)
    } else {
        (at..len).chain(0..at).rev().find(holds)
    };
    match found {
        Some(row) if state.in_text => state.scroll.show_from(row),
        Some(row) => state.list.center(row),
        None => tell(out, "this is not in the record"),
    }
}

fn tell(out: &mut Outbox, words: &str) {
    out.send(message::Message::Tell(Notice::info(words)));
}

impl State {
    fn item(&self) -> Option<&Item> {
        Some(&self.tree.row(self.list.selected()?)?.item)
    }

    /// Whether a row of the tree holds what is looked for.
    fn holds(&self, row: usize) -> bool {
        let item = self.tree.row(row).map(|node| &node.item);
        // What stands for a value that has rows of its own is not shown beside it.
        let is_shown = !self.tree.has_children(row) || self.tree.is_folded(row);
        self.needle
            .as_ref()
            .zip(item)
            .is_some_and(|(needle, item)| needle.is_in(&item.label) || is_shown && needle.is_in(&item.value))
    }

    fn toggle(&mut self) {
        if let Some(row) = self.list.selected() {
            self.tree.fold(row, !self.tree.is_folded(row));
        }
    }

    fn request<'s>(&self, shared: &'s Shared) -> Option<&'s Request> {
        let key: RequestKey = shared.case()?.request_of(self.signal.as_ref()?.0)?;
        shared.snapshot().requests.get(key.index())
    }

    /// The record as stored.
    fn raw(&self, shared: &Shared) -> Option<String> {
        Some(raw::spelt(shared.case()?.raw(self.signal.as_ref()?.0)))
    }

    /// The text beside the tree.
    fn words(&self, shared: &Shared) -> Option<String> {
        match self.pane {
            Pane::Raw => self.raw(shared),
            Pane::Text => Some(shared.case()?.text(self.signal.as_ref()?.0).into_owned()),
            Pane::Value => Some(guard::whole(shared, self.item()?)),
        }
    }

    /// Reads the selected signal. One that has not changed keeps its folds and its place.
    fn load(&mut self, shared: &Shared) {
        let wanted = shared.case().zip(shared.signal);
        let wanted = wanted.filter(|(case, key)| key.index() < case.briefs().len());
        let signal = wanted.map(|(case, key)| (key, case.signal(key)));
        if signal == self.signal {
            return;
        }
        self.tree = signal.as_ref().map(|(_, signal)| nodes::tree(signal)).unwrap_or_default();
        (self.signal, self.laid_out) = (signal, None);
        (self.list, self.scroll) = (ListState::default(), ListState::default());
        // What it says comes first.
        let field =
            |name: &str| self.tree.find(0, 1, |item| item.kind == ItemKind::Field && item.path == name);
        let first = field("message").or_else(|| field("name"));
        self.list.fit(self.tree.len(), view::panes(shared.body()).0.height);
        self.list.select(first.map(|node| self.tree.reveal(node)).unwrap_or_default());
        if self.needle.is_some() {
            self.tree.fold_from(None);
        }
    }

    /// Lays the text out anew when it has changed, and keeps both positions in view.
    fn fit(&mut self, shared: &Shared) {
        let (tree, text) = view::panes(shared.body());
        self.list.fit(self.tree.len(), tree.height);
        let path = self.item().filter(|_| self.pane == Pane::Value).map(|item| item.path.clone());
        let path = path.unwrap_or_default();
        let wanted = self.signal.as_ref().map(|(key, _)| (*key, self.pane, path, text.width));
        if wanted != self.laid_out {
            let columns = usize::from(text.width.saturating_sub(1));
            self.lines = raw::wrapped(shared, &self.words(shared).unwrap_or_default(), columns);
            self.laid_out = wanted;
        }
        self.scroll.fit(self.lines.len(), text.height);
        self.value = self.cut_value(shared, tree, text).unwrap_or_default();
    }

    /// The selected value in rows for what is left of the text's room, when its own row cuts it.
    fn cut_value(&self, shared: &Shared, tree: Rect, text: Rect) -> Option<Vec<String>> {
        /// Rows of a title, an empty one above it, and a few of the value.
        const LEAST: usize = 5;
        let spare = usize::from(text.height).saturating_sub(self.lines.len());
        let (row, item) = (self.list.selected()?, self.item()?);
        let is_shown = matches!(item.kind, ItemKind::Field | ItemKind::Scalar | ItemKind::Nested);
        let fits =
            view::value_column(self.tree.row(row)?, tree) + width(&item.value) < usize::from(tree.width);
        if self.pane == Pane::Value || !is_shown || spare < LEAST || (fits && !item.value.contains('\n')) {
            return None;
        }
        let columns = usize::from(text.width.saturating_sub(1));
        let mut rows = raw::wrapped(shared, &guard::head(shared, item), columns);
        rows.truncate(spare - 2);
        Some(rows)
    }
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, _out: &mut Outbox) {
    match change {
        Change::Data | Change::Selection | Change::Shown => state.load(shared),
        Change::Size => {}
        Change::Filter | Change::Answer => return,
    }
    state.fit(shared);
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let (tree, text) = view::panes(area);
    let at = (mouse.column, mouse.row).into();
    if let Some(by) = wheel(mouse) {
        return Some(Message::MoveIn(text.contains(at), by));
    }
    if mouse.kind != MouseKind::Click {
        return None;
    }
    if text.contains(at) {
        return Some(Message::FocusText(true));
    }
    let line = tree.contains(at).then(|| mouse.row - tree.y)?;
    state.list.row_at(line).map(Message::Select)
}

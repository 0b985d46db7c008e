//! The catalogue: every rule with its hits in this capture, what it knows, and whether it judges.

mod change;
mod keys;
#[cfg(test)]
mod tests;
mod text;
mod view;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::Rect;

use crate::model::{Finding, Level, RuleMeta, SignalKey};
use crate::tui::keys::Move;
use crate::tui::message::{self, Ask, AskLine, Mouse, MouseKind, Notice, Outbox};
use crate::tui::model::{Change, Shared};
use crate::tui::pointer::wheel;
use crate::tui::screens::{ScreenId, ScreenMessage};
use crate::tui::widgets::{ListState, Split};

use super::diagnosis::document::{Action, Document};

use change::Tally;
pub(super) use keys::KEYS;
pub(super) use view::view;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: ListState,
    /// Places in the catalogue.
    rows: Vec<usize>,
    hits: BTreeMap<String, Hits>,
    /// Rules that could not be decided somewhere.
    open: BTreeSet<String>,
    only_hits: bool,
    by_layer: bool,
    /// Words that a listed rule holds.
    words: String,
    /// The chosen hit of the selected rule.
    hit: usize,
    /// What is told of the selected rule, and the row of it on top.
    text: Document,
    top: ListState,
    /// Whether movements go to the text.
    in_text: bool,
    /// What was found before a switch was turned, until it is judged again.
    before: Option<Tally>,
}

/// Where a rule has hits.
#[derive(Debug, Default)]
struct Hits {
    occurrences: u64,
    /// Places among the findings, in order of time.
    findings: Vec<usize>,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// A movement in the text or in the list, whichever of them movements go to.
    MoveIn(bool, Move),
    /// Selects a row.
    Select(usize),
    /// Shows the record of the chosen hit.
    Open,
    /// Shows this record.
    Record(SignalKey),
    /// Switches the rule off, or on again.
    Switch,
    /// The next severity for the rule's findings.
    Severity,
    /// Every rule as its file says.
    Reset,
    /// Lists only rules that matter here, or all.
    OnlyHits,
    /// Asks for words.
    Search,
    /// Lists only rules that hold these words.
    Words(String),
    /// To the hit so many places further.
    Hit(i8),
    /// Orders by layer, or by hits.
    Sort,
    /// Movements go to the text, or to the list.
    Focus,
    /// Movements go to the text.
    FocusText,
    /// Copies the rule's id.
    Copy,
    /// Copies the first command of the fix.
    CopyCommand,
    /// All rules, or back.
    Clear,
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) if state.in_text => state.top.scroll(by),
        Message::MoveIn(in_text, by) => {
            let before = std::mem::replace(&mut state.in_text, in_text);
            update(state, Message::Move(by), shared, out);
            state.in_text = before;
        }
        Message::Move(by) => {
            if state.list.apply(by) {
                state.hit = 0;
            }
        }
        Message::Select(row) => {
            state.in_text = false;
            if state.list.selected() == Some(row) {
                out.send(message::Message::Screen(ScreenMessage::Rules(Message::Open)));
            } else {
                state.list.select(row);
                state.hit = 0;
            }
        }
        Message::Open => match state.chosen(shared).and_then(|finding| finding.evidence.first()) {
            Some(evidence) => show(evidence.signal, out),
            None => tell(out, "this rule has no hit in this capture"),
        },
        Message::Record(signal) => show(signal, out),
        Message::Hit(by) => state.step(by, shared, out),
        Message::Focus => state.in_text = !state.in_text,
        Message::FocusText => state.in_text = true,
        Message::Switch => {
            state.note(shared);
            out.messages
                .extend(state.selected(shared).map(|rule| message::Message::ToggleRule(rule.id.clone())));
        }
        Message::Severity => {
            state.note(shared);
            out.messages.extend(
                state.selected(shared).map(|rule| {
                    message::Message::SetLevel(rule.id.clone(), after(shared.switches.level(rule)))
                }),
            );
        }
        Message::Reset => {
            if !shared.switches.is_empty() {
                state.note(shared);
            }
            out.send(message::Message::ResetRules);
        }
        Message::Copy => {
            let id = state.selected(shared).map(|rule| shared.line(&rule.id, 200));
            out.messages.extend(id.map(message::Message::Copy));
        }
        Message::CopyCommand => state.copy_command(shared, out),
        Message::OnlyHits | Message::Sort | Message::Search | Message::Words(_) | Message::Clear => {
            choose(state, message, shared, out);
        }
    }
    state.lay_out(shared);
}

/// Which rules are listed, and in which order.
fn choose(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::OnlyHits => state.only_hits = !state.only_hits,
        Message::Sort => state.by_layer = !state.by_layer,
        Message::Words(words) => state.words = words,
        Message::Clear if state.only_hits || !state.words.is_empty() => {
            state.only_hits = false;
            state.words.clear();
        }
        Message::Clear => return out.send(message::Message::Back),
        _ => {
            return out.send(message::Message::Ask(Ask::Line(AskLine {
                title: "Only rules with these words",
                initial: state.words.clone(),
                then: |text| message::Message::Screen(ScreenMessage::Rules(Message::Words(text))),
                live: true,
            })));
        }
    }
    state.arrange(shared);
}

/// The severity after `level`, around.
fn after(level: Level) -> Level {
    match level {
        Level::Error => Level::Warning,
        Level::Warning => Level::Info,
        Level::Info => Level::Error,
    }
}

fn show(signal: SignalKey, out: &mut Outbox) {
    out.send(message::Message::SelectSignal(signal));
    out.send(message::Message::Show(ScreenId::Signal));
}

fn tell(out: &mut Outbox, words: &str) {
    out.send(message::Message::Tell(Notice::info(words)));
}

impl State {
    fn selected<'s>(&self, shared: &'s Shared) -> Option<&'s RuleMeta> {
        let at = self.rows.get(self.list.selected()?)?;
        shared.catalogue().rules().get(*at).map(|rule| &rule.meta)
    }

    /// The finding of the chosen hit.
    fn chosen<'s>(&self, shared: &'s Shared) -> Option<&'s Finding> {
        let hits = self.hits.get(&self.selected(shared)?.id)?;
        shared.snapshot().findings.get(*hits.findings.get(self.hit)?)
    }

    /// Notes what is found now, to tell what a switch changes.
    fn note(&mut self, shared: &Shared) {
        if self.selected(shared).is_some() {
            self.before.get_or_insert_with(|| Tally::of(shared.snapshot()));
        }
    }

    /// Tells what has changed, once it is judged by the rules that are on.
    fn compare(&mut self, shared: &Shared, out: &mut Outbox) {
        let is_judged = shared.switches == shared.snapshot().switches;
        if let Some(before) = self.before.take_if(|_| is_judged) {
            tell(out, &before.until(Tally::of(shared.snapshot())));
        }
    }

    fn step(&mut self, by: i8, shared: &Shared, out: &mut Outbox) {
        let hits = self.selected(shared).and_then(|rule| self.hits.get(&rule.id));
        let Some(count) = hits.map(|hits| hits.findings.len()).filter(|count| *count > 0) else {
            return tell(out, "this rule has no hit in this capture");
        };
        self.hit = (self.hit as i64 + i64::from(by)).rem_euclid(count as i64) as usize;
    }

    fn copy_command(&self, shared: &Shared, out: &mut Outbox) {
        let command = self.text.items.iter().find_map(|item| match &item.action {
            Action::Copy(command) => Some(command),
            Action::Signal(_) | Action::Unfold(_) => None,
        });
        match command {
            Some(command) => {
                out.send(message::Message::Copy(shared.text(command)));
                tell(out, &format!("copied: {command}"));
            }
            None => tell(out, "this rule has no command"),
        }
    }

    fn count(&mut self, shared: &Shared) {
        let snapshot = shared.snapshot();
        self.hits = BTreeMap::new();
        for (place, finding) in snapshot.findings.iter().enumerate() {
            let hits = self.hits.entry(finding.rule.clone()).or_default();
            hits.findings.push(place);
            hits.occurrences += u64::from(finding.occurrences);
        }
        for hits in self.hits.values_mut() {
            let time = |place: &usize| snapshot.findings.get(*place).and_then(|finding| finding.first);
            hits.findings.sort_by_key(|place| (time(place).is_none(), time(place)));
        }
        self.open = snapshot.undetermined.iter().map(|open| open.rule.clone()).collect();
    }

    /// Puts the rules into order; the selected one stays selected.
    fn arrange(&mut self, shared: &Shared) {
        let rules = shared.catalogue().rules();
        let before = self.list.selected().and_then(|row| self.rows.get(row)).copied();
        let hits = |rule: &RuleMeta| self.hits.get(&rule.id).map_or(0, |hits| hits.occurrences);
        let is_changed = |rule: &RuleMeta| {
            shared.switches.is_off(&rule.id) || shared.switches.level(rule) != rule.severity
        };
        let is_open = |rule: &RuleMeta| self.open.contains(&rule.id);
        let wanted: Vec<String> = self.words.split_whitespace().map(str::to_lowercase).collect();
        let listed = |at: &usize| {
            let rule = &rules[*at].meta;
            let matters = hits(rule) > 0 || is_open(rule) || is_changed(rule);
            (!self.only_hits || matters) && holds(rule, &wanted)
        };
        let mut rows: Vec<usize> = (0..rules.len()).filter(listed).collect();
        rows.sort_by_key(|at| {
            let rule = &rules[*at].meta;
            let rank = (Reverse(hits(rule)), !is_changed(rule), !is_open(rule));
            ((!self.by_layer).then_some(rank), rule.layer.as_str(), rule.id.as_str())
        });
        let selected = before.and_then(|before| rows.iter().position(|at| *at == before));
        self.rows = rows;
        self.list.fit(self.rows.len(), view::list_height(self, shared.body()));
        if selected.is_none() {
            self.hit = 0;
        }
        self.list.select(selected.unwrap_or_default());
    }

    /// Writes the text about the selected rule; another rule is read from its beginning.
    fn lay_out(&mut self, shared: &Shared) {
        let Split { list, text, .. } = view::rooms(self, shared.body());
        self.list.fit(self.rows.len(), list.height.saturating_sub(1));
        let document = text::document(self, shared, usize::from(text.width));
        if document.rows.first() != self.text.rows.first() {
            self.top = ListState::default();
        }
        self.text = document;
        self.top.fit(self.text.rows.len(), text.height);
    }
}

/// Whether a rule holds every one of `words`, which are in lower case.
fn holds(rule: &RuleMeta, words: &[String]) -> bool {
    let all =
        [&rule.id, &rule.title, &rule.layer, &rule.message, &rule.cause].map(|text| text.to_lowercase());
    words.iter().all(|word| all.iter().any(|text| text.contains(word.as_str())))
}

pub(super) fn refresh(state: &mut State, change: Change, shared: &Shared, out: &mut Outbox) {
    match change {
        Change::Data => {
            state.compare(shared, out);
            state.count(shared);
            state.arrange(shared);
        }
        Change::Answer | Change::Shown => state.arrange(shared),
        Change::Size => {}
        Change::Filter | Change::Selection => return,
    }
    state.lay_out(shared);
}

pub(super) fn click(state: &State, _shared: &Shared, area: Rect, mouse: Mouse) -> Option<Message> {
    let Split { list, text, .. } = view::rooms(state, area);
    let at = (mouse.column, mouse.row).into();
    if let Some(by) = wheel(mouse) {
        return Some(Message::MoveIn(text.contains(at), by));
    }
    match mouse.kind {
        MouseKind::Click if list.contains(at) && mouse.row == list.y => Some(Message::Sort),
        MouseKind::Click if list.contains(at) => {
            state.list.row_at(mouse.row - list.y - 1).map(Message::Select)
        }
        MouseKind::Click if text.contains(at) => {
            let row = state.top.offset() + usize::from(mouse.row - text.y);
            let item = state.text.item_at(row).and_then(|item| state.text.items.get(item));
            Some(match item.map(|item| &item.action) {
                Some(Action::Signal(signal)) => Message::Record(*signal),
                _ => Message::FocusText,
            })
        }
        _ => None,
    }
}

//! A list to pick from by typing a few letters: commands, places, exports.

use std::collections::BTreeSet;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::model::{Name, Outcome, Request};
use crate::tui::keys::{Binding, Chord, Context, Keymap, Move, bind};
use crate::tui::message::{self, Ask, AskLine, ExportKind, Outbox};
use crate::tui::model::{Model, Shared};
use crate::tui::screens::{ScreenMessage, compare};
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, ListState, popup};

/// One thing to pick.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What is searched and shown.
    pub(super) label: String,
    /// Shown at the right.
    pub(super) detail: String,
    /// Sent when it is picked.
    pub(super) message: message::Message,
}

/// What the list remembers.
#[derive(Debug)]
pub struct State {
    title: &'static str,
    input: Input,
    items: Vec<Item>,
    /// Positions of matching items, best first.
    found: Vec<usize>,
    list: ListState,
}

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Picks the selected item.
    Pick,
    /// Picks nothing.
    Close,
}

pub(super) const KEYS: &[Binding<Message>] = &[
    bind("up", &["up", "ctrl-p"], "", "up", Message::Move(Move::Up)),
    bind("down", &["down", "ctrl-n"], "", "down", Message::Move(Move::Down)),
    bind("page-up", &["pageup"], "", "one page up", Message::Move(Move::PageUp)),
    bind("page-down", &["pagedown"], "", "one page down", Message::Move(Move::PageDown)),
    bind("pick", &["enter"], "pick", "pick", Message::Pick),
    bind("close", &["esc", "ctrl-c"], "close", "close", Message::Close),
];

const HEIGHT: u16 = 20;

impl State {
    fn new(title: &'static str, items: Vec<Item>) -> Self {
        let mut state =
            Self { title, input: Input::default(), items, found: Vec::new(), list: ListState::default() };
        state.search();
        state
    }

    fn search(&mut self) {
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut found: Vec<(u32, usize)> = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            let text = Utf32Str::new(&item.label, &mut buffer);
            if let Some(score) = pattern.score(text, &mut matcher) {
                found.push((score, index));
            }
        }
        found.sort_by_key(|(score, index)| (std::cmp::Reverse(*score), *index));
        self.found = found.into_iter().map(|(_, index)| index).collect();
        self.list.fit(self.found.len(), HEIGHT - 3);
        self.list.select(0);
    }
}

/// Every action of the key table that works here.
pub(super) fn commands(model: &Model) -> State {
    let here = [Context::Screen(model.screen), Context::Global];
    let entries = model.keymap.entries().iter().filter(|entry| here.contains(&entry.context));
    let actions = entries.map(|entry| Item {
        label: entry.words.to_owned(),
        detail: entry.keys.first().map(ToString::to_string).unwrap_or_default(),
        message: entry.message.clone(),
    });
    let saved = model.session.saved.iter().map(|filter| Item {
        label: format!("filter {filter}"),
        detail: "saved".into(),
        message: message::Message::SetFilter(filter.clone()),
    });
    State::new("Commands", actions.chain(saved).collect())
}

/// Requests, tools, sessions and rules.
pub(super) fn places(shared: &Shared) -> State {
    let mut items: Vec<Item> =
        shared.snapshot().requests.iter().map(|request| place(shared, request)).collect();
    items.extend(groups(shared, "tool", |request| request.tool));
    items.extend(groups(shared, "session", |request| request.session));
    items.extend(
        shared
            .snapshot()
            .findings
            .iter()
            .map(|finding| &finding.rule)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|rule| Item {
                label: format!("rule {rule}"),
                detail: "filter".into(),
                message: message::Message::SetFilter(format!("rule:{rule}")),
            }),
    );
    State::new("Jump", items)
}

/// Healthy requests to compare with, those of the selected request's tool first.
pub(super) fn healthy(shared: &Shared) -> State {
    let requests = &shared.snapshot().requests;
    let tool = shared.request.and_then(|key| requests.get(key.index())).map(|request| request.tool);
    let mut healthy: Vec<&Request> =
        requests.iter().filter(|request| request.outcome == Outcome::Ok).collect();
    healthy.sort_by_key(|request| Some(request.tool) != tool);
    let item = |request: &Request| {
        let beside = compare::Message::Beside(Some(request.key));
        Item { message: message::Message::Screen(ScreenMessage::Compare(beside)), ..place(shared, request) }
    };
    State::new("Compare with", healthy.into_iter().map(item).collect())
}

fn place(shared: &Shared, request: &Request) -> Item {
    let snapshot = shared.snapshot();
    let name = |name| snapshot.names.text(name).unwrap_or_default();
    let start = request.window.map(|window| shared.zone.clock(window.start)).unwrap_or_default();
    let trace = request.trace.map(|trace| trace.to_string()).unwrap_or_default();
    let label = format!("{start} {} {} {trace}", name(request.tool), name(request.request));
    Item {
        label: shared.line(label.trim(), 200).to_string(),
        detail: format!("{} {}", shared.look.symbols.outcome(request.outcome), request.outcome),
        message: message::Message::SelectRequest(request.key),
    }
}

/// One item for each name that requests have in `field`, which filters by it.
fn groups(shared: &Shared, field: &'static str, name: fn(&Request) -> Name) -> Vec<Item> {
    let snapshot = shared.snapshot();
    let names: BTreeSet<&str> =
        snapshot.requests.iter().filter_map(|request| snapshot.names.text(name(request))).collect();
    let quoted = |name: &str| name.replace('\\', "\\\\").replace('"', "\\\"");
    let item = |name: &str| Item {
        label: shared.line(&format!("{field} {name}"), 200).to_string(),
        detail: "filter".into(),
        message: message::Message::SetFilter(format!("{field}:\"{}\"", quoted(name))),
    };
    names.into_iter().map(item).collect()
}

/// What can be exported; the name of the file is asked for next.
pub(super) fn exports() -> State {
    let item = |label: &str, initial: &str, then: fn(String) -> message::Message| Item {
        label: label.to_owned(),
        detail: String::new(),
        message: message::Message::Ask(Ask::Line(AskLine {
            title: "Write to",
            initial: initial.to_owned(),
            then,
            live: false,
        })),
    };
    let items = vec![
        item("root-cause report (.md or .html)", "triage-report.md", |path| {
            message::Message::Export(ExportKind::Report, path.into())
        }),
        item("signals of the selected request as a capture, to share", "request.jsonl", |path| {
            message::Message::Export(ExportKind::Capture, path.into())
        }),
        item("findings, to accept them with --expect", "expected.json", |path| {
            message::Message::Export(ExportKind::Expectation, path.into())
        }),
    ];
    State::new("Export", items)
}

pub(super) fn update(state: &mut State, message: Message, _shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Pick => {
            out.send(message::Message::Close);
            let picked = state.list.selected().and_then(|row| state.found.get(row));
            if let Some(item) = picked.and_then(|index| state.items.get(*index)) {
                out.send(item.message.clone());
            }
        }
        Message::Close => out.send(message::Message::Close),
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, _shared: &Shared, _out: &mut Outbox) {
    if state.input.press(chord) {
        state.search();
    }
}

pub(super) fn pasted(state: &mut State, text: &str, _shared: &Shared, _out: &mut Outbox) {
    state.input.paste(text);
    state.search();
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let inside = popup(frame.buffer_mut(), shared.look, area, state.title, 80, HEIGHT);
    let prompt = Rect { height: 1, ..inside };
    state.input.view(frame, shared.look, prompt);
    for (line, row) in state.list.visible().enumerate() {
        let Some(item) = state.found.get(row).and_then(|index| state.items.get(*index)) else { continue };
        let selected = state.list.selected() == Some(row);
        let mut out = Line::new(frame.buffer_mut(), shared.look, inside, line as u16 + 1);
        let role = if selected { Role::Selection } else { Role::Normal };
        let pointer = if selected { shared.look.symbols.pointer } else { " " };
        let detail = 14.min(out.room());
        let label = out.room().saturating_sub(detail + 2);
        out.put(Role::Key, pointer).cell(role, &item.label, label).skip(1).right(
            Role::Dim,
            &item.detail,
            detail,
        );
    }
}

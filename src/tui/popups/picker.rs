//! A list to pick from by typing a few letters: commands, places, exports.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::find::stretches;
use crate::tui::keys::{Binding, Chord, Keymap, Move, bind};
use crate::tui::message::{self, Effect, Outbox};
use crate::tui::model::Shared;
use crate::tui::places::{Place, Places, Ranked};
use crate::tui::theme::Role;
use crate::tui::widgets::{Input, Line, ListState, popup, popup_rooms};

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
    items: Items,
    /// Positions of matching items, best first.
    found: Vec<u32>,
    list: ListState,
}

/// What there is to pick.
#[derive(Debug)]
enum Items {
    /// A few things.
    Few(Vec<Item>),
    /// Places, of which there may be very many: they are searched elsewhere, stretch by stretch.
    Many(Arc<Places>, Search, Go),
}

/// What picking the place at a position sends.
type Go = fn(&Places, u32, &Shared) -> Option<message::Message>;

/// A search among places.
#[derive(Debug, Default)]
struct Search {
    /// Number of the newest one; answers to others are stale.
    id: u64,
    /// What is still to be looked through; the first stretch is being looked through.
    open: VecDeque<Range<u32>>,
    /// The best ones so far.
    best: Vec<Ranked>,
    /// Whether the best one is picked once it is known.
    picks: bool,
}

/// Places that are kept of a search.
const MAX_FOUND: usize = 1_000;

/// What may happen on it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A movement.
    Move(Move),
    /// Picks the selected item.
    Pick,
    /// Picks the item of this row.
    Press(usize),
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

const WIDTH: u16 = 80;
const HEIGHT: u16 = 20;

impl State {
    pub(super) fn new(title: &'static str, items: Vec<Item>) -> Self {
        let found = (0..items.len() as u32).collect();
        Self::with(title, Items::Few(items), found)
    }

    pub(super) fn many(title: &'static str, places: Places, go: Go) -> Self {
        let found = (0..places.len()).collect();
        Self::with(title, Items::Many(Arc::new(places), Search::default(), go), found)
    }

    fn with(title: &'static str, items: Items, found: Vec<u32>) -> Self {
        let mut state = Self { title, input: Input::default(), items, found, list: ListState::default() };
        state.list.fit(state.found.len(), HEIGHT - 3);
        state
    }

    fn search(&mut self, out: &mut Outbox) {
        let items = match &mut self.items {
            Items::Few(items) => items,
            Items::Many(places, search, _) => {
                search.id += 1;
                search.picks = false;
                search.best.clear();
                if self.input.text().trim().is_empty() {
                    search.open.clear();
                    self.found = (0..places.len()).collect();
                    self.list.fit(self.found.len(), HEIGHT - 3);
                    self.list.select(0);
                } else {
                    search.open = stretches(0, places.len()).into();
                }
                return self.ask(out);
            }
        };
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut found: Vec<(u32, u32)> = Vec::new();
        for (item, index) in items.iter().zip(0..) {
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

    fn ask(&self, out: &mut Outbox) {
        if let Items::Many(places, Search { id, open, .. }, _) = &self.items
            && let Some(stretch) = open.front()
        {
            let (places, typed) = (Arc::clone(places), self.input.text().to_owned());
            out.run(Effect::Rank { id: *id, typed, places, stretch: stretch.clone() });
        }
    }

    /// What is shown of an item: its label, and what stands at the right.
    fn words(&self, at: u32, shared: &Shared) -> Option<(String, String)> {
        match &self.items {
            Items::Few(items) => items.get(at as usize).map(|item| (item.label.clone(), item.detail.clone())),
            Items::Many(places, ..) => {
                let detail = match places.place(at)? {
                    Place::Request(request) => {
                        format!("{} {}", shared.look.symbols.outcome(request.outcome), request.outcome)
                    }
                    Place::Tool(_) | Place::Session(_) | Place::Rule(_) => "filter".to_owned(),
                };
                Some((shared.line(&places.label(at), 200).to_string(), detail))
            }
        }
    }

    /// Takes what was found in one stretch and asks for the next one.
    pub(in crate::tui) fn ranked(&mut self, id: u64, found: Vec<Ranked>, shared: &Shared, out: &mut Outbox) {
        let Items::Many(_, search, _) = &mut self.items else { return };
        if search.id != id || search.open.pop_front().is_none() {
            return;
        }
        search.best.extend(found);
        search.best.sort_unstable();
        search.best.truncate(MAX_FOUND);
        self.found = search.best.iter().map(|(_, at)| *at).collect();
        let picks = search.picks && search.open.is_empty();
        self.list.fit(self.found.len(), HEIGHT - 3);
        self.ask(out);
        if picks {
            self.pick(shared, out);
        }
    }

    /// Picks the selected item; while the best one is still looked for, when it is known.
    fn pick(&mut self, shared: &Shared, out: &mut Outbox) {
        if let Items::Many(_, search, _) = &mut self.items
            && !search.open.is_empty()
        {
            search.picks = true;
            return;
        }
        let picked = self.list.selected().and_then(|row| self.found.get(row)).copied();
        let message = picked.and_then(|at| match &self.items {
            Items::Few(items) => items.get(at as usize).map(|item| item.message.clone()),
            Items::Many(places, _, go) => go(places, at, shared),
        });
        out.send(message::Message::Close);
        out.messages.extend(message);
    }
}

pub(super) fn update(state: &mut State, message: Message, shared: &Shared, out: &mut Outbox) {
    match message {
        Message::Move(by) => {
            state.list.apply(by);
        }
        Message::Pick => state.pick(shared, out),
        Message::Press(row) => {
            state.list.select(row);
            state.pick(shared, out);
        }
        Message::Close => out.send(message::Message::Close),
    }
}

pub(super) fn typed(state: &mut State, chord: Chord, _shared: &Shared, out: &mut Outbox) {
    if state.input.press(chord) {
        state.search(out);
    }
}

pub(super) fn pasted(state: &mut State, text: &str, _shared: &Shared, out: &mut Outbox) {
    state.input.paste(text);
    state.search(out);
}

/// A click on a row picks it, one beside the box picks nothing.
pub(super) fn click(state: &State, shared: &Shared, mouse: message::Mouse) -> Option<message::Message> {
    let (outer, inside) = popup_rooms(super::room(shared.size), WIDTH, HEIGHT);
    let at = (mouse.column, mouse.row).into();
    if !outer.contains(at) {
        return Some(message::Message::Close);
    }
    let line = inside.contains(at).then(|| mouse.row - inside.y)?.checked_sub(1)?;
    let press = Message::Press(state.list.row_at(line)?);
    Some(message::Message::Popup(super::PopupMessage::Picker(press)))
}

pub(super) fn view(state: &State, shared: &Shared, _keymap: &Keymap, frame: &mut Frame<'_>, area: Rect) {
    let inside = popup(frame.buffer_mut(), shared.look, area, state.title, WIDTH, HEIGHT);
    let prompt = Rect { height: 1, ..inside };
    state.input.view(frame, shared.look, prompt);
    if state.found.is_empty() {
        let words = if state.input.text().is_empty() {
            "nothing to pick from yet"
        } else {
            "nothing fits these letters"
        };
        Line::new(frame.buffer_mut(), shared.look, inside, 1).skip(1).put(Role::Dim, words);
    }
    for (line, row) in state.list.visible().enumerate() {
        let Some((label, detail)) = state.found.get(row).and_then(|at| state.words(*at, shared)) else {
            continue;
        };
        let selected = state.list.selected() == Some(row);
        let mut out = Line::new(frame.buffer_mut(), shared.look, inside, line as u16 + 1);
        let role = if selected { Role::Selection } else { Role::Normal };
        let pointer = if selected { shared.look.symbols.pointer } else { " " };
        let at_right = 14.min(out.room());
        let room = out.room().saturating_sub(at_right + 2);
        out.put(Role::Key, pointer).cell(role, &label, room).skip(1).right(Role::Dim, &detail, at_right);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::tui::message::{Ask, Data, Effect, Message};
    use crate::tui::testing::{model, press, screen, send};
    use crate::tui::{Model, update};

    fn jump() -> Model {
        let mut model = model("schema-mismatch", (120, 40));
        send(&mut model, Message::Ask(Ask::Place));
        model
    }

    #[test]
    fn letters_find_requests_and_names() {
        let mut model = jump();
        assert!(screen(&model).contains("tool cost___get_cost_forecast"), "{}", screen(&model));
        let request = model.shared.snapshot().requests.last().expect("a request");
        let id = model.shared.snapshot().names.id(request.request).expect("an id").into_owned();
        let key = request.key;
        send(&mut model, Message::Paste(id));
        press(&mut model, "enter");
        assert_eq!((model.shared.request, model.popup.is_none()), (Some(key), true));
        let mut model = jump();
        send(&mut model, Message::Paste("tool forecast".into()));
        press(&mut model, "enter");
        assert_eq!(model.shared.filter.text, "tool:\"cost___get_cost_forecast\"");
    }

    #[test]
    fn saved_and_earlier_filters_are_listed_and_switched() {
        let mut model = model("schema-mismatch", (120, 40));
        press(&mut model, "ctrl-r");
        assert!(screen(&model).contains("nothing to pick from yet"), "{}", screen(&model));
        press(&mut model, "esc");
        for text in ["layer:gateway", "status:failed"] {
            send(&mut model, Message::SetFilter(text.to_owned()));
        }
        send(&mut model, Message::KeepFilter("layer:gateway".to_owned()));
        press(&mut model, "ctrl-r");
        let lines = screen(&model);
        let row = |text: &str| lines.lines().position(|line| line.contains(text)).expect("a row");
        assert!(row("layer:gateway") < row("status:failed"), "saved ones come first: {lines}");
        assert!(lines.contains("earlier, on"), "{lines}");
        press(&mut model, "enter");
        assert_eq!(model.shared.filter.text, "layer:gateway");
        press(&mut model, "ctrl-r enter");
        assert!(!model.shared.filter.is_on, "the one that is on is switched off");
        press(&mut model, "ctrl-r z z z");
        assert!(screen(&model).contains("nothing fits these letters"));
    }

    #[test]
    fn enter_waits_for_the_answer_to_the_last_letter() {
        let mut model = jump();
        let mut asked = update(&mut model, Message::Paste("tool forecast".into()), Duration::ZERO);
        let stale = update(&mut model, Message::Key("enter".parse().expect("a key")), Duration::ZERO);
        assert!(stale.is_empty() && model.popup.is_some(), "the list is still that of no letters");
        let Some(Effect::Rank { id, typed, places, stretch }) = asked.pop() else { panic!("{asked:?}") };
        let found = places.among(&typed, stretch);
        send(&mut model, Message::Data(Data::Ranked { id: id - 1, found: found.clone() }));
        assert!(model.popup.is_some(), "an answer to earlier letters is late");
        send(&mut model, Message::Data(Data::Ranked { id, found }));
        assert_eq!(model.shared.filter.text, "tool:\"cost___get_cost_forecast\"");
        assert!(model.popup.is_none());
    }
}

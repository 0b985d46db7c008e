//! Every key of the table does something that can be seen, in some state.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use ratatui::buffer::Buffer;

use crate::case::{Case, Snapshot};
use crate::model::{Bytes, Input};
use crate::tui::keys::{Context, Entry, Keymap};
use crate::tui::message::{Data, Effect, Message, Progress};
use crate::tui::model::Model;
use crate::tui::popups::{Popup, PopupKind};
use crate::tui::screens::ScreenId;
use crate::tui::testing::{empty, frame, inputs, of, press, send, show};

/// What is done before a key is tried; `+` stands for text that is pasted.
const STATES: &[&str] = &[
    "",
    "down",
    "down down",
    "end",
    "space",
    "home right",
    "home space down",
    "right right",
    "w",
    "f",
    "end n",
    "s +lookup enter",
    "s +invalid enter home",
    "m end",
    "m down down m home",
    "m home end m end",
    ". >",
    "a .",
    "z",
    "+ -",
    "+ + + +",
    "C",
    "b",
    "right enter",
    "v",
    "v w",
    "tab tab",
    "end v",
];

/// Everything that a person can see or that is asked of the world, but for the line that tells.
fn seen(model: &Model, effects: &[Effect]) -> (Buffer, String) {
    let shared = &model.shared;
    let popup = model.popup.as_ref().map(Popup::kind);
    let state: [&dyn Debug; 5] = [&model.screen, &popup, &shared.look.theme, &shared.zone, &effects];
    (frame(model), format!("{state:?} {:?}", model.remember()))
}

/// Presses keys; a word that begins with `+` is pasted, unless it is the key alone.
fn prepare(model: &mut Model, keys: &str) {
    for key in keys.split_whitespace() {
        match key.strip_prefix('+').filter(|text| !text.is_empty()) {
            Some(text) => drop(send(model, Message::Paste(text.to_owned()))),
            None => drop(press(model, key)),
        }
    }
}

/// Takes out of `left` the keys that do something after `keys` on `screen`.
fn try_all(left: &mut Vec<Entry>, read: &Read, screen: ScreenId, keys: &str) {
    let fresh = || {
        let mut model = read.model();
        show(&mut model, screen);
        prepare(&mut model, keys);
        model.notice = None;
        let before = seen(&model, &[]);
        (model, before)
    };
    let (mut model, mut before) = fresh();
    left.retain(|entry| {
        let effects = send(&mut model, Message::Key(entry.keys[0]));
        model.notice = None;
        let is_dead = seen(&model, &effects) == before;
        if !is_dead {
            (model, before) = fresh();
        }
        is_dead
    });
}

/// A capture that is read once and shown often.
struct Read(Arc<Case>, Arc<Snapshot>, (u16, u16));

impl Read {
    fn new(inputs: Vec<Input>, size: (u16, u16)) -> Self {
        let model = of(inputs, size);
        Self(model.shared.case.clone().expect("a case"), model.shared.snapshot.clone(), size)
    }

    fn model(&self) -> Model {
        let mut model = empty(self.2);
        let progress = Progress { is_done: true, ..Progress::default() };
        send(&mut model, Message::Data(Data::Progress(progress)));
        send(&mut model, Message::Data(Data::Case { case: self.0.clone(), snapshot: self.1.clone() }));
        model
    }
}

/// Captures of which every key means something in one; small frames have more to scroll.
fn captures() -> Vec<Read> {
    let sample = |name, size| Read::new(inputs(name), size);
    let path = "rules/gateway/gateway-silent-reject-no-runtime/match-executing.jsonl";
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("an example");
    let undecided = Input { path: path.to_owned(), bytes: Bytes::new(bytes) };
    vec![
        sample("schema-mismatch", (120, 30)),
        sample("router-noise", (120, 20)),
        sample("observability-setup", (90, 16)),
        Read::new(vec![undecided], (100, 20)),
    ]
}

fn dead(context: Context, screens: &[ScreenId], openings: &[&str]) -> Vec<String> {
    let (keymap, read) = (Keymap::default(), captures());
    let mut left: Vec<Entry> =
        keymap.entries().iter().filter(|entry| entry.context == context).cloned().collect();
    for state in STATES {
        for read in &read {
            for (screen, opening) in
                screens.iter().flat_map(|screen| openings.iter().map(move |it| (screen, it)))
            {
                if left.is_empty() {
                    return Vec::new();
                }
                try_all(&mut left, read, *screen, &format!("{opening} {state}"));
            }
        }
    }
    left.into_iter().map(|entry| entry.name).collect()
}

#[test]
fn every_key_of_every_screen_does_something() {
    for screen in ScreenId::ALL {
        assert_eq!(dead(Context::Screen(*screen), &[*screen], &[""]), Vec::<String>::new());
    }
}

#[test]
fn every_key_that_works_everywhere_does_something() {
    let screens = [ScreenId::Requests, ScreenId::Signal, ScreenId::Logs];
    let openings = ["", "4", "/ +outcome:failed enter"];
    assert_eq!(dead(Context::Global, &screens, &openings), Vec::<String>::new());
}

#[test]
fn every_key_of_every_popup_does_something() {
    for (popup, openings) in [
        (PopupKind::Help, &["?", "? down down", "? pagedown", "? / +quit"][..]),
        (PopupKind::Filter, &["/ +lay", "/ +layer:gateway enter /", "/ +layer:span enter / up"]),
        (PopupKind::Prompt, &["5 s +abc"]),
        (PopupKind::Picker, &["J", "J end", "J down down", ": pagedown pagedown"]),
    ] {
        assert_eq!(dead(Context::Popup(popup), &[ScreenId::Requests], openings), Vec::<String>::new());
    }
}

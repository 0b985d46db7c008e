//! Helpers for tests of screens: a model of a capture, keys, and the frame as text.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::message::{Data, Effect, Hits, Message, Progress};
use super::model::{Model, Settings};
use super::screens::ScreenId;
use super::session::Session;
use super::theme::Look;
use super::time::Zone;
use super::{picture, update, view};
use crate::case::{Baseline, Case, Options};
use crate::filter::ResultFacts;
use crate::model::{Bytes, Input, SignalKey};
use crate::rules::Catalogue;
use crate::text::Door;

/// An empty model of the size, with the built-in rules.
pub(super) fn empty(size: (u16, u16)) -> Model {
    static OPTIONS: LazyLock<Arc<Options>> = LazyLock::new(|| {
        let catalogue = Catalogue::builtin().expect("built-in rules are readable");
        Arc::new(Options { catalogue, lateness: Duration::ZERO, filter: None })
    });
    Model::new(Settings {
        size,
        look: Look::default(),
        zone: Zone::Utc,
        keymap: super::keys::Keymap::default(),
        mouse: true,
        door: Door { redact: true },
        options: OPTIONS.clone(),
        session: Session::default(),
        capture: "capture".into(),
    })
}

/// A model with everything of `samples/<sample>` read.
pub(super) fn model(sample: &str, size: (u16, u16)) -> Model {
    of(inputs(sample), size)
}

/// A model of these inputs.
pub(super) fn of(inputs: Vec<Input>, size: (u16, u16)) -> Model {
    let mut model = empty(size);
    let options = model.shared.options.clone();
    let case = Arc::new(Case::open(inputs, Vec::new(), &options));
    let snapshot = Arc::new(case.snapshot(&options));
    send(&mut model, Message::Data(Data::Progress(Progress { is_done: true, ..Progress::default() })));
    send(&mut model, Message::Data(Data::Case { case, snapshot }));
    model
}

/// Sends a message, answers the effects that ask the case, and returns the others.
pub(super) fn send(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut left = Vec::new();
    let mut open = update(model, message, Duration::ZERO);
    while let Some(effect) = open.pop() {
        match answer(model, &effect) {
            Some(data) => open.extend(update(model, Message::Data(data), Duration::ZERO)),
            None => left.push(effect),
        }
    }
    left
}

fn answer(model: &Model, effect: &Effect) -> Option<Data> {
    let case = model.shared.case.clone()?;
    if let Effect::Find { id, needle, stretch } = effect {
        return Some(Data::Found { id: *id, signals: needle.among(&case, stretch.clone()) });
    }
    if let Effect::Count { filter, stretch } = effect {
        let signals = case.search(filter).among(stretch.clone());
        let mut requests: Vec<_> = signals.iter().filter_map(|key| case.request_of(*key)).collect();
        requests.sort();
        requests.dedup();
        return Some(Data::Counted { filter: filter.clone(), signals: signals.len() as u64, requests });
    }
    if let Effect::Rank { id, typed, places, stretch } = effect {
        return Some(Data::Ranked { id: *id, found: places.among(typed, stretch.clone()) });
    }
    if let Effect::Walk(request) = effect {
        return Some(Data::Walk(Arc::new(case.walk(*request))));
    }
    if let Effect::Judge(switches) = effect {
        let snapshot = Arc::new(case.snapshot_with(&model.shared.options, switches));
        return Some(Data::Case { case, snapshot });
    }
    if let Effect::Compare { failing, healthy } = effect {
        let baseline = healthy.map_or(Baseline::Automatic, Baseline::Request);
        return Some(Data::Comparison(Arc::new(case.compare(*failing, &baseline, &[]))));
    }
    if matches!(effect, Effect::Audit) {
        return Some(Data::Audit(Arc::new(case.audit())));
    }
    let Effect::Search { id, filter } = effect else { return None };
    let passes = |key: &SignalKey| {
        let signal = case.signal(*key);
        let facts = ResultFacts { rules: &[], outcome: signal.outcome };
        filter.matches(&signal) && filter.matches_result(facts)
    };
    let signals: Vec<SignalKey> = (0..case.briefs().len() as u32).map(SignalKey).filter(passes).collect();
    let mut requests: Vec<_> = signals.iter().filter_map(|key| case.request_of(*key)).collect();
    requests.sort();
    requests.dedup();
    Some(Data::Hits { id: *id, hits: Arc::new(Hits { signals, requests, is_complete: true }) })
}

/// Presses keys, written as in the key table and separated by spaces.
pub(super) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace().flat_map(|key| send(model, Message::Key(key.parse().expect("a key")))).collect()
}

/// Shows a screen.
pub(super) fn show(model: &mut Model, screen: ScreenId) {
    send(model, Message::Show(screen));
}

/// The frame.
pub(super) fn frame(model: &Model) -> Buffer {
    let size = model.shared.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).expect("a test terminal");
    terminal.draw(|frame| view(model, frame)).expect("a frame");
    terminal.backend().buffer().clone()
}

/// The frame as text.
pub(super) fn screen(model: &Model) -> String {
    picture::text(&frame(model))
}

/// The inputs of `samples/<sample>`.
pub(super) fn inputs(sample: &str) -> Vec<Input> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(sample);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a sample").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let captures = paths.iter().filter(|path| path.extension().is_none_or(|extension| extension != "md"));
    let input = |path: &PathBuf| Input {
        path: path.file_name().expect("a name").to_string_lossy().into_owned(),
        bytes: Bytes::new(std::fs::read(path).expect("a readable file")),
    };
    captures.map(input).collect()
}

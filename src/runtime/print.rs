//! One frame without a terminal.

use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::case::Case;
use crate::source::Loaded;
use crate::tui::message::Progress;
use crate::tui::screens::ScreenId;
use crate::tui::{Data, Effect, Message, Model, Settings, picture, update, view};

use super::answer::Known;
use super::judge::Judge;

/// Draws `screen` of what was loaded and returns it as text, or as SVG.
pub fn print_screen(loaded: Loaded, settings: Settings, screen: ScreenId, as_svg: bool) -> String {
    let (size, theme, door) = (settings.size, settings.look.theme, settings.door);
    let options = settings.options.clone();
    let judge = Judge::new(Arc::clone(&options), settings.session.rules.clone());
    let mut model = Model::new(settings);
    let (inputs, opening) = loaded.split();
    let case = Arc::new(Case::open(inputs, opening, &options));
    let snapshot = Arc::new(case.snapshot_with(&options, &model.shared.switches));
    let known = Known { case: case.clone(), snapshot: snapshot.clone() };
    let done = Data::Progress(Progress { is_done: true, ..Progress::default() });
    let mut messages =
        vec![Message::Show(screen), Message::Data(done), Message::Data(Data::Case { case, snapshot })];
    while let Some(message) = messages.pop() {
        for effect in update(&mut model, message, Duration::ZERO) {
            match effect {
                Effect::Search { id, filter } => known.search(id, &filter, &mut |hits| {
                    messages.push(Message::Data(hits));
                    true
                }),
                effect => messages.extend(known.answer(&effect, &judge, door).map(Message::Data)),
            }
        }
    }
    let Ok(mut terminal) = Terminal::new(TestBackend::new(size.0, size.1));
    let Ok(_) = terminal.draw(|frame| view(&model, frame));
    let buffer = terminal.backend().buffer();
    if as_svg { picture::svg(buffer, theme) } else { picture::text(buffer) }
}

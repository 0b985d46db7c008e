//! One frame without a terminal.

use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::tui::screens::ScreenId;
use crate::tui::{Data, Message, Model, Settings, picture, update, view};

use super::answer::Questions;
use super::worker::{self, Load};

/// Draws `screen` of what `load` gives and returns it as text, or as SVG.
pub fn print_screen(load: Load, settings: Settings, screen: ScreenId, as_svg: bool) -> String {
    let (size, theme, options) = (settings.size, settings.look.theme, settings.options.clone());
    let mut model = Model::new(settings);
    let told = std::sync::Mutex::new(Vec::new());
    let tell = |data| told.lock().map(|mut told| told.push(data)).is_ok();
    let case = worker::open(load, &options, &tell);
    let mut questions = Questions::new(Arc::clone(&case), &options);
    let mut messages: Vec<Message> =
        told.into_inner().unwrap_or_default().into_iter().map(Message::Data).collect();
    messages.push(Message::Show(screen));
    messages.reverse();
    while let Some(message) = messages.pop() {
        for effect in update(&mut model, message, Duration::ZERO) {
            messages.extend(questions.answer(&effect).into_iter().map(|data: Data| Message::Data(data)));
        }
    }
    let Ok(mut terminal) = Terminal::new(TestBackend::new(size.0, size.1));
    let Ok(_) = terminal.draw(|frame| view(&model, frame));
    let buffer = terminal.backend().buffer();
    if as_svg { picture::svg(buffer, theme) } else { picture::text(buffer) }
}

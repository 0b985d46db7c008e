//! The terminal screens over captures, and one of their frames as text or a picture.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use crate::runtime::{self, Ended, World};
use crate::source::STDIN;
use crate::text::Door;
use crate::tui::Settings;
use crate::tui::keys::Keymap;
use crate::tui::screens::ScreenId;
use crate::tui::session::Session;
use crate::tui::theme::{Look, ThemeName};
use crate::tui::time::Zone;

use super::judgement::Judgement;
use super::output::Target;
use super::{Outcome, captures};

/// What is shown, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Files, folders, `-`; without any, what is piped in or the sample.
    pub captures: Vec<PathBuf>,
    /// By which rules.
    pub judgement: Judgement,
    /// Whether secrets are masked.
    pub redact: bool,
    /// The theme, when one was named.
    pub theme: Option<ThemeName>,
}

/// One frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Print {
    /// Which screen.
    pub screen: ScreenId,
    /// Columns and rows.
    pub size: (u16, u16),
    /// As a picture.
    pub svg: bool,
    /// Where to.
    pub output: Target,
}

/// Whether the screens can be shown: they draw on standard output and read keys from the terminal.
pub fn has_terminal() -> bool {
    io::stdout().is_terminal() && (io::stdin().is_terminal() || controlling_terminal())
}

#[cfg(unix)]
fn controlling_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

#[cfg(not(unix))]
fn controlling_terminal() -> bool {
    false
}

/// Shows the screens until the person quits.
///
/// # Errors
/// When an option contradicts what there is, or the terminal cannot be used.
pub fn view(view: &View) -> anyhow::Result<Outcome> {
    let settings = settings(view)?;
    let world = World { load: load(view), mouse: true };
    match runtime::run(world, settings)
        .context("the terminal cannot be used; try --rule-check or --report")?
    {
        Ended::Quit => Ok(Outcome::Clean),
        Ended::Signal(signal) => {
            end_by(signal);
            Ok(Outcome::Clean)
        }
    }
}

/// Ends the process as the signal would have, so that whoever waits for it sees how it ended.
#[cfg(unix)]
fn end_by(signal: i32) {
    let _ = runtime::end_by(signal);
}

#[cfg(not(unix))]
fn end_by(_signal: i32) {}

/// Writes one frame.
///
/// # Errors
/// When an option contradicts what there is, or the output cannot be written.
pub fn print_screen(view: &View, print: &Print) -> anyhow::Result<Outcome> {
    let settings = Settings { size: print.size, ..settings(view)? };
    let frame = runtime::print_screen(load(view), settings, print.screen, print.svg);
    print.output.write(|out: &mut dyn Write| out.write_all(frame.as_bytes()))?;
    Ok(Outcome::Clean)
}

fn settings(view: &View) -> anyhow::Result<Settings> {
    let (options, _) = view.judgement.options()?;
    Ok(Settings {
        size: (80, 24),
        look: Look { theme: view.theme.unwrap_or(ThemeName::Dark), ..Look::default() },
        zone: Zone::Utc,
        keymap: Keymap::default(),
        door: Door { redact: view.redact },
        options: Arc::new(options),
        session: Session::default(),
        capture: title(&view.captures),
    })
}

fn title(captures: &[PathBuf]) -> String {
    match captures {
        [] => "sample incident".into(),
        [one] if one.as_os_str() == STDIN => "standard input".into(),
        [one] => one.display().to_string(),
        [first, rest @ ..] => format!("{} and {} more", first.display(), rest.len()),
    }
}

fn load(view: &View) -> runtime::Load {
    let named = view.captures.clone();
    Box::new(move || captures::load_quietly(&named))
}

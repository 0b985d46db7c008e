//! The terminal screens over captures, and one of their frames as text or a picture.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use crate::runtime::{self, Ended, RunError, World};
use crate::source::STDIN;
use crate::text::Door;
use crate::tui::Settings;
use crate::tui::keys::{self, Keymap};
use crate::tui::screens::ScreenId;
use crate::tui::session::Session;
use crate::tui::theme::{self, Look, ThemeName};
use crate::tui::time::Zone;

use super::config::{self, Config};
use super::feed::Feed;
use super::judgement::Judgement;
use super::live::{self, Sources};
use super::output::{Target, note};
use super::progress::Talk;
use super::{Outcome, captures, remember};

/// What is shown, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Files, folders, `-`; without any, what is piped in or the sample.
    pub captures: Vec<PathBuf>,
    /// What is read from AWS besides.
    pub live: Option<Sources>,
    /// By which rules.
    pub judgement: Judgement,
    /// Whether secrets are masked.
    pub redact: bool,
    /// The theme, when one was named.
    pub theme: Option<ThemeName>,
    /// Whether files are read again when they grow.
    pub follow: bool,
    /// Whether signs are ASCII whatever the locale.
    pub ascii: bool,
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

/// Whether the screens can be shown: they draw on standard output, which has to be more than a printer of lines, and
/// read keys from the terminal.
pub fn has_terminal() -> bool {
    let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
    !is_dumb && io::stdout().is_terminal() && (io::stdin().is_terminal() || controlling_terminal())
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
/// When an option or the configuration contradicts what there is, or the terminal cannot be used.
pub fn view(view: &View) -> anyhow::Result<Outcome> {
    let (config, keymap) = config::load()?;
    let place = remember::place(&remembered(view));
    let settings = Settings {
        look: look(view, &config),
        zone: config.time_zone.unwrap_or(Zone::Utc),
        keymap,
        mouse: config.mouse.unwrap_or(true),
        session: remember::load(place.as_deref()),
        ..settings(view)?
    };
    let door = settings.door;
    let (captures, follow) = (view.captures.clone(), view.follow);
    let open = Box::new(move |recording| -> runtime::Load {
        let mut feed = Feed::new(&captures, follow, recording);
        Box::new(move |now| feed.look(now))
    });
    let live = view.live.as_ref().map(Sources::beside_screens);
    let world = World { open, live, variable };
    let left = runtime::run(world, settings).map_err(|error| live::in_safe_words(&error, door))?;
    if let Some(place) = place
        && let Err(error) = remember::save(&place, &left.session)
    {
        note(&format!("'{}' cannot be written, so the next run starts afresh: {error:#}", place.display()));
    }
    let outcome = match (&view.live, &left.collected) {
        (Some(sources), Some(ended)) => sources.take_leave(ended, door)?,
        _ => Outcome::Clean,
    };
    if let Some(fault) = left.fault {
        bail!(fault);
    }
    let ended = left.ended.map_err(RunError::Terminal)?;
    #[cfg(unix)]
    if let Ended::Signal(signal) = ended {
        // Whoever waits for the process sees how it ended.
        runtime::end_by(signal)?;
    }
    Ok(outcome)
}

/// What names the capture from one run to the next: a recorded one is named like any other.
fn remembered(view: &View) -> Vec<PathBuf> {
    let kept = view.live.as_ref().map(Sources::folder);
    match kept {
        Some(folder) => view.captures.iter().cloned().chain(folder).collect(),
        None => view.captures.clone(),
    }
}

/// Writes one frame. The configuration has no say, so that the same words give the same frame everywhere.
///
/// # Errors
/// When an option contradicts what there is, or the output cannot be written.
pub fn print_screen(view: &View, print: &Print) -> anyhow::Result<Outcome> {
    let settings = Settings { size: print.size, ..settings(view)? };
    let live =
        view.live.as_ref().map(|sources| live::read(sources, settings.door, Talk::Brief)).transpose()?;
    let loaded = match &live {
        Some(live) => captures::load_with(&view.captures, false, Some(live))?,
        None => Feed::new(&view.captures, false, None).whole(),
    };
    let frame = runtime::print_screen(loaded, settings, print.screen, print.svg);
    print.output.write(|out: &mut dyn Write| out.write_all(frame.as_bytes()))?;
    Ok(if live.is_some_and(|live| live.is_partial) { Outcome::Partial } else { Outcome::Clean })
}

/// Writes the key table as Markdown.
///
/// # Errors
/// When the configuration cannot be understood, or the output cannot be written.
pub fn print_keys(output: &Target) -> anyhow::Result<Outcome> {
    let (_, keymap) = config::load()?;
    output.write(|out: &mut dyn Write| out.write_all(keys::markdown(&keymap).as_bytes()))?;
    Ok(Outcome::Clean)
}

fn settings(view: &View) -> anyhow::Result<Settings> {
    let (options, _) = view.judgement.options()?;
    let symbols = if view.ascii { &theme::ASCII } else { &theme::UNICODE };
    Ok(Settings {
        size: (80, 24),
        look: Look { theme: view.theme.unwrap_or(ThemeName::Dark), symbols },
        zone: Zone::Utc,
        keymap: Keymap::default(),
        mouse: true,
        door: Door { redact: view.redact },
        options: Arc::new(options),
        session: Session::default(),
        capture: title(view),
    })
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// Options before the environment's wishes before the configuration before what the terminal can do.
fn look(view: &View, config: &Config) -> Look {
    let is_true_colour =
        variable("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit"));
    let able = if is_true_colour { ThemeName::Dark } else { ThemeName::Ansi };
    let asked = variable("NO_COLOR").map(|_| ThemeName::Plain).or(config.theme);
    let is_ascii = view.ascii || config.ascii.unwrap_or_else(|| !speaks_unicode());
    Look {
        theme: view.theme.or(asked).unwrap_or(able),
        symbols: if is_ascii { &theme::ASCII } else { &theme::UNICODE },
    }
}

/// Whether the locale has Unicode, by the variable that decides.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    cfg!(windows)
        || locale.is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
}

fn title(view: &View) -> String {
    let live = view.live.as_ref().map(|sources| match sources.folder() {
        Some(folder) => folder.display().to_string(),
        None => "live".to_owned(),
    });
    let name = |capture: &PathBuf| match capture.to_str() {
        Some(STDIN) => "standard input".to_owned(),
        _ => capture.display().to_string(),
    };
    let names: Vec<String> = live.into_iter().chain(view.captures.iter().map(name)).collect();
    match &names[..] {
        [] => "sample incident".into(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

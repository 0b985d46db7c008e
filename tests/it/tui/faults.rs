//! Faults of the program itself, on the thread of the screens and on one behind them: the terminal is given back, and
//! what to report is told.
//!
//! The product has no switch for this: a world whose captures or variables panic is given to the same loop, in a
//! process of its own, which is this test binary.

use std::env;
use std::process::exit;
use std::sync::Arc;
use std::time::Duration;

use agentcore_triage::case::Options;
use agentcore_triage::rules::Catalogue;
use agentcore_triage::runtime::{self, World};
use agentcore_triage::text::Door;
use agentcore_triage::tui::Settings;
use agentcore_triage::tui::keys::Keymap;
use agentcore_triage::tui::session::Session;
use agentcore_triage::tui::theme::Look;
use agentcore_triage::tui::time::Zone;

use super::folder;
use super::terminal::{Terminal, is_given_back};

/// Names the thread on which the child of a test panics.
const FAULT: &str = "TRIAGE_TEST_FAULT";

#[test]
#[ignore = "the child of the other tests of this file"]
#[allow(clippy::exit, reason = "its exit code is looked at, not that of a test")]
fn child() {
    let Ok(fault) = env::var(FAULT) else { return };
    let left = runtime::run(world(&fault), settings()).expect("a terminal");
    exit(match left.fault {
        Some(fault) => {
            println!("{fault}");
            2
        }
        None => 0,
    });
}

fn world(fault: &str) -> World {
    let on_screen = fault == "screen";
    World {
        open: Box::new(move |_| {
            Box::new(move |_| {
                assert!(on_screen, "on purpose, with \x1b[2J and AKIAIOSFODNN7EXAMPLE");
                agentcore_triage::source::Look::default()
            })
        }),
        live: None,
        // The variables are asked for once the first frame is drawn.
        variable: if on_screen { |name| panic!("on purpose, {name}") } else { |_| None },
    }
}

fn settings() -> Settings {
    let catalogue = Catalogue::builtin().expect("readable rules");
    Settings {
        size: (80, 24),
        look: Look::default(),
        zone: Zone::Utc,
        keymap: Keymap::default(),
        mouse: true,
        door: Door { redact: true },
        options: Arc::new(Options { catalogue, lateness: Duration::ZERO, filter: None }),
        session: Session::default(),
        capture: "fault".to_owned(),
    }
}

fn start(fault: &str) -> Terminal {
    let arguments = ["--exact", "tui::faults::child", "--ignored", "--nocapture"];
    let program = env::current_exe().expect("this binary");
    Terminal::start_program(&program, folder().path(), &arguments, &[(FAULT, fault)], (100, 30))
}

#[test]
fn a_fault_of_the_screens_is_told_on_a_terminal_as_before() {
    let mut terminal = start("screen");
    terminal.until("please report these lines");
    terminal.until("on purpose, DISPLAY");
    terminal.until_it("the terminal is given back", is_given_back);
    terminal.until("faults.rs:");
    assert!(!terminal.finish().success());
}

#[test]
fn a_fault_of_the_reader_is_told_on_the_screen_and_what_to_report_at_the_end() {
    let mut terminal = start("reader");
    terminal.until("reading was ended by a fault of the program");
    terminal.press("?");
    terminal.until("╭ Keys");
    terminal.press("q");
    // The line goes with the next key; that nothing more is read stays.
    terminal.until_it("the fault is still told", |screen| {
        screen.contents().contains("reading was ended") && !screen.contents().contains("╭ Keys")
    });
    terminal.press("q");
    terminal.until("thread 'reader' at");
    terminal.until("on purpose, with");
    assert!(!terminal.screen().contains("AKIAIOSFODNN7EXAMPLE"), "{}", terminal.screen());
    assert!(!terminal.finish().success());
}

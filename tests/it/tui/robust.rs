//! Whatever happens to the terminal or the process: the program ends or goes on, and the terminal is as before.

use std::fs;
use std::path::Path;

use super::terminal::{Terminal, is_given_back};
use super::{ESC, INCIDENT, folder};

/// What is remembered in this home folder.
fn remembered(home: &Path) -> String {
    let sessions = home.join(".local/state/agentcore-triage/sessions");
    let files = fs::read_dir(sessions).into_iter().flatten();
    files.map(|file| fs::read_to_string(file.expect("an entry").path()).expect("text")).collect()
}

/// Shows the logs, so that there is something to remember.
fn started(terminal: &mut Terminal) {
    terminal.until("7 requests, 2 failed");
    terminal.press("5");
    terminal.until("all signals");
}

#[test]
fn whoever_ends_the_program_finds_the_terminal_as_before_and_the_session_kept() {
    for name in ["TERM", "HUP", "INT"] {
        let folder = folder();
        let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (100, 30));
        started(&mut terminal);
        terminal.signal(name);
        assert!(!terminal.finish().success(), "{name}");
        assert!(remembered(folder.path()).contains("screen = \"logs\""), "{name}");
    }
}

#[test]
fn a_window_that_is_closed_ends_the_program_and_the_session_is_kept() {
    for apart in [false, true] {
        let folder = folder();
        let start = if apart { Terminal::start_apart } else { Terminal::start };
        let mut terminal = start(folder.path(), &[INCIDENT], (100, 30));
        started(&mut terminal);
        assert!(!terminal.close().success());
        assert!(remembered(folder.path()).contains("screen = \"logs\""), "apart: {apart}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_window_that_changes_while_the_program_is_stopped_is_drawn_in_its_new_size() {
    let folder = folder();
    let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (100, 30));
    terminal.until("7 requests, 2 failed");
    terminal.press(super::CTRL_Z);
    terminal.until_it("the terminal is given back", is_given_back);
    terminal.until_stopped();
    terminal.resize(120, 40);
    terminal.signal("CONT");
    terminal.until_it("the keys stand in the new last row", |screen| {
        screen.rows(0, 120).nth(39).is_some_and(|row| row.contains("help"))
    });
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_is_stopped_from_outside_takes_the_terminal_again() {
    let folder = folder();
    let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (100, 30));
    terminal.until("7 requests, 2 failed");
    terminal.signal("STOP");
    terminal.until_stopped();
    // The shell that has the terminal meanwhile clears it.
    terminal.forget();
    terminal.signal("CONT");
    terminal.until("7 requests, 2 failed");
    terminal.until_it("the alternate screen is back", vt100::Screen::alternate_screen);
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn a_terminal_of_any_size_is_no_reason_to_fail() {
    let folder = folder();
    let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (0, 0));
    terminal.until("7 requests, 2 failed");
    terminal.claim(1, 1);
    terminal.until_it("nothing fits", |screen| !screen.contents().contains("Requests"));
    terminal.claim(u16::MAX, u16::MAX);
    terminal.until("Requests");
    terminal.claim(u16::MAX, 1);
    terminal.until_it("nothing fits", |screen| !screen.contents().contains("Requests"));
    terminal.resize(100, 30);
    terminal.until("7 requests, 2 failed");
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn a_terminal_that_only_prints_lines_gets_lines() {
    let folder = folder();
    let mut terminal = Terminal::start_with(folder.path(), &[INCIDENT], &[("TERM", "dumb")], (160, 50));
    terminal.until("gateway-param-type-mismatch");
    assert!(!terminal.has_written(ESC.as_bytes()));
    assert!(terminal.finish().success());
}

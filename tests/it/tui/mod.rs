//! The screens as a person meets them: keys in, a terminal out.

mod faults;
mod following;
mod habits;
mod pictures;
mod robust;
mod terminal;

use std::fs;

use terminal::Terminal;

/// The incident in which a Gateway refuses a tool call whose argument has the wrong type.
const INCIDENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/schema-mismatch");

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_Z: &str = "\x1a";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn from_the_first_screen_to_the_exported_report() {
    let folder = folder();
    let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (120, 40));
    terminal.until("7 requests, 2 failed");
    terminal.press("/");
    terminal.until("free text");
    terminal.press("status:failed");
    terminal.press(ENTER);
    terminal.until("filter status:failed");
    terminal.until_it("only failed requests are listed", |screen| !screen.contents().contains("✓ ok"));
    terminal.press("]");
    terminal.press(ENTER);
    terminal.until("Field 'max_results' of trail___lookup_events");
    terminal.until("$ aws bedrock-agentcore-control synchronize-gateway-targets");
    terminal.press("c");
    terminal.until("copied");
    terminal.press("x");
    terminal.until("root-cause report");
    terminal.press(ENTER);
    terminal.until("triage-report.md");
    terminal.press(ENTER);
    terminal.until("report written to /");
    let report = fs::read_to_string(folder.path().join("triage-report.md")).expect("a report");
    assert!(report.contains("gateway-param-type-mismatch"), "{report}");
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn a_smaller_window_is_drawn_anew_and_a_tiny_one_says_so() {
    let folder = folder();
    let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (120, 40));
    terminal.until("7 requests, 2 failed");
    terminal.resize(80, 24);
    terminal.until_it("the keys stand in the last row", |screen| {
        screen.rows(0, 80).nth(23).is_some_and(|row| row.contains("help"))
    });
    terminal.resize(40, 10);
    terminal.until("This terminal has 40 x 10");
    terminal.resize(100, 30);
    terminal.until("7 requests, 2 failed");
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_gives_the_terminal_back_until_the_program_goes_on() {
    let folder = folder();
    let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (100, 30));
    terminal.until("7 requests, 2 failed");
    terminal.press(CTRL_Z);
    terminal.until_it("the terminal is given back", terminal::is_given_back);
    terminal.until_stopped();
    assert!(terminal.has_settings_as_before());
    terminal.signal("CONT");
    terminal.until_it("the screens are back", vt100::Screen::alternate_screen);
    terminal.until("7 requests, 2 failed");
    terminal.press("?");
    terminal.until("╭ Keys");
    terminal.press(ESC);
    // Escape and a letter in one go would be Alt with that letter.
    terminal.until_it("the help is closed", |screen| !screen.contents().contains("╭ Keys"));
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn the_second_run_goes_on_where_the_first_one_ended() {
    let folder = folder();
    let mut first = Terminal::start(folder.path(), &[INCIDENT], (120, 40));
    first.until("7 requests, 2 failed");
    first.press("/tool~cost");
    first.until("tool~cost");
    first.press(ENTER);
    first.until("filter tool~cost");
    first.press("5q");
    assert!(first.finish().success());
    let mut second = Terminal::start(folder.path(), &[INCIDENT], (120, 40));
    second.until("filter tool~cost");
    second.press("\\");
    second.until("filter off");
    second.press("q");
    assert!(second.finish().success());
}

#[test]
fn a_file_that_grows_is_followed() {
    let folder = folder();
    let log = folder.path().join("server.log");
    fs::write(&log, crate::program::HEALTHY).expect("a file");
    let mut terminal = Terminal::start(folder.path(), &["-f", "server.log"], (120, 40));
    terminal.until("following");
    let incident = fs::read(format!("{INCIDENT}/gateway.json")).expect("a sample");
    fs::write(&log, incident).expect("a file");
    terminal.until("7 requests, 2 failed");
    terminal.press("q");
    assert!(terminal.finish().success());
}

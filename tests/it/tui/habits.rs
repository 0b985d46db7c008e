//! What people expect of a good program in a terminal: filters, copies, pager and editor, exports, configuration.

use std::fs;
use std::path::Path;

use super::terminal::Terminal;
use super::{ENTER, ESC, INCIDENT, folder};

const CTRL_R: &str = "\x12";
const CTRL_S: &str = "\x13";
const CTRL_U: &str = "\x15";
const UP: &str = "\x1b[A";

fn start(folder: &Path, variables: &[(&str, &str)]) -> Terminal {
    let mut terminal = Terminal::start_with(folder, &[INCIDENT], variables, (120, 40));
    terminal.until("7 requests, 2 failed");
    terminal
}

fn closed(terminal: &mut Terminal, title: &str) {
    let title = format!("╭ {title}");
    terminal.until_it("the box is closed", |screen| !screen.contents().contains(&title));
}

#[test]
fn a_filter_counts_while_it_is_typed_and_is_kept_listed_and_cleared() {
    let folder = folder();
    let mut terminal = start(folder.path(), &[]);
    terminal.press("/status:failed");
    terminal.until(" of 7 requests");
    terminal.until("2 of 7 requests");
    terminal.press(" layer:gatewax");
    terminal.until("^ unknown value `gatewax` (did you mean `gateway`?)");
    terminal.press("\x7f");
    terminal.press("y");
    terminal.until_it("the error is gone", |screen| !screen.contents().contains("unknown value"));
    terminal.press(CTRL_S);
    terminal.until("filter saved");
    terminal.press(ENTER);
    terminal.until("filter status:failed layer:gateway");
    terminal.press("|");
    terminal.until_it("the filter is gone", |screen| !screen.contents().contains("filter status:failed"));
    terminal.press(CTRL_R);
    terminal.until("saved");
    terminal.press(ENTER);
    terminal.until("filter status:failed layer:gateway");
    terminal.press("/");
    terminal.until("╭ Filter");
    terminal.press(CTRL_U);
    terminal.press("unfinished");
    terminal.until("│ unfinished");
    terminal.press(UP);
    terminal.until("│ status:failed layer:gateway");
    terminal.press("\x1b[B");
    terminal.until("│ unfinished");
    terminal.press(ESC);
    closed(&mut terminal, "Filter");
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn a_copy_reaches_the_terminal_also_through_tmux() {
    // The command of the fix, encoded, begins with "aws bedrock".
    let plain = b"\x1b]52;c;YXdzIGJlZHJvY2s";
    let wrapped = b"\x1bPtmux;\x1b\x1b]52;c;YXdzIGJlZHJvY2s";
    for (variables, is_wrapped) in [(&[][..], false), (&[("TMUX", "/tmp/tmux")][..], true)] {
        let folder = folder();
        let mut terminal = start(folder.path(), variables);
        terminal.press("3");
        terminal.until("$ aws bedrock-agentcore-control synchronize-gateway-targets");
        terminal.press("c");
        terminal.until_written(plain);
        terminal.until("copied");
        assert_eq!(terminal.has_written(wrapped), is_wrapped);
        terminal.press("q");
        assert!(terminal.finish().success());
    }
}

/// A program that keeps what it was called with, and how the file that it was given may be read.
fn witness(folder: &Path, exit: u8) -> String {
    let script = folder.join("witness");
    let lines =
        format!("#!/bin/sh\necho \"$1\" > seen\nls -l \"$2\" >> seen\ncat \"$2\" >> seen\nexit {exit}\n");
    fs::write(&script, lines).expect("a script");
    format!("sh {} --flag", script.display())
}

#[test]
fn a_record_is_opened_in_pager_and_editor_with_their_arguments_and_a_file_for_nobody_else() {
    let folder = folder();
    let pager = witness(folder.path(), 0);
    let mut terminal = start(folder.path(), &[("PAGER", &pager), ("EDITOR", "no-such-editor -w")]);
    terminal.press("4");
    terminal.until("Decoded");
    terminal.press("p");
    terminal.until_it("the pager had the terminal and gave it back", |screen| {
        folder.path().join("seen").exists()
            && screen.alternate_screen()
            && screen.contents().contains("Decoded")
    });
    let seen = fs::read_to_string(folder.path().join("seen")).expect("what the pager saw");
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines[0], "--flag");
    assert!(lines[1].starts_with("-rw-------"), "{seen}");
    assert!(lines.len() > 2 && !lines[2].is_empty(), "{seen}");
    let file = lines[1].split_whitespace().last().expect("a path");
    terminal.press("e");
    terminal.until("'no-such-editor -w' was not found");
    assert!(!Path::new(file).exists(), "{file} is left");
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn an_editor_that_fails_is_told() {
    let folder = folder();
    let editor = witness(folder.path(), 3);
    let mut terminal = start(folder.path(), &[("VISUAL", &editor)]);
    terminal.press("e");
    terminal.until("ended with exit status: 3");
    terminal.press("q");
    assert!(terminal.finish().success());
}

/// Exports the kind that `words` find, under the name that is offered.
fn export(terminal: &mut Terminal, words: &str, name: &str) {
    terminal.press("x");
    terminal.until("╭ Export");
    terminal.press(words);
    terminal.until(words);
    terminal.press(ENTER);
    terminal.until("╭ Write to");
    terminal.until(name);
    terminal.press(ENTER);
    closed(terminal, "Write to");
}

#[test]
fn what_is_exported_is_read_back_and_nothing_is_overwritten() {
    let folder = folder();
    let mut terminal = start(folder.path(), &[]);
    export(&mut terminal, "capture", "request.jsonl");
    terminal.until("signals of this request written to");
    export(&mut terminal, "expect", "expected.json");
    terminal.until("accept them with --expect");
    export(&mut terminal, "expect", "expected.json");
    terminal.until("exists already");
    terminal.press("q");
    assert!(terminal.finish().success());
    let capture = crate::program::document(&[&folder.path().join("request.jsonl")]);
    assert_eq!(capture["diagnoses"][0]["root_cause"], "gateway-param-type-mismatch", "{capture:#}");
    let expected = folder.path().join("expected.json");
    let check = ["--rule-check", INCIDENT, "--expect", expected.to_str().expect("a path")];
    assert_eq!(crate::program::run(check).code, 0);
}

#[test]
fn the_mouse_is_given_back_by_a_key_or_never_taken() {
    let takes = |screen: &vt100::Screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    let folder = folder();
    let mut terminal = start(folder.path(), &[]);
    terminal.until_it("the mouse is taken", takes);
    terminal.press("M");
    terminal.until_it("the mouse is given back", |screen| !takes(screen));
    terminal.press("M");
    terminal.until_it("the mouse is taken again", takes);
    // A click on the tab of the logs, as terminals tell it: column 36 from 1, row 1.
    let column = terminal.screen().lines().next().and_then(|tabs| tabs.find("5 Logs")).expect("a tab") + 1;
    terminal.press(&format!("\x1b[<0;{column};1M\x1b[<0;{column};1m"));
    terminal.until("all signals");
    terminal.press("q");
    assert!(terminal.finish().success());
    configure(folder.path(), "mouse = false\n");
    let mut without = start(folder.path(), &[]);
    assert!(!without.has_written(b"\x1b[?1000h"));
    without.press("q");
    assert!(without.finish().success());
}

fn configure(home: &Path, text: &str) {
    let config = home.join(".config/agentcore-triage");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("config.toml"), text).expect("a file");
}

#[test]
fn a_mistake_in_the_configuration_names_file_and_line() {
    for (text, told) in [
        ("mouse = true\n[keys]\nqiut = ['q']\n", "line 3: there is no action 'qiut'; did you mean 'quit'?"),
        ("mouse = true\n[keys]\nquit = ['hyper-q']\n", "line 3: 'hyper-q' is no key"),
        ("theme = 'pink'\n", "line 1: unknown variant `pink`"),
        ("[keys]\nquit = ['X']\nhelp = ['X']\n", "is given to 'help' and to 'quit'"),
    ] {
        let folder = folder();
        configure(folder.path(), text);
        let mut terminal = Terminal::start(folder.path(), &[INCIDENT], (200, 40));
        terminal.until("config.toml: line ");
        terminal.until(told);
        terminal.until("correct the line, or move the file away");
        assert!(!terminal.finish().success());
    }
}

#[test]
fn configured_keys_and_theme_hold() {
    let folder = folder();
    configure(
        folder.path(),
        "theme = 'light'\nascii = true\n[keys]\nquit = ['X']\nlogs-are-no-action = []\n",
    );
    let broken = Terminal::start(folder.path(), &[INCIDENT], (120, 40));
    assert!(!broken.finish().success());
    configure(folder.path(), "theme = 'light'\nascii = true\n[keys]\nquit = ['X']\n");
    let mut terminal = start(folder.path(), &[]);
    assert!(terminal.screen().is_ascii() && terminal.has_written(b"\x1b[38;2;"), "{}", terminal.screen());
    terminal.press("?");
    terminal.until("+ Keys");
    terminal.press("/quit");
    terminal.until("X");
    terminal.press(ENTER);
    terminal.press("q");
    terminal.until_it("the help is closed", |screen| !screen.contents().contains("+ Keys"));
    terminal.press("X");
    assert!(terminal.finish().success());
}

#[test]
fn no_colour_is_no_colour() {
    let folder = folder();
    let mut terminal = start(folder.path(), &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
    terminal.press("3");
    terminal.until("synchronize-gateway-targets");
    for colour in ["\x1b[38;2;", "\x1b[48;2;", "\x1b[38;5;", "\x1b[48;5;"] {
        assert!(!terminal.has_written(colour.as_bytes()));
    }
    terminal.press("q");
    assert!(terminal.finish().success());
}

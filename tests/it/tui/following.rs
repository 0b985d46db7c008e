//! Captures that grow while somebody looks: nothing of them is lost, and every key answers.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::live::stub::{Put, REGION, Stub};
use crate::live::{millis, now};

use super::terminal::Terminal;
use super::{ESC, folder};

/// Events of one burst, and bursts: 5,000 events a second for two seconds.
const BURST: usize = 500;
const BURSTS: usize = 20;
const EVENTS: usize = BURST * BURSTS;
const PAUSE: Duration = Duration::from_millis(100);

/// Writes the events, at the pace of a busy service.
fn pour(mut out: impl Write) {
    for burst in 0..BURSTS {
        let events = (burst * BURST..(burst + 1) * BURST).map(event);
        out.write_all(events.collect::<String>().as_bytes()).expect("somebody reads");
        thread::sleep(PAUSE);
    }
}

fn event(number: usize) -> String {
    let (seconds, millis) = (number / 1000, number % 1000);
    format!("2026-01-20 14:00:{seconds:02},{millis:03} - server - INFO - event {number:06}\n")
}

/// Looks at the newest record while keys are pressed, until every event is there.
fn see_all(terminal: &mut Terminal) {
    terminal.until("following");
    terminal.press("5");
    terminal.until("text");
    terminal.press("f");
    for _ in 0..5 {
        terminal.press("?");
        terminal.until("╭ Keys");
        terminal.press(ESC);
        terminal.until_it("the help is closed", |screen| !screen.contents().contains("╭ Keys"));
    }
    terminal.until(&format!("{EVENTS} signals"));
    terminal.until(&format!("event {:06}", EVENTS - 1));
    terminal.press("q");
}

#[test]
fn a_file_that_is_flooded_is_shown_to_its_last_event() {
    let folder = folder();
    let log = File::create(folder.path().join("server.log")).expect("a file");
    let mut terminal = Terminal::start(folder.path(), &["-f", "server.log"], (120, 40));
    let writer = thread::spawn(|| pour(log));
    see_all(&mut terminal);
    assert!(terminal.finish().success());
    writer.join().expect("it wrote");
}

#[test]
fn a_pipe_that_is_flooded_is_shown_to_its_last_event() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let writer = {
        let pipe = pipe.clone();
        // Opening waits for the reader.
        thread::spawn(move || pour(File::options().write(true).open(pipe).expect("a pipe")))
    };
    let mut terminal = Terminal::start_reading(folder.path(), &pipe, &[], (120, 40));
    see_all(&mut terminal);
    assert!(terminal.finish().success());
    writer.join().expect("it wrote");
}

fn append(log: &Path, text: &str) {
    File::options().append(true).open(log).expect("a file").write_all(text.as_bytes()).expect("written");
}

#[test]
fn a_file_that_is_truncated_is_told_and_what_it_held_stays() {
    let folder = folder();
    let log = folder.path().join("server.log");
    fs::write(&log, (0..50).map(event).collect::<String>()).expect("a file");
    let mut terminal = Terminal::start(folder.path(), &["-f", "server.log"], (140, 40));
    terminal.press("5");
    terminal.until(" 50 signals");
    fs::write(&log, "").expect("truncated");
    terminal.until("was truncated or written anew");
    append(&log, &event(50));
    terminal.until(" 51 signals");
    terminal.press("9");
    terminal.until("server.log (earlier 1)");
    terminal.until("records may be missing");
    terminal.press("q");
    assert!(terminal.finish().success());
}

#[test]
fn a_folder_that_is_followed_picks_up_new_files() {
    let folder = folder();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).expect("a folder");
    fs::write(logs.join("a.log"), (0..5).map(event).collect::<String>()).expect("a file");
    let mut terminal = Terminal::start(folder.path(), &["-f", "logs"], (120, 40));
    terminal.press("5");
    terminal.until(" 5 signals");
    fs::write(logs.join("b.log"), (5..8).map(event).collect::<String>()).expect("a file");
    terminal.until(" 8 signals");
    terminal.press("q");
    assert!(terminal.finish().success());
}

/// The group of a runtime's endpoint.
const GROUP: &str = "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT";

/// From a put event to its finding on screen, with Live Tail or one poll without; on a busy machine.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn what_is_put_shows_on_screen_and_the_capture_is_kept() {
    let folder = folder();
    let stub = Stub::start();
    stub.with(|world| world.logs.create(GROUP));
    let url = stub.url();
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIDTEST"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &url),
    ];
    let arguments = ["--log-group", GROUP, "--since", "5m", "-f", "--save", "kept"];
    let mut terminal = Terminal::start_with(folder.path(), &arguments, &variables, (140, 40));
    terminal.press("9");
    terminal.until("Live sources");
    terminal.until_it("the source is read", |screen| {
        let contents = screen.contents();
        contents.contains("live  ") || contents.contains("polling  ")
    });
    let begun = now();
    stub.put(GROUP, [Put::new("s", millis(), "ModuleNotFoundError: No module named 'agent_tools'")]);
    terminal.press("8");
    terminal.until("runtime-module-not-found");
    terminal.press("5");
    terminal.until("No module named 'agent_tools'");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    terminal.press("q");
    terminal.until("the capture is in kept");
    assert!(terminal.finish().success());
    assert!(folder.path().join("kept").join("manifest.json").is_file());
    let document = crate::program::document(&[&folder.path().join("kept")]);
    let sources = document["coverage"]["sources"].as_array().expect("a list");
    assert!(sources.iter().any(|source| source["name"] == GROUP && source["records"] == 1), "{document:#}");
    let inputs = document["inputs"].as_array().expect("a list").iter();
    assert!(inputs.clone().all(|input| {
        input["path"].as_str().is_some_and(|path| path.split('.').next_back() == Some("jsonl"))
    }));
}

#[test]
fn without_credentials_the_screen_says_so_and_goes() {
    let folder = folder();
    let variables = [("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REGION", REGION)];
    let mut terminal = Terminal::start_with(folder.path(), &["--log-group", GROUP], &variables, (140, 40));
    terminal.until("live sources failed: see Coverage");
    terminal.press("9");
    terminal.until("no AWS credentials were found");
    terminal.press("q");
    assert!(!terminal.finish().success());
}

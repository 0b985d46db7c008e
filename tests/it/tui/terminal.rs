//! The real binary in a real pseudo-terminal. Waiting means reading until the screen shows something.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// The longest any screen may take, on a machine that is busy with other things.
const DEADLINE: Duration = Duration::from_mins(1);

/// The program in its terminal.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    child: Box<dyn Child + Send + Sync>,
    emulator: vt100::Parser,
    before: String,
    /// Everything that was written to the terminal.
    written: Vec<u8>,
}

impl Terminal {
    /// Starts the program in `folder`, which is its home too, on a terminal of `columns` by `rows`.
    pub(crate) fn start(folder: &Path, arguments: &[&str], size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_agentcore-triage"));
        command.args(arguments);
        Self::run(command, folder, &[], size)
    }

    /// Another program, with variables in its environment.
    pub(crate) fn start_program(
        program: &Path,
        folder: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        size: (u16, u16),
    ) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        Self::run(command, folder, variables, size)
    }

    /// The same as [`start`](Self::start), not as the leader of its terminal: nobody tells it when that goes away.
    pub(crate) fn start_apart(folder: &Path, arguments: &[&str], size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_agentcore-triage"));
        command.args(arguments);
        command.set_controlling_tty(false);
        Self::run(command, folder, &[], size)
    }

    /// The same with variables in its environment.
    pub(crate) fn start_with(
        folder: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        size: (u16, u16),
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_agentcore-triage"));
        command.args(arguments);
        Self::run(command, folder, variables, size)
    }

    /// The same with `input` as its standard input; keys still come from the terminal.
    pub(crate) fn start_reading(folder: &Path, input: &Path, arguments: &[&str], size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh"]);
        command.arg(input);
        command.arg(env!("CARGO_BIN_EXE_agentcore-triage"));
        command.args(arguments);
        Self::run(command, folder, &[], size)
    }

    fn run(
        mut command: CommandBuilder,
        folder: &Path,
        variables: &[(&str, &str)],
        (columns, rows): (u16, u16),
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        // A terminal without a size is taken for a usual one.
        let (columns, rows) = if columns == 0 { (80, 24) } else { (columns, rows) };
        let before = settings(&*pair.master);
        command.env_clear();
        let usual = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")];
        for (name, value) in usual.iter().chain(variables) {
            command.env(name, value);
        }
        command.env("HOME", folder);
        command.cwd(folder);
        let child = pair.slave.spawn_command(command).expect("the binary runs");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("readable");
        let keyboard = pair.master.take_writer().expect("writable");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let emulator = vt100::Parser::new(cells(rows), cells(columns), 0);
        Self { master: pair.master, keyboard, output, child, emulator, before, written: Vec::new() }
    }

    /// Types `keys` as they are.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    /// Reads until the screen shows `text`.
    pub(crate) fn until(&mut self, text: &str) {
        self.until_it(&format!("'{text}' is on screen"), |screen| screen.contents().contains(text));
    }

    /// Reads until `condition` holds; panics with the screen when it does not.
    pub(crate) fn until_it(&mut self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) {
        let end = now() + DEADLINE;
        while !condition(self.emulator.screen()) {
            let left = end.saturating_duration_since(now());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                panic!("not so: {what}; the screen:\n{}", self.screen());
            };
            self.show(&bytes);
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        self.emulator.process(bytes);
        self.written.extend_from_slice(bytes);
    }

    /// Reads until these bytes were written, be they seen or not.
    pub(crate) fn until_written(&mut self, bytes: &[u8]) {
        let end = now() + DEADLINE;
        while !self.has_written(bytes) {
            let Ok(more) = self.output.recv_timeout(end.saturating_duration_since(now())) else {
                panic!("never written: {}; the screen:\n{}", bytes.escape_ascii(), self.screen());
            };
            self.show(&more);
        }
    }

    /// Whether these bytes were written so far.
    pub(crate) fn has_written(&self, bytes: &[u8]) -> bool {
        self.written.windows(bytes.len()).any(|part| part == bytes)
    }

    /// What is on screen.
    pub(crate) fn screen(&self) -> String {
        let screen = self.emulator.screen();
        let mut text = screen.contents();
        let _ = write!(text, "\n(alternate screen: {})", screen.alternate_screen());
        text
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.emulator.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).expect("resizable");
    }

    /// The terminal shows nothing any more and knows no modes, as if someone else had used it.
    pub(crate) fn forget(&mut self) {
        let (rows, columns) = self.emulator.screen().size();
        self.emulator = vt100::Parser::new(rows, columns, 0);
    }

    /// Lets the terminal say that it has another size than it has.
    pub(crate) fn claim(&self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).expect("resizable");
    }

    /// Closes the terminal, as when its window is closed, and waits for the end of the program.
    pub(crate) fn close(mut self) -> ExitStatus {
        let (_, nobody) = channel();
        // The thread that reads for us ends with the next output, for which a key asks.
        drop(std::mem::replace(&mut self.output, nobody));
        self.press("?");
        let Self { master, keyboard, child, .. } = &mut self;
        drop((std::mem::replace(keyboard, Box::new(std::io::sink())), std::mem::replace(master, spare())));
        let end = now() + DEADLINE;
        loop {
            if let Some(status) = child.try_wait().expect("a child") {
                return status;
            }
            assert!(now() < end, "it goes on without a terminal");
            thread::yield_now();
        }
    }

    /// Sends a signal of the operating system.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("running").to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill runs");
        assert!(status.success());
    }

    /// Waits until the process is stopped, as by Ctrl-Z.
    #[cfg(target_os = "linux")]
    pub(crate) fn until_stopped(&self) {
        let path = format!("/proc/{}/stat", self.child.process_id().expect("running"));
        let end = now() + DEADLINE;
        let is_stopped = || {
            let stat = std::fs::read_to_string(&path).expect("running");
            stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
        };
        while !is_stopped() {
            assert!(now() < end, "never stopped");
            thread::yield_now();
        }
    }

    /// Waits for the end and checks that the terminal is as it was before.
    pub(crate) fn finish(self) -> ExitStatus {
        self.finish_with().0
    }

    /// The same, with what is on screen then.
    pub(crate) fn finish_with(mut self) -> (ExitStatus, String) {
        self.until_end();
        let status = self.child.wait().expect("the binary ends");
        assert!(is_given_back(self.emulator.screen()), "{}", self.screen());
        assert_eq!(settings(&*self.master), self.before);
        (status, self.screen())
    }

    /// Reads until nobody writes any more.
    fn until_end(&mut self) {
        let end = now() + DEADLINE;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(now())) {
                Ok(bytes) => self.show(&bytes),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("never ended; the screen:\n{}", self.screen()),
            }
        }
    }

    /// Whether line editing and echo are as before.
    pub(crate) fn has_settings_as_before(&self) -> bool {
        settings(&*self.master) == self.before
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
    }
}

/// Whether an emulator is as a shell expects it.
pub(crate) fn is_given_back(screen: &vt100::Screen) -> bool {
    !screen.alternate_screen()
        && !screen.hide_cursor()
        && !screen.bracketed_paste()
        && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
}

#[allow(clippy::disallowed_methods, reason = "a deadline for waiting needs a clock")]
fn now() -> Instant {
    Instant::now()
}

/// Any terminal, in place of one that is closed.
fn spare() -> Box<dyn MasterPty + Send> {
    native_pty_system().openpty(size(80, 24)).expect("a pseudo-terminal").master
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("at least one cell")
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// The line discipline's settings, as text to compare.
fn settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has settings"))
}

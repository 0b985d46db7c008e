//! Faults of the program itself: what a panic says is kept until there is a terminal to tell it on.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::text::Door;

use super::terminal;

/// The first fault that nobody was told of: others mostly follow from it.
static UNTOLD: Mutex<Option<String>> = Mutex::new(None);

/// Longest message of a panic that is told; it may quote a record.
const MAX_MESSAGE: usize = 2_000;

/// From now on panics are kept. One of this thread is told at once, on a terminal that is given back; those of others
/// are caught where these were started, and must not print over the screen.
pub(super) fn keep_panics() {
    let ours = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        keep(info);
        if thread::current().id() == ours {
            terminal::release();
        }
        if !terminal::is_taken() {
            tell();
        }
    }));
}

/// Tells the fault that is kept, when there is one: what it is, and what to do with it.
pub(super) fn tell() {
    if let Some(fault) = take() {
        let _ = writeln!(io::stderr().lock(), "error: {fault}");
    }
}

/// The fault that is kept. It is not told again.
pub(super) fn take() -> Option<String> {
    locked().take()
}

fn keep(info: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let message = info.payload_as_str().unwrap_or("no message");
    let thread = thread::current();
    let mut fault = describe(&place, thread.name().unwrap_or("unnamed"), message);
    if backtrace.status() == BacktraceStatus::Captured {
        fault = format!("{fault}\n{backtrace}");
    }
    locked().get_or_insert(fault);
}

/// A message may quote a record, so it goes through the door whatever the person has asked for: this is to be sent.
fn describe(place: &str, thread: &str, message: &str) -> String {
    let message = Door { redact: true }.line(message, MAX_MESSAGE);
    let (version, system, machine) =
        (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    format!(
        "the program is at fault, not what it read; please report these lines:\n  agentcore-triage {version} on \
         {system} {machine}\n  thread '{thread}' at {place}: {message}"
    )
}

fn locked() -> MutexGuard<'static, Option<String>> {
    UNTOLD.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_reported_is_safe_and_names_the_place() {
        let told = describe("src/a.rs:1:2", "reader", "inside 'AKIAIOSFODNN7EXAMPLE\u{1b}[2J'");
        assert!(told.contains("thread 'reader' at src/a.rs:1:2: inside"), "{told}");
        assert!(told.contains(env!("CARGO_PKG_VERSION")), "{told}");
        assert!(!told.contains("AKIAIOSFODNN7EXAMPLE") && !told.contains('\u{1b}'), "{told}");
    }
}

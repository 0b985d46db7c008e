//! The one line of a signal that shows what a finding rests on.

use crate::model::Signal;
use crate::text::{Door, SafeText};

/// The message's line that holds `matched`; else the line that says most; else, for a signal without a message,
/// what kind of event it is. One line, at most `max` characters.
pub fn of(signal: &Signal, matched: Option<&str>, door: Door, max: usize) -> SafeText {
    let message = signal.message.trim_end();
    if message.trim().is_empty() {
        return match &signal.name {
            Some(name) => door.line(name, max),
            None if signal.body.is_null() => door.line(signal.kind.word(), max),
            None => door.line(&signal.body.to_string(), max),
        };
    }
    match matched {
        Some(matched) => door.around(message, matched, max),
        None => door.line(telling_line(message), max),
    }
}

/// The first line, or of a bare Python traceback the last one: the exception.
fn telling_line(message: &str) -> &str {
    let mut lines = message.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let is_frame = |line: &&str| line.starts_with([' ', '\t', '|', '+']);
    if first.trim_start().starts_with("Traceback (most recent call last)") {
        return lines.rev().find(|line| !is_frame(line)).unwrap_or(first);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_most_is_shown() {
        let door = Door { redact: true };
        let shown = |message: &str, matched: Option<&str>| {
            let signal = Signal { message: message.to_owned(), ..Signal::default() };
            of(&signal, matched, door, 400).to_string()
        };
        let traceback =
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: bad\n";
        assert_eq!(shown(traceback, None), "ValueError: bad");
        assert_eq!(shown(traceback, Some("a.py")), "  File \"a.py\", line 1, in f");
        assert_eq!(shown("one\ntwo", None), "one");
        assert_eq!(shown("", None), "text");
    }
}

//! Lines of the `rich` log handler: columns for time, level, message and source file, wrapped at 80 cells.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Severity;

/// A rich log record, put back on one line.
#[derive(Debug, PartialEq)]
pub(super) struct Rich<'t> {
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) file: Option<&'t str>,
    pub(super) line: Option<i64>,
    /// Text of a boxed traceback without its frame, and the exception behind it.
    pub(super) traceback: Option<String>,
}

static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:\[\d{1,2}/\d{1,2}/\d{2,4} \d\d:\d\d:\d\d\] | {20})",
        r"(?:(?P<level>TRACE|DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL) +)?\S"
    ))
    .ok()
});

static SOURCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r" (?P<file>[\w.<>/-]+\.py):(?P<line>\d+) *$").ok());

/// Whether a line starts a rich record: a time or its blank column, then a level.
pub(in crate::parse) fn starts(line: &str) -> bool {
    let found = HEAD.as_ref().and_then(|head| head.captures(line));
    found.is_some_and(|found| found.name("level").is_some() || line.starts_with('['))
}

/// Reads a record from its lines.
pub(super) fn parse(text: &str) -> Option<Rich<'_>> {
    let first = text.split('\n').next()?;
    let found = HEAD.as_ref()?.captures(first).filter(|_| starts(first))?;
    // The column in which the message starts: the last character that the head matched.
    let column = found.get(0)?.end() - 1;
    let column = if found.get(0)?.as_str().is_char_boundary(column) { column } else { return None };
    let source = SOURCE.as_ref().and_then(|pattern| pattern.captures(first));
    let end = source.as_ref().and_then(|source| source.get(0)).map_or(first.len(), |whole| whole.start());
    let width = end.checked_sub(column)?;
    let (lines, boxed) = split_box(text, first.get(column..end)?);
    let file = source.as_ref().and_then(|source| source.name("file")).map(|file| file.as_str());
    Some(Rich {
        severity: found.name("level").map_or(Severity::Unset, |level| Severity::from_level(level.as_str())),
        message: unwrap(&lines, width),
        file,
        line: source.as_ref().and_then(|source| source["line"].parse().ok()),
        traceback: boxed.map(|(inside, behind)| {
            let exception = unwrap(&behind, width);
            format!("Traceback (most recent call last):\n{inside}{exception}")
        }),
    })
}

type Boxed<'t> = (String, Vec<&'t str>);

/// Message lines, and the inside of a traceback box with the lines behind it.
fn split_box<'t>(text: &'t str, head: &'t str) -> (Vec<&'t str>, Option<Boxed<'t>>) {
    let mut lines = vec![head.trim_end()];
    let mut boxed: Option<Boxed<'t>> = None;
    for line in text.split('\n').skip(1) {
        let line = line.trim();
        let Some((inside, behind)) = &mut boxed else {
            if line.starts_with('╭') {
                boxed = Some((String::new(), Vec::new()));
            } else {
                lines.push(line);
            }
            continue;
        };
        if let Some(content) = line.strip_prefix('│') {
            let content = content.trim_end_matches('│').trim_end();
            inside.push_str(content);
            inside.push('\n');
        } else if !line.starts_with('╰') {
            behind.push(line);
        }
    }
    (lines, boxed)
}

/// Joins wrapped lines: with a space, or without one where a word longer than the column was folded (such a piece
/// fills the whole column and holds no space).
fn unwrap(lines: &[&str], width: usize) -> String {
    let mut message = String::new();
    let mut is_folded = false;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        if !message.is_empty() && !is_folded {
            message.push(' ');
        }
        message.push_str(line);
        is_folded = line.chars().count() == width && !line.contains(' ');
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRAPPED: &str = "                    WARNING  Invalid Content-Type       transport_security.py:97\n\
        \x20                            header:                                            \n\
        \x20                            application/x-www-form-url                         \n\
        \x20                            encoded                                            ";

    #[test]
    fn a_wrapped_message_is_one_line_and_its_file_is_apart() {
        let rich = parse(WRAPPED).unwrap();
        assert_eq!(rich.message, "Invalid Content-Type header: application/x-www-form-urlencoded");
        assert_eq!((rich.file, rich.line), (Some("transport_security.py"), Some(97)));
        assert_eq!(rich.severity, Severity::Warn);
    }

    #[test]
    fn a_boxed_traceback_keeps_its_exception() {
        let text = "[11/20/26 18:14:07] Error calling tool 'stock_level'                            \n\
            \x20                   ╭─────────── Traceback (most recent call last) ────────────╮\n\
            \x20                   │ /app/fastmcp_server.py:16 in stock_level                 │\n\
            \x20                   ╰──────────────────────────────────────────────────────────╯\n\
            \x20                   KeyError: 'X9'                                              ";
        let rich = parse(text).unwrap();
        assert_eq!(rich.message, "Error calling tool 'stock_level'");
        assert!(rich.traceback.unwrap().ends_with("\nKeyError: 'X9'"));
    }

    #[test]
    fn other_indented_text_is_not_rich() {
        for text in ["    return await self.receive()", "[INFO] text", "                      continued", ""]
        {
            assert!(!starts(text), "{text}");
        }
    }
}

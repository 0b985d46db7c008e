//! What one line of container output is, as far as joining needs to know.

use crate::parse::payload::{is_access_line, is_log_line, starts_rich_line};

/// Columns after which the `rich` handler starts a line: the width of its time column.
const RICH_INDENT: &str = "                    ";

/// The part a line can play.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Nothing but white space.
    Blank,
    /// A web server's access line: complete in itself.
    Access,
    /// A line with a logging prefix, which may go on; `is_bad` for levels that tracebacks follow.
    LogLine { is_bad: bool },
    /// A JSON object on one line.
    Json,
    /// The first line of pretty-printed JSON.
    OpenJson,
    /// The header of a traceback.
    Traceback,
    /// A sentence that ties two tracebacks together.
    Chain,
    /// Starts with white space or box drawing.
    Indented,
    /// Anything else.
    Plain,
}

impl Shape {
    /// The shape of a record's first line.
    pub(super) fn of(text: &str) -> Self {
        let stripped = without_colour(text);
        let line = stripped.split('\n').next().unwrap_or_default();
        let Some(first) = line.chars().next().filter(|_| !line.trim().is_empty()) else { return Self::Blank };
        if (line.starts_with(RICH_INDENT) || first == '[') && starts_rich_line(line) {
            return Self::LogLine { is_bad: is_bad(line) };
        }
        let trimmed = line.trim_end();
        match first {
            ' ' | '\t' if line.trim_start().starts_with("+ Exception Group Traceback") => Self::Traceback,
            ' ' | '\t' | '│' | '╰' | '┃' | '└' | '├' => Self::Indented,
            '{' if trimmed.len() > 1 && trimmed.ends_with('}') => Self::Json,
            '{' if trimmed == "{" || trimmed.starts_with("{\"") => Self::OpenJson,
            '[' if trimmed == "[" => Self::OpenJson,
            'T' if line.starts_with("Traceback (most recent call last)") => Self::Traceback,
            'D' if line.starts_with("During handling of the above exception") => Self::Chain,
            'T' if line.starts_with("The above exception was the direct cause") => Self::Chain,
            _ if is_access_line(line) => Self::Access,
            _ if is_log_line(line) => Self::LogLine { is_bad: is_bad(line) },
            _ => Self::Plain,
        }
    }
}

/// The line behind colour codes, which some handlers put before the level.
fn without_colour(text: &str) -> std::borrow::Cow<'_, str> {
    let line = text.split('\n').next().unwrap_or_default();
    crate::parse::payload::strip_escapes(line)
}

/// Whether a prefix names a level at which libraries log exceptions.
fn is_bad(line: &str) -> bool {
    let head: String = line.chars().take(160).collect();
    ["ERROR", "CRITICAL", "FATAL", "WARN", "error", "critical", "warn"]
        .iter()
        .any(|level| head.contains(level))
}

/// Whether a plain line is followed by a traceback.
pub(super) fn announces_traceback(text: &str) -> bool {
    ["Exception in ", "Exception ignored in", "Unhandled exception", "Task exception was never retrieved"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// Whether a line announces pydantic's list of errors: `24 validation errors for ClientRequest`.
pub(super) fn announces_fields(text: &str) -> bool {
    text.contains(" validation error for ") || text.contains(" validation errors for ")
}

/// Whether a line is a path into validated data, such as `PingRequest.method` or `items.0.name`.
pub(super) fn is_field_path(text: &str) -> bool {
    let text = text.trim_end();
    !text.is_empty() && text.len() < 300 && !text.contains([' ', '\t', '"', '{'])
}

/// Whether a line goes on with a Java stack or with what asyncio says of a failed task.
pub(super) fn is_further_cause(text: &str) -> bool {
    ["Caused by: ", "future: <", "task: <", "handle: <", "protocol: <"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// Whether a line names an exception behind its traceback.
pub(super) fn names_exception(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default().trim_end();
    let kind = line.split(": ").next().unwrap_or_default().trim_end_matches(':');
    let is_word = |c: char| c.is_alphanumeric() || "._<>".contains(c);
    !kind.is_empty()
        && kind.len() < 200
        && kind.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && kind.chars().all(is_word)
}

/// Whether a line closes the outermost box of an exception group.
pub(super) fn closes_group(text: &str) -> bool {
    let line = text.trim();
    line.starts_with("+---") && line.bytes().skip(1).all(|byte| byte == b'-')
}

/// Brackets that are open after `text`, `depth` before it.
pub(super) fn open_brackets(text: &str, depth: u32) -> u32 {
    let (mut depth, mut in_string, mut escaped) = (depth, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth = depth.saturating_add(1),
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            // JSON strings end with their line.
            b'\n' => in_string = false,
            _ => {}
        }
    }
    depth
}

/// Whether a line can stand inside pretty-printed JSON.
pub(super) fn may_stand_in_json(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    if line.starts_with(RICH_INDENT) && starts_rich_line(line) {
        return false;
    }
    // Members are indented; only closing brackets stand at the margin.
    let inside = line.trim_start();
    let first = inside.bytes().next();
    if inside.len() == line.len() {
        return matches!(first, Some(b'}' | b']'));
    }
    matches!(first, Some(b'"' | b'{' | b'}' | b'[' | b']' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'))
}

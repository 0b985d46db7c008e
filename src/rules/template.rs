//! Texts with `{placeholders}`.

use std::fmt::Write;

/// Placeholders that every rule may use; filled from fields when the capture holds them.
pub(crate) const BUILT_IN: &[&str] = &[
    "region",
    "account",
    "runtime_id",
    "gateway_id",
    "log_group",
    "log_stream",
    "tool",
    "target",
    "trace_id",
    "request_id",
    "session_id",
    "count",
];

/// Whether a text is prose or something to paste into a shell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    Prose,
    Command,
}

/// The shell quotes around a placeholder of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Quotes {
    None,
    Single,
    Double,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Hole { name: String, fallback: Option<String>, quotes: Quotes },
}

/// A parsed text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
    style: Style,
}

impl Template {
    /// Reads `{name}` and `{name|words}`. Braces around anything but a lower-case name (JSON, `${VAR}`) are text.
    pub(crate) fn parse(text: &str, style: Style) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut quotes = Quotes::None;
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if next == '{'
                && !plain.ends_with('$')
                && let Some((name, fallback, len)) = hole(rest)
            {
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Hole { name: name.into(), fallback: fallback.map(str::to_owned), quotes });
                rest = &rest[len..];
                continue;
            }
            if style == Style::Command && !(plain.ends_with('\\') && quotes != Quotes::Single) {
                quotes = match (quotes, next) {
                    (Quotes::None, '\'') => Quotes::Single,
                    (Quotes::None, '"') => Quotes::Double,
                    (Quotes::Single, '\'') | (Quotes::Double, '"') => Quotes::None,
                    _ => quotes,
                };
            }
            plain.push(next);
            rest = &rest[next.len_utf8()..];
        }
        parts.push(Part::Text(plain));
        Self { parts, style }
    }

    /// Names of all placeholders.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Hole { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with every placeholder replaced by what `value` says, else by its own words, else by its name.
    pub(crate) fn fill(&self, value: &dyn Fn(&str) -> Option<String>) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Hole { name, fallback, quotes } => match (value(name), fallback) {
                    (Some(value), _) if self.style == Style::Command => {
                        push_quoted(&mut out, &value, *quotes);
                    }
                    (Some(value), _) => out.push_str(&value),
                    (None, Some(fallback)) => out.push_str(fallback),
                    (None, None) if self.style == Style::Command => out.push_str(&name.to_ascii_uppercase()),
                    (None, None) => {
                        let _ = write!(out, "<{name}>");
                    }
                },
            }
        }
        out
    }
}

/// The placeholder at the start of `text`: name, fallback, length.
fn hole(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let inner = &text[1..text.find('}')?];
    let (name, fallback) = match inner.split_once('|') {
        Some((name, fallback)) => (name, Some(fallback)),
        None => (inner, None),
    };
    let first = name.bytes().next()?;
    let is_name = (first.is_ascii_lowercase() || first == b'_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (is_name && !fallback.is_some_and(|text| text.contains('{'))).then_some((name, fallback, inner.len() + 2))
}

/// Log text as one word of a shell command.
pub(crate) fn shell_word(value: &str) -> String {
    let mut out = String::new();
    push_quoted(&mut out, value, Quotes::None);
    out
}

/// Appends log text to a command so that a shell reads it as one word, whatever it holds.
fn push_quoted(out: &mut String, value: &str, quotes: Quotes) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@=+-".contains(c);
    match quotes {
        Quotes::None if !value.is_empty() && value.chars().all(is_plain) => out.push_str(value),
        Quotes::None => {
            let _ = write!(out, "'{}'", value.replace('\'', r"'\''"));
        }
        Quotes::Single => out.push_str(&value.replace('\'', r"'\''")),
        Quotes::Double if value.chars().all(|c| is_plain(c) || c == ' ') => out.push_str(value),
        Quotes::Double => {
            let _ = write!(out, "\"'{}'\"", value.replace('\'', r"'\''"));
        }
    }
}

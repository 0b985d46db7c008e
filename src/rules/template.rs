//! Texts with `{placeholders}`.

use std::fmt::Write;

use crate::model::within_single_quotes;

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
    "target_id",
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

/// Where in a command a placeholder stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Spot {
    quotes: Quotes,
    /// Within a string in double quotes that the shell passes on: of JSON, of a filter pattern.
    in_string: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Hole { name: String, fallback: Option<String>, spot: Spot },
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
        let mut reader = Reader { spot: Spot { quotes: Quotes::None, in_string: false }, escaped: false };
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if next == '{'
                && !plain.ends_with('$')
                && let Some((name, fallback, len)) = hole(rest)
            {
                parts.push(Part::Text(std::mem::take(&mut plain)));
                let (name, fallback) = (name.to_owned(), fallback.map(str::to_owned));
                parts.push(Part::Hole { name, fallback, spot: reader.spot });
                rest = &rest[len..];
                continue;
            }
            reader.read(next);
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
                Part::Hole { name, fallback, spot } => match (value(name), fallback) {
                    (Some(value), _) if self.style == Style::Command => {
                        push_quoted(&mut out, &value, *spot);
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

/// Follows the quoting of a command, character by character.
struct Reader {
    spot: Spot,
    /// Behind a backslash that the shell reads.
    escaped: bool,
}

impl Reader {
    fn read(&mut self, next: char) {
        let Spot { quotes, in_string } = self.spot;
        if self.escaped {
            self.escaped = false;
            self.spot.in_string = in_string ^ (quotes == Quotes::Double && next == '"');
            return;
        }
        self.escaped = next == '\\' && quotes != Quotes::Single;
        self.spot = match (quotes, next) {
            (Quotes::None, '\'') => Spot { quotes: Quotes::Single, in_string: false },
            (Quotes::None, '"') => Spot { quotes: Quotes::Double, in_string: false },
            (Quotes::Single, '\'') | (Quotes::Double, '"') => Spot { quotes: Quotes::None, in_string: false },
            (Quotes::Single, '"') => Spot { quotes, in_string: !in_string },
            _ => self.spot,
        };
    }
}

/// Appends log text to a command so that a shell reads it as one word on one line, whatever it holds. Within a JSON
/// string it stays that string.
fn push_quoted(out: &mut String, value: &str, spot: Spot) {
    let json = if spot.in_string { serde_json::to_string(value).ok() } else { None };
    let value = json.as_deref().and_then(|json| json.get(1..json.len() - 1)).unwrap_or(value);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@=+-".contains(c);
    match spot.quotes {
        Quotes::None if !value.is_empty() && value.chars().all(is_plain) => out.push_str(value),
        Quotes::None => {
            let _ = write!(out, "'{}'", within_single_quotes(value));
        }
        Quotes::Single => out.push_str(&within_single_quotes(value)),
        Quotes::Double if value.chars().all(|c| is_plain(c) || c == ' ') => out.push_str(value),
        Quotes::Double => {
            let _ = write!(out, "\"'{}'\"", within_single_quotes(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &[&str] = &[
        "it's",
        "$(touch /tmp/x)",
        "`id`",
        "a\nb\tc\rd",
        "\"; rm -rf ~; \"",
        "back\\slash\\",
        "end\"",
        "\"",
        "-rf *",
        "&& || | > <",
        "plain",
        "",
        "ünï “code”",
    ];

    fn filled(command: &str, value: &str) -> String {
        Template::parse(command, Style::Command).fill(&|_| Some(value.to_owned()))
    }

    /// What a shell makes of the words of a command.
    #[cfg(unix)]
    fn words(command: &str) -> Vec<String> {
        let script = format!("printf '%s\\0' {command}");
        let out = std::process::Command::new("bash").arg("-c").arg(script).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[cfg(unix)]
    #[test]
    fn hostile_text_stays_one_word_in_any_quotes() {
        for value in HOSTILE {
            for command in ["x {v} y", "x '{v}' y", "x \"{v}\" y", "x 'it'\\''s' {v} y"] {
                let line = filled(command, value);
                assert_eq!(line.lines().count(), 1, "{line:?}");
                let words = words(&line);
                assert_eq!(words[words.len() - 2], *value, "{line}");
                assert_eq!(words.last().map(String::as_str), Some("y"), "{line}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn hostile_text_stays_one_string_of_json() {
        for value in HOSTILE {
            for command in [r#"x '{"a":"{v}","b":1}' y"#, r#"x "{\"a\":\"{v}\",\"b\":1}" y"#] {
                let line = filled(command, value);
                let words = words(&line);
                assert_eq!(words.len(), 3, "{line}");
                let json: serde_json::Value = serde_json::from_str(&words[1]).unwrap();
                assert_eq!(json, serde_json::json!({"a": value, "b": 1}), "{line}");
            }
        }
    }
}

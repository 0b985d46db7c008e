//! Values that are secrets because of the key before them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Secret;
use crate::text::LINE_BREAK;

/// How far a value without quotes goes, and what is no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// Up to white space or the next delimiter.
    Word,
    /// The same, but only 20 characters or more: what is shorter is prose ("signature: (a, b)").
    LongWord,
    /// A credential of a header: a scheme and what follows it, up to the next header or the end of the line.
    Credentials,
    /// To the end of the line: cookies contain every delimiter.
    Line,
    /// An access key id: its first four letters are no secret.
    AccessKey,
}

/// What a value is called in its mask, the keys it stands behind, and its shape. A key may be the end of a longer
/// word: `DB_PASSWORD`, `proxy-authorization`.
const KEYS: &[(&str, &str, Shape)] = &[
    ("cookie", r"(?:set-)?cookie", Shape::Line),
    ("authorization", r"authorization", Shape::Credentials),
    ("secret-key", r"secret[ _-]?(?:access[ _-]?)?key(?: \[\w*\])?|aws_?secret", Shape::Word),
    ("session-token", r"session[ _-]?token|security[_-]?token|workload[_-]?access[_-]?token", Shape::Word),
    ("password", r"passwd|password|passphrase|pwd", Shape::Word),
    ("client-secret", r"client[_-]?secret|app[_-]?secret|webhook[_-]?secret", Shape::Word),
    ("api-key", r"api[_-]?key|subscription[_-]?key", Shape::Word),
    ("secret", r"secret[_-]?(?:string|value|binary)", Shape::Word),
    ("token", r"(?:access|refresh|id|auth|bearer|oauth|csrf|xsrf)[_-]?token", Shape::Word),
    ("token", r#"["'?&]token|[?&]code"#, Shape::LongWord),
    ("private-key", r"private[_-]?key", Shape::LongWord),
    ("signature", r"signature|[?&]sig", Shape::LongWord),
    ("access-key", r"auth\.account\.access_key|access[_-]?key[_-]?id", Shape::AccessKey),
];

/// One automaton for all keys; the group that took part tells which. After the key comes what links it to its
/// value: `=`, `:`, `=>`, `>` (XML), the comma of a Python pair, of a HAR name/value pair or of an OTLP attribute, or,
/// for a secret key on a command line, a space.
static LINKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let keys: Vec<_> = KEYS.iter().map(|(_, keys, _)| format!("({keys})")).collect();
    let quote = r#"\\*["']"#;
    Regex::new(&format!(
        r"(?i)(?:{})(?:(?P<close>{quote})?\s{{0,8}}(?:[:=]>?|%3D)\s{{0,8}}|(?P<pair>{quote})\s{{0,8}},\s{{0,16}}(?:{quote}value{quote}\s{{0,8}}:\s{{0,8}}(?:\{{\s{{0,16}}{quote}stringValue{quote}\s{{0,8}}:\s{{0,8}})?)?|(?P<xml>>)|(?P<space>[ \t]))",
        keys.join("|")
    ))
    .ok()
});

/// Adds every value behind a secret's key to `found`. Linear: the search goes on behind each value.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    let Some(linked) = LINKED.as_ref() else { return };
    let mut at = 0;
    while let Some(captures) = linked.captures_at(text, at) {
        let Some(whole) = captures.get(0) else { return };
        at = whole.end();
        let Some((key, label, shape)) = key_of(&captures) else { continue };
        let value = Value::behind(text, &captures, key, at, shape);
        if value.range.is_empty() {
            continue;
        }
        if let Some(range) = value.secret(text, shape) {
            at = range.end;
            found.push(Secret { range, label });
        }
    }
}

fn key_of(captures: &Captures<'_>) -> Option<(usize, &'static str, Shape)> {
    KEYS.iter().enumerate().find_map(|(index, (label, _, shape))| {
        captures.get(index + 1).map(|key| (key.start(), *label, *shape))
    })
}

/// The text behind a key, without its quotes.
struct Value {
    range: Range<usize>,
    quoted: bool,
    /// Linked by a space alone, or by the closing `>` of a tag.
    loose: bool,
}

impl Value {
    fn behind(text: &str, captures: &Captures<'_>, key: usize, at: usize, shape: Shape) -> Self {
        let loose = captures.name("space").is_some();
        let at = at + list_opener(&text[at..]);
        let rest = &text[at..];
        let prefix = rest.strip_prefix(['b', 'r', 'u']).unwrap_or(rest);
        let slashes = prefix.len() - prefix.trim_start_matches('\\').len();
        if let Some(quote @ (b'"' | b'\'')) = prefix.as_bytes().get(slashes).copied()
            && !loose
        {
            let start = text.len() - prefix.len() + slashes + 1;
            let end = start + quoted_len(&text[start..], char::from(quote), slashes);
            return Self { range: start..end, quoted: true, loose };
        }
        let end = match opening_quote(text, key) {
            // The whole header is in quotes: -H 'Authorization: …'.
            Some(quote) if captures.name("close").is_none() && captures.name("pair").is_none() => {
                at + rest.find([quote, '\n']).unwrap_or(rest.len())
            }
            _ => at + unquoted_len(rest, shape),
        };
        Self { range: at..at + text[at..end].trim_end_matches([' ', '\\', '\r']).len(), quoted: false, loose }
    }

    /// What of the value to mask.
    fn secret(self, text: &str, shape: Shape) -> Option<Range<usize>> {
        let value = &text[self.range.clone()];
        if is_placeholder(value) || (self.loose && !is_random(value)) {
            return None;
        }
        let secret = match shape {
            Shape::Word | Shape::Line => true,
            Shape::LongWord => value.len() >= 20 && !value.contains(char::is_whitespace),
            Shape::Credentials => self.quoted || is_credentials(&value[..value.floor_char_boundary(512)]),
            Shape::AccessKey => value.len() >= 12 && !value.contains(char::is_whitespace),
        };
        let shown = if shape == Shape::AccessKey && value.is_char_boundary(4) { 4 } else { 0 };
        let range = self.range.start + shown..self.range.end;
        secret.then_some(range)
    }
}

/// Length of the `[` or `(` before a quoted value: headers with several values are lists.
fn list_opener(text: &str) -> usize {
    let inside = text.trim_start_matches(['[', '(']);
    let value = inside.trim_start_matches([' ', '\n']);
    let quoted = value.trim_start_matches(['b', '\\']).starts_with(['"', '\'']);
    if quoted && inside.len() < text.len() { text.len() - value.len() } else { 0 }
}

/// Length up to the closing quote, which has as many backslashes before it as the opening one; up to the end of
/// the line when there is none.
fn quoted_len(text: &str, quote: char, slashes: usize) -> usize {
    let mut run = 0;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => return at,
            '\\' => run += 1,
            _ if c == quote && run <= slashes => return at - run,
            _ => run = 0,
        }
    }
    text.len()
}

fn unquoted_len(text: &str, shape: Shape) -> usize {
    let stop = match shape {
        Shape::Line => text.find(['\n', '}', LINE_BREAK]),
        Shape::Credentials => {
            // Prose is told from its first words, so that a line full of keys is not read to its end for each.
            let head = &text[..text.floor_char_boundary(512)];
            if is_credentials(&head[..header_len(head)]) { Some(header_len(text)) } else { Some(0) }
        }
        _ => text.find(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | '&' | '"' | '\'' | '<' | '}' | ')' | '\\' | LINE_BREAK)
        }),
    };
    stop.unwrap_or(text.len())
}

/// Length of an unquoted header value: up to the next header, the end of the map or of the line.
fn header_len(text: &str) -> usize {
    let ends = |at: usize, c: char| {
        matches!(c, '\n' | '}' | LINE_BREAK) || (c == ',' && starts_header(&text[at + 1..]))
    };
    text.char_indices().find(|&(at, c)| ends(at, c)).map_or(text.len(), |(at, _)| at)
}

/// Whether `text` begins with the name of the next header or map key.
fn starts_header(text: &str) -> bool {
    let name = text.trim_start_matches([' ', '"', '\'', '\\']);
    let len = name.bytes().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    len > 0 && matches!(name.as_bytes().get(len), Some(b'=' | b':' | b'"' | b'\''))
}

/// The quote right before the word that `key` ends.
fn opening_quote(text: &str, key: usize) -> Option<char> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let before = text[..key].chars().rev().take(64).find(|c| !word(*c))?;
    matches!(before, '"' | '\'').then_some(before)
}

/// Words that stand where a value would: literals, references to a variable, masks of other programs.
fn is_placeholder(value: &str) -> bool {
    let value = value.strip_prefix("Bearer ").unwrap_or(value);
    let plain = value.trim_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace());
    let word = plain.to_ascii_lowercase();
    plain.is_empty()
        || [
            "null",
            "none",
            "true",
            "false",
            "nil",
            "undefined",
            "redacted",
            "masked",
            "hidden",
            "allow",
            "deny",
        ]
        .contains(&word.as_str())
        || (value.starts_with('$') && plain.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
}

/// Whether a value looks like key material: what follows a key's name in prose does not.
fn is_random(value: &str) -> bool {
    value.len() >= 30
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte))
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Whether a value reads as a scheme with its credentials (RFC 9110 §11.6.2) or as a bare token, not as prose.
fn is_credentials(value: &str) -> bool {
    let mut words = value.split_whitespace();
    let (Some(first), second, third) = (words.next(), words.next(), words.next()) else { return false };
    let known = ["bearer", "basic", "digest", "token", "negotiate", "apikey", "api-key", "hmac", "signature"];
    let scheme = first.trim_start_matches(['[', '(']).to_ascii_lowercase();
    match (second, third) {
        _ if first.starts_with("[redacted:") => true,
        (None, _) => true,
        _ if known.contains(&scheme.as_str()) || scheme.starts_with("aws4-") => true,
        (Some(token), None) => token.len() >= 16 || token.bytes().any(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

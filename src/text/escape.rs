//! Takes the power out of text: terminal sequences go, control and invisible characters are spelt out.

use std::borrow::Cow;
use std::fmt::Write;

/// Text without terminal sequences, control characters (but tab and line feed), bidirectional overrides and
/// characters without a shape. `\r\n` becomes `\n`; the rest is shown as `\x12` or `\u{202e}`.
pub(super) fn neutralise(text: &str) -> Cow<'_, str> {
    without_sequences(text, |_| "")
}

/// The same, but the last character of each terminal sequence stays: a terminal takes it, a person may have meant it.
pub(super) fn neutralise_less(text: &str) -> Cow<'_, str> {
    without_sequences(text, |sequence| {
        let last = sequence.char_indices().next_back().map_or(0, |(at, _)| at);
        sequence[last..].trim_matches(|c: char| !c.is_ascii_alphanumeric())
    })
}

fn without_sequences(text: &str, kept: impl Fn(&str) -> &str) -> Cow<'_, str> {
    let Some(first) = text.char_indices().find(|(_, c)| is_unsafe(*c)).map(|(at, _)| at) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        let sequence = sequence_len(rest);
        if sequence > 0 {
            out.push_str(kept(&rest[..sequence]));
            rest = &rest[sequence..];
            continue;
        }
        match c {
            '\r' if rest.starts_with("\r\n") => {}
            _ if is_unsafe(c) => spell(c, &mut out),
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(out)
}

fn spell(c: char, out: &mut String) {
    let code = c as u32;
    // Writing to a string cannot fail.
    let _ = if c.is_ascii() { write!(out, "\\x{code:02x}") } else { write!(out, "\\u{{{code:x}}}") };
}

/// Characters that a terminal or a reader's eye would not take for what they are, first and last of each range.
const UNSAFE: &[(char, char)] = &[
    // C0, DEL, C1.
    ('\u{0}', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    // Soft hyphen, grapheme joiner, Arabic letter mark.
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    // Hangul fillers, Khmer and Mongolian vowels without a shape.
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{ffa0}', '\u{ffa0}'),
    // Zero-width characters, direction marks, line separators, overrides, invisible operators.
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{1d173}', '\u{1d17a}'),
    // No characters, and not allowed in XML; U+FFFE and its kind are told by their last digits.
    ('\u{fdd0}', '\u{fdef}'),
    // Tags and variation selectors carry hidden text.
    ('\u{e0000}', '\u{e0fff}'),
];

fn is_unsafe(c: char) -> bool {
    if matches!(c, '\t' | '\n' | ' '..='~') {
        return false;
    }
    (c as u32) & 0xfffe == 0xfffe || UNSAFE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Length in bytes of the terminal sequence that `text` starts with (ECMA-48 §5.4 and §5.6), 0 for none. A string
/// sequence without its terminator is none: what follows it must stay readable.
fn sequence_len(text: &str) -> usize {
    let mut chars = text.chars();
    let (kind, start) = match (chars.next(), chars.next()) {
        (Some('\u{1b}'), Some(kind)) if kind.is_ascii() => (kind, 2),
        (Some(c1 @ '\u{90}'..='\u{9f}'), _) => (char::from(c1 as u8 - 0x40), 2),
        _ => return 0,
    };
    let rest = &text[start..];
    let end = match kind {
        '[' => {
            let parameters = rest.find(|c| !('0'..='?').contains(&c)).unwrap_or(rest.len());
            final_len(&rest[parameters..], '@').map(|len| parameters + len)
        }
        ']' | 'P' | 'X' | '^' | '_' => string_len(rest),
        // The kind is itself an intermediate character here.
        ' '..='/' => final_len(rest, '0'),
        '0'..='~' => Some(0),
        _ => None,
    };
    end.map_or(0, |end| start + end)
}

/// Length of the intermediate characters and the final one, which is `first` or a later character. In use are one or
/// two intermediate characters; a longer run is text.
fn final_len(text: &str, first: char) -> Option<usize> {
    let intermediates = text.bytes().take_while(|byte| (b' '..=b'/').contains(byte)).take(3).count();
    let last = text[intermediates..].chars().next()?;
    (intermediates < 3 && (first..='~').contains(&last)).then_some(intermediates + 1)
}

/// Length of a control string with its terminator: BEL, `ESC \` or ST.
fn string_len(text: &str) -> Option<usize> {
    let end = text.find(|c: char| c.is_control() && c != '\t')?;
    match &text[end..] {
        rest if rest.starts_with('\u{7}') => Some(end + 1),
        rest if rest.starts_with("\u{1b}\\") || rest.starts_with('\u{9c}') => Some(end + 2),
        _ => None,
    }
}

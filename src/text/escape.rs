//! Takes the power out of text: terminal sequences go, control and invisible characters are spelt out.

use std::borrow::Cow;
use std::fmt::Write;

/// Text without terminal sequences, control characters (but tab and line feed), bidirectional overrides and
/// characters without a shape. `\r\n` becomes `\n`; the rest is shown as `\x12` or `\u{202e}`.
pub(super) fn neutralise(text: &str) -> Cow<'_, str> {
    let Some(first) = text.char_indices().find(|(_, c)| is_unsafe(*c)).map(|(at, _)| at) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        let sequence = sequence_len(rest);
        if sequence > 0 {
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

/// Characters that a terminal or a reader's eye would not take for what they are.
fn is_unsafe(c: char) -> bool {
    match c {
        '\t' | '\n' => false,
        ' '..='~' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Soft hyphen, Arabic letter mark, Hangul fillers, Khmer and Mongolian vowels without a shape.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}' => true,
        // Zero-width characters, direction marks, line separators, overrides, invisible operators.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' => true,
        // Tags and variation selectors carry hidden text.
        '\u{e0000}'..='\u{e0fff}' => true,
        // U+FFFE and its kind are no characters at all, and not allowed in XML.
        _ => (c as u32) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c),
    }
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
    match kind {
        '[' => match rest.find(|c| !(' '..='?').contains(&c)) {
            Some(end) if ('@'..='~').contains(&char::from(rest.as_bytes()[end])) => start + end + 1,
            _ => 0,
        },
        ']' | 'P' | 'X' | '^' | '_' => string_len(rest).map_or(0, |len| start + len),
        ' '..='/' => match rest.find(|c| !(' '..='/').contains(&c)) {
            Some(end) if ('0'..='~').contains(&char::from(rest.as_bytes()[end])) => start + end + 1,
            _ => 0,
        },
        '0'..='~' => start,
        _ => 0,
    }
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

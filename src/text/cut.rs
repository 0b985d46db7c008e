//! Shortens clean text without cutting a mask or a spelt-out character in two.

use std::borrow::Cow;
use std::ops::Range;

use super::LINE_BREAK;
use super::secrets::mask_len;

/// At most `bytes` bytes from the start, whole characters.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The stretch of `text` from `margin` bytes before `at` to `margin` bytes after it, whole characters.
pub(super) fn window(text: &str, at: usize, margin: usize) -> Range<usize> {
    let start = text.floor_char_boundary(at.saturating_sub(margin));
    start..text.ceil_char_boundary(at.saturating_add(margin).min(text.len()))
}

/// Line breaks replaced by [`LINE_BREAK`] between spaces.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.trim_end_matches('\n').split('\n').enumerate() {
        if index > 0 {
            out.push(' ');
            out.push(LINE_BREAK);
            out.push(' ');
        }
        out.push_str(line.trim_end());
    }
    Cow::Owned(out)
}

/// The text shortened to `max` characters, the last of them `…`.
pub(super) fn tail_off(text: &str, max: usize) -> Cow<'_, str> {
    if text.char_indices().nth(max).is_none() {
        return Cow::Borrowed(text);
    }
    let mut room = max.saturating_sub(1);
    let mut end = 0;
    while let Some(len) = unit(&text[end..]) {
        let width = text[end..end + len].chars().count();
        if width > room {
            break;
        }
        room -= width;
        end += len;
    }
    if max == 0 { Cow::Borrowed("") } else { Cow::Owned(format!("{}…", &text[..end])) }
}

/// The text without its first `count` characters, or a few more to keep masks whole.
pub(super) fn skip(text: &str, count: usize) -> &str {
    let mut start = 0;
    let mut left = count;
    while left > 0
        && let Some(len) = unit(&text[start..])
    {
        left = left.saturating_sub(text[start..start + len].chars().count());
        start += len;
    }
    &text[start..]
}

/// Length in bytes of what must stay together at the start of `text`: a mask, `\x12`, `\u{202e}` or a character.
fn unit(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let whole = match first {
        '[' => mask_len(text),
        '\\' => escape_len(text.as_bytes()),
        _ => None,
    };
    Some(whole.unwrap_or(first.len_utf8()))
}

fn escape_len(text: &[u8]) -> Option<usize> {
    let hex = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_hexdigit);
    match text.get(1)? {
        b'x' => text.get(2..4).is_some_and(hex).then_some(4),
        b'u' if text.get(2) == Some(&b'{') => {
            let close = text.iter().take(10).position(|byte| *byte == b'}')?;
            hex(&text[3..close]).then_some(close + 1)
        }
        _ => None,
    }
}

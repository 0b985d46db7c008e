//! Removes terminal escape sequences (ECMA-48 CSI and OSC) from log text.

use std::borrow::Cow;

/// `text` without colour codes, cursor movements, titles and hyperlinks. Control characters that belong to no
/// sequence stay: an exporter logs protobuf length bytes, and rules may need them.
pub(in crate::parse) fn strip(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        kept.push_str(before);
        rest = skip(after);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// What follows the sequence that `text` (behind its ESC) starts with.
fn skip(text: &str) -> &str {
    let from = |at: usize| text.get(at..).unwrap_or_default();
    match text.bytes().next() {
        Some(b'[') => {
            let end = text.bytes().skip(1).position(|byte| !(0x20..=0x3f).contains(&byte));
            match end {
                Some(end) if text.as_bytes()[end + 1].is_ascii() => from(end + 2),
                Some(end) => from(end + 1),
                None => "",
            }
        }
        Some(b']') => {
            // An unterminated OSC must not eat the rest of a traceback: it ends with its line.
            let end = text.find(['\u{7}', '\u{1b}', '\n']);
            match end {
                Some(end) if text[end..].starts_with("\u{1b}\\") => from(end + 2),
                Some(end) if text[end..].starts_with('\u{7}') => from(end + 1),
                Some(end) => from(end),
                None => "",
            }
        }
        Some(b'(' | b')') => text.char_indices().nth(2).map_or("", |(at, _)| from(at)),
        Some(0x30..=0x7e) => from(1),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_titles_and_links_go_and_text_stays() {
        for (text, expected) in [
            ("\u{1b}[31mERROR\u{1b}[0m boom", "ERROR boom"),
            ("\u{1b}[38;5;196mred", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;https://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]0;never closed\nnext line", "\nnext line"),
            ("a\u{1b}", "a"),
            ("a\u{1b}[", "a"),
            ("reason: \u{12}'The group\rx", "reason: \u{12}'The group\rx"),
            ("\u{1b}[1é", "é"),
        ] {
            assert_eq!(strip(text), expected, "{text:?}");
        }
    }
}

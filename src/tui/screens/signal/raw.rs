//! The record as it is stored: every byte shown, none with power over the terminal.

use std::fmt::Write as _;

use crate::tui::model::Shared;
use crate::tui::widgets::wrap;

/// Bytes of a record that are shown; `$PAGER` has all of it.
const MAX_BYTES: usize = 256 << 10;

/// The bytes as text; those that are no UTF-8 are spelt out as `\xff`.
pub(super) fn spelt(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Safe lines of at most `columns` columns.
pub(super) fn wrapped(shared: &Shared, text: &str, columns: usize) -> Vec<String> {
    let safe = if text.len() <= MAX_BYTES { shared.text(text) } else { shared.line(text, MAX_BYTES) };
    let mut lines = Vec::new();
    for line in safe.as_str().lines() {
        wrap(&line.replace('\t', "    "), columns, &mut lines);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_spelt_out() {
        assert_eq!(spelt(b"a\xff\xe2\x82b\xe2\x82\xac"), "a\\xff\\xe2\\x82b\u{20ac}");
    }
}

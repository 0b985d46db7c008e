//! The record as it is stored: every byte shown, none with power over the terminal.

use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;

use crate::tui::model::Shared;
use crate::tui::widgets::width;

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
        wrap(&line.replace('\t', "    "), columns.max(2), &mut lines);
    }
    lines
}

fn wrap(line: &str, columns: usize, lines: &mut Vec<String>) {
    let (mut start, mut used) = (0, 0);
    for (at, grapheme) in line.grapheme_indices(true) {
        let wide = width(grapheme);
        if used + wide > columns {
            lines.push(line[start..at].to_owned());
            (start, used) = (at, 0);
        }
        used += wide;
    }
    lines.push(line[start..].to_owned());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::testing;

    #[test]
    fn bytes_that_are_no_text_are_spelt_out() {
        assert_eq!(spelt(b"a\xff\xe2\x82b\xe2\x82\xac"), "a\\xff\\xe2\\x82b\u{20ac}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn wrapping_loses_nothing_and_keeps_to_its_columns(text in "\\PC{0,200}", columns in 2_usize..30) {
            let shared = testing::empty((80, 24)).shared;
            let lines = wrapped(&shared, &text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            prop_assert_eq!(lines.concat(), shared.text(&text).to_string());
        }
    }
}

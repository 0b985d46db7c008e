//! Long lines in rows of a fixed width.

use unicode_segmentation::UnicodeSegmentation;

use super::width;

/// `line` in rows of at most `columns` columns (two or more), broken between characters: nothing is added or lost.
pub fn wrap(line: &str, columns: usize, rows: &mut Vec<String>) {
    let columns = columns.max(2);
    let (mut start, mut used) = (0, 0);
    for (at, grapheme) in line.grapheme_indices(true) {
        let wide = width(grapheme);
        if used + wide > columns {
            rows.push(line[start..at].to_owned());
            (start, used) = (at, 0);
        }
        used += wide;
    }
    rows.push(line[start..].to_owned());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn nothing_is_lost_and_rows_keep_to_their_columns(text in "\\PC{0,80}", columns in 0_usize..30) {
            let mut rows = Vec::new();
            wrap(&text, columns, &mut rows);
            prop_assert!(rows.iter().all(|row| width(row) <= columns.max(2)));
            prop_assert_eq!(rows.concat(), text);
        }
    }
}

//! Long lines in rows of a fixed width.

use unicode_segmentation::UnicodeSegmentation;

use super::width;

/// `line` in rows of at most `columns` columns (two or more), broken behind a blank in the last third of a row where
/// there is one, else between characters: nothing is added or lost.
pub fn wrap(line: &str, columns: usize, rows: &mut Vec<String>) {
    let columns = columns.max(2);
    let (mut start, mut used) = (0, 0);
    // Behind the last blank: its place, and the columns before it.
    let mut blank = None;
    for (at, grapheme) in line.grapheme_indices(true) {
        let wide = width(grapheme);
        if used + wide > columns {
            let (end, before) = blank.filter(|(_, before)| before * 3 > columns * 2).unwrap_or((at, used));
            rows.push(line[start..end].to_owned());
            (start, used, blank) = (end, used - before, None);
        }
        used += wide;
        if grapheme == " " {
            blank = Some((at + 1, used));
        }
    }
    rows.push(line[start..].to_owned());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_whole_unless_they_are_long() {
        let rows = |line| {
            let mut rows = Vec::new();
            wrap(line, 10, &mut rows);
            rows
        };
        assert_eq!(rows("it has an invalid type"), ["it has an ", "invalid ", "type"]);
        assert_eq!(rows("a bcdefghijklmnop"), ["a bcdefghi", "jklmnop"]);
    }

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

//! Text broken into lines of a width, between words where that is possible.

use unicode_segmentation::UnicodeSegmentation;

use super::cell::{fit, width};

/// Lines of `text`, each at most `columns` wide; at least one line. A word wider than a line is cut.
pub fn paragraph(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let first = lines.len();
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_word_bounds() {
            let wide = width(word);
            if used + wide > columns {
                if word.trim().is_empty() {
                    // A line that is full ends here; the blank between the lines is seen as such.
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                    used = 0;
                    continue;
                }
                break_line(&mut lines, &mut line, &mut used);
            }
            if used + wide <= columns {
                line.push_str(word);
                used += wide;
                continue;
            }
            for cluster in word.graphemes(true) {
                if used + width(cluster) > columns {
                    break_line(&mut lines, &mut line, &mut used);
                }
                line.push_str(cluster);
                used += width(cluster);
            }
        }
        if !line.trim().is_empty() || lines.len() == first {
            lines.push(line.trim_end().to_owned());
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// The first `rows` lines of `text`; the last one ends with `ellipsis` when there are more.
pub fn excerpt(text: &str, columns: usize, rows: usize, ellipsis: &str) -> Vec<String> {
    let mut lines = paragraph(text, columns);
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            let cut = fit(&format!("{last} {ellipsis}"), columns.max(2), ellipsis);
            cut.trim_end().clone_into(last);
        }
    }
    lines
}

/// Ends the line behind its last blank, so that "a-word" stays together; what follows begins the next one.
fn break_line(lines: &mut Vec<String>, line: &mut String, used: &mut usize) {
    let rest = match line.rfind(' ') {
        Some(blank) if blank > 0 && !line[..blank].trim().is_empty() => line.split_off(blank + 1),
        _ => String::new(),
    };
    if !line.trim().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    *used = width(&rest);
    *line = rest;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(paragraph("aws logs tail --since 1h", 10), ["aws logs", "tail", "--since 1h"]);
        assert_eq!(paragraph("", 10), [""]);
        assert_eq!(paragraph("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(paragraph("日本語", 4), ["日本", "語"]);
        assert_eq!(excerpt("one two three", 8, 1, "~"), ["one two~"]);
        assert_eq!(excerpt("one two three", 7, 2, "~"), ["one two", "three"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn no_line_is_wider_and_no_letter_is_lost(text in "[ -~日本é\u{301}👩🏽\u{200d}💻א\n]{0,60}", columns in 2_usize..30) {
            let lines = paragraph(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns), "{:?}", lines);
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}

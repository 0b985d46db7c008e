//! Text of a fixed width: wide, combining and joined characters never break a column.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns that `text` takes.
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme_width).sum()
}

/// `text` in exactly `columns` columns: cut with `ellipsis` (one column wide), or padded with spaces on the right.
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut out = String::with_capacity(columns);
    let mut used = 0;
    let mut cut = None;
    for grapheme in text.graphemes(true) {
        let wide = grapheme_width(grapheme);
        if used + wide > columns {
            cut = Some(());
            break;
        }
        out.push_str(grapheme);
        used += wide;
    }
    if cut.is_some() && columns > 0 {
        while used + 1 > columns {
            let Some((at, last)) = out.grapheme_indices(true).next_back() else { break };
            used -= grapheme_width(last);
            out.truncate(at);
        }
        out.push_str(ellipsis);
        used += 1;
    }
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    out
}

/// The end of `text` in at most `columns` columns, behind `ellipsis` (one column wide) where it was cut: of a path the
/// name of the file says most.
pub fn tail(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut left = width(text);
    if left <= columns {
        return text.to_owned();
    }
    let mut cut = 0;
    for grapheme in text.graphemes(true).take_while(|_| columns > 0) {
        if left < columns {
            break;
        }
        left -= grapheme_width(grapheme);
        cut += grapheme.len();
    }
    if columns == 0 { String::new() } else { format!("{ellipsis}{}", &text[cut..]) }
}

/// A cluster takes what its terminal cell takes: at most two columns, however many code points it joins.
fn grapheme_width(grapheme: &str) -> usize {
    grapheme.width().min(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn clusters_stay_whole() {
        assert_eq!(fit("日本語", 5, "…"), "日本…");
        assert_eq!(fit("日本語", 4, "…"), "日… ");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!(fit("ab", 4, "…"), "ab  ");
        assert_eq!(fit("abc", 0, "…"), "");
    }

    #[test]
    fn the_end_of_a_path_stays() {
        assert_eq!(tail("captures/gateway.json:69", 16, "…"), "…gateway.json:69");
        assert_eq!(tail("gateway.json", 12, "…"), "gateway.json");
        assert_eq!(tail("日本語", 5, "…"), "…本語");
        assert_eq!(tail("日本語", 4, "…"), "…語");
        assert_eq!([tail("ab", 1, "…"), tail("ab", 0, "…")], ["…", ""]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn the_width_is_exact(text in "\\PC{0,30}", columns in 0_usize..40) {
            prop_assert_eq!(width(&fit(&text, columns, "…")), columns);
        }
    }
}

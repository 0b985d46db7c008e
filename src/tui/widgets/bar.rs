//! A horizontal bar with a resolution of an eighth of a cell.

use crate::tui::theme::Symbols;

/// A bar of `share` (0 to 1) of `columns` columns, at least a sliver for anything above zero.
pub fn bar(symbols: &Symbols, share: f64, columns: usize) -> String {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    let mut eighths = (share * columns as f64 * 8.0).round() as usize;
    if share > 0.0 && columns > 0 {
        eighths = eighths.max(1);
    }
    let (full, part) = (eighths / 8, eighths % 8);
    let mut out = symbols.eighths[7].repeat(full);
    if part > 0 {
        out.push_str(symbols.eighths[part - 1]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{ASCII, UNICODE};

    #[test]
    fn bars_keep_to_their_columns() {
        assert_eq!(bar(&UNICODE, 1.0, 3), "███");
        assert_eq!(bar(&UNICODE, 0.5, 3), "█▌");
        assert_eq!(bar(&UNICODE, 0.0001, 3), "▏");
        assert_eq!(bar(&UNICODE, 0.0, 3), "");
        assert_eq!(bar(&UNICODE, f64::NAN, 3), "");
        assert_eq!(bar(&ASCII, 7.0, 3), "===");
        assert_eq!(bar(&UNICODE, 1.0, 0), "");
    }
}

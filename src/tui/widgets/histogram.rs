//! Counts over time as columns: all of them, and the failed ones drawn at the bottom in their own style.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::theme::{Look, Role};

/// Counts of one column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bin {
    /// Everything.
    pub all: u64,
    /// The failed part of it.
    pub failed: u64,
}

/// Draws one column per bin from the left of `area`; the highest bin fills the height. `marked` columns are drawn
/// as selected.
pub fn histogram(buffer: &mut Buffer, look: Look, area: Rect, bins: &[Bin], marked: std::ops::Range<usize>) {
    let area = area.intersection(buffer.area);
    let highest = bins.iter().map(|bin| bin.all).max().unwrap_or(0).max(1);
    let steps = u64::from(area.height) * 8;
    let scaled = |count: u64| {
        let scaled = (count as f64 / highest as f64 * steps as f64).round() as u64;
        if count > 0 { scaled.max(1) } else { 0 }
    };
    for (index, bin) in bins.iter().enumerate().take(usize::from(area.width)) {
        let (all, failed) = (scaled(bin.all), scaled(bin.failed));
        let is_marked = marked.contains(&index);
        for line in 0..area.height {
            let below = u64::from(area.height - 1 - line) * 8;
            let part = |count: u64| count.saturating_sub(below).min(8) as usize;
            let (sign, mut style) = cell(look, part(all), part(failed), is_marked);
            if is_marked {
                style = style.patch(look.style(Role::Selection));
            }
            buffer.set_string(area.x + index as u16, area.y + line, sign, style);
        }
    }
}

/// Sign and style of one cell, of which so many eighths are filled and so many of these, at the bottom, with failures.
fn cell(look: Look, all: usize, failed: usize, is_marked: bool) -> (&'static str, Style) {
    let Some(filled) = all.checked_sub(1).and_then(|at| look.symbols.columns.get(at)) else {
        return (" ", look.style(Role::Bar));
    };
    let lower = failed.checked_sub(1).and_then(|at| look.symbols.columns.get(at));
    let behind = look.style(Role::Bar).fg.filter(|_| look.symbols.unicode && !is_marked);
    match (lower, behind) {
        (Some(lower), Some(bar)) if all == 8 && failed < all => (lower, look.style(Role::Failed).bg(bar)),
        // A cell has no third colour: the larger part has it, and a sign below the column tells of the other.
        _ if failed * 2 >= all => (filled, look.style(Role::Failed)),
        _ => (filled, look.style(Role::Bar)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{ASCII, ThemeName};

    #[test]
    fn a_few_failures_among_many_take_a_small_part_of_their_column() {
        let look = Look::default();
        let area = Rect::new(0, 0, 2, 2);
        let mut buffer = Buffer::empty(area);
        let bins = [Bin { all: 100, failed: 1 }, Bin { all: 100, failed: 100 }];
        histogram(&mut buffer, look, area, &bins, 0..0);
        let bar = look.style(Role::Bar).fg;
        let failed = look.style(Role::Failed).fg;
        let of = |x, y| (buffer[(x, y)].symbol(), buffer[(x, y)].style().fg, buffer[(x, y)].style().bg);
        assert_eq!(of(0, 0).1, bar);
        assert_eq!(of(0, 1), ("▁", failed, bar));
        assert_eq!(of(1, 0).1, failed);
        let plain = Look { theme: ThemeName::Plain, symbols: &ASCII };
        assert_eq!(cell(plain, 8, 1, false).0, "#");
    }
}

//! Counts over time as columns: all of them, and the failed ones drawn at the bottom in their own style.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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
        for line in 0..area.height {
            let below = u64::from(area.height - 1 - line) * 8;
            let fill = all.saturating_sub(below).min(8);
            let role = if failed > below { Role::Failed } else { Role::Bar };
            let mut style = look.style(role);
            if marked.contains(&index) {
                style = style.patch(look.style(Role::Selection));
            }
            let sign = if fill == 0 { " " } else { look.symbols.columns[fill as usize - 1] };
            buffer.set_string(area.x + index as u16, area.y + line, sign, style);
        }
    }
}

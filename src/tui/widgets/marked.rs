//! Text with some of its parts drawn as matches.

use std::ops::Range;

use super::{Line, fit, width};
use crate::tui::theme::Role;

/// Writes `text` as far as there is room; the byte ranges `matches`, in order and apart, are drawn as matches.
pub fn marked(line: &mut Line<'_>, role: Role, text: &str, matches: &[Range<usize>]) {
    let cut = (width(text) > line.room()).then(|| fit(text, line.room(), line.ellipsis()));
    let text = cut.as_deref().unwrap_or(text);
    let mut done = 0;
    for part in matches {
        let end = text.floor_char_boundary(part.end);
        let (Some(before), Some(hit)) = (text.get(done..part.start), text.get(part.start..end)) else {
            continue;
        };
        line.put(role, before).put(Role::Match, hit);
        done = end;
    }
    line.put(role, text.get(done..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::tui::theme::Look;

    #[test]
    fn matches_have_their_own_style_and_nothing_is_lost() {
        let area = Rect::new(0, 0, 9, 1);
        let mut buffer = Buffer::empty(area);
        let look = Look::default();
        marked(&mut Line::new(&mut buffer, look, area, 0), Role::Normal, "日本 error here", &[7..12, 90..99]);
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(text, "日 本  err…");
        assert_eq!(buffer[(5, 0)].style().fg, look.style(Role::Match).fg);
        assert_eq!(buffer[(0, 0)].style().fg, look.style(Role::Normal).fg);
    }
}

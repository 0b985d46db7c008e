//! A box over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Widget};

use crate::tui::theme::{Look, Role};

/// Borders without Unicode.
const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// The room of a box in the middle of `area` with its border, and what is left inside.
pub fn popup_rooms(area: Rect, width: u16, height: u16) -> (Rect, Rect) {
    let (width, height) = (width.min(area.width), height.min(area.height));
    let outer =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let inner = Block::bordered().inner(outer);
    (outer, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner })
}

/// Draws an empty box with a title in the middle of `area`, at most `width` by `height` including its border, and
/// returns the room inside.
pub fn popup(buffer: &mut Buffer, look: Look, area: Rect, title: &str, width: u16, height: u16) -> Rect {
    let (outer, inside) = popup_rooms(area, width, height);
    Clear.render(outer, buffer);
    let set = if look.symbols.unicode { border::ROUNDED } else { ASCII_BORDER };
    let block = Block::bordered()
        .border_set(set)
        .border_style(look.style(Role::Border))
        .style(look.ground())
        .title(ratatui::text::Span::styled(format!(" {title} "), look.style(Role::Title)));
    block.render(outer, buffer);
    inside
}

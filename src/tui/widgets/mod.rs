//! Pieces that screens are made of. Each draws into a [`Buffer`](ratatui::buffer::Buffer) and only what is visible.

mod bar;
mod cell;
mod chart;
mod histogram;
mod input;
mod line;
mod list;
mod marked;
mod paragraph;
mod popup;
mod split;
mod table;
mod tree;
mod wrap;

pub use bar::bar;
pub use cell::{fit, tail, width};
pub use chart::{Pick, TimeChart, Words, bin_starts};
pub use histogram::{Bin, histogram};
pub use input::Input;
pub use line::Line;
pub use list::ListState;
pub use marked::marked;
pub use paragraph::{excerpt, paragraph};
pub use popup::{popup, popup_rooms};
pub use split::Split;
pub use table::{Align, Column, Table, scroll_bar};
pub use tree::{Node, Tree};
pub use wrap::wrap;

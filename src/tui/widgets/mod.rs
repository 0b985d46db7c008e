//! Pieces that screens are made of. Each draws into a [`Buffer`](ratatui::buffer::Buffer) and only what is visible.

mod bar;
mod cell;
mod histogram;
mod input;
mod line;
mod list;
mod popup;
mod table;
mod tree;

pub use bar::bar;
pub use cell::{fit, width};
pub use histogram::{Bin, histogram};
pub use input::Input;
pub use line::Line;
pub use list::ListState;
pub use popup::popup;
pub use table::{Align, Column, Table};
pub use tree::{Node, Tree};

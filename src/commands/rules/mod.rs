//! The subcommands of `rules`. `list.rs` is the minimal example.

mod docs;
mod explain;
mod list;
mod proof;
mod scaffold;
mod show;

pub use docs::docs;
pub use explain::{Explain, explain};
pub use list::{fields, list};
pub use proof::{lint, test};
pub use scaffold::new;
pub use show::show;

//! A failing request beside healthy ones: what differs, and how well each difference separates failed from healthy.
//!
//! [`choose`] finds the healthy request, [`Traits::of`] reads what a request shows, [`differences`] compares and ranks,
//! [`Basis::caution`] says how far to trust it.

mod arguments;
mod caution;
mod choice;
mod declared;
mod rank;
mod read;
#[cfg(test)]
mod tests;
mod timing;
mod traits;
mod words;

pub use caution::Basis;
pub use choice::{Candidate, Party, choose, spread};
pub use declared::tools_of;
pub use rank::{MAX_DIFFERENCES, differences};
pub use read::Facts;
pub use traits::Traits;

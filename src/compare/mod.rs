//! A failing request beside healthy ones: what differs, and how well each difference separates failed from healthy.

mod choice;

pub use choice::{Candidate, Party, choose, spread};

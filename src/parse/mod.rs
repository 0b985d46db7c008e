//! Bytes to signals. Never fails: what cannot be read becomes an [`Issue`](crate::model::Issue).

pub mod envelope;
pub mod join;
pub mod payload;

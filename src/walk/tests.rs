//! Readers and settling, on hand-made signals.

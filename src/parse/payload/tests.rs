//! Whole payloads, one table per family.

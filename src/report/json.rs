//! The check document as JSON.

use std::io::{self, Write};

use super::document::Document;

/// Writes the document, indented, in the contract's key order.
pub(super) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

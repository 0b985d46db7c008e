//! Rows of a query result as JSON objects, built when a record is read: the input holds them as lists or CSV.

use super::csv;
use super::scan::{elements, members};
use super::unwrap::undo_csv;
use crate::model::Escape;

/// Writes the object of a row's columns.
///
/// `raw` is the row as it stands in the input: `[{"field":…,"value":…},…]`, a CSV record (`escape` is
/// [`Escape::Csv`], the header is the first line of `bytes`), or an object already.
pub(super) fn object(bytes: &[u8], raw: &[u8], escape: Escape, out: &mut Vec<u8>) {
    if escape == Escape::Csv {
        from_csv(bytes, raw, out);
    } else if raw.first() == Some(&b'[') {
        from_fields(raw, out);
    } else {
        out.extend_from_slice(raw);
    }
}

fn from_fields(raw: &[u8], out: &mut Vec<u8>) {
    out.push(b'{');
    for cell in elements(raw) {
        let find =
            |wanted: &[u8]| members(cell).find(|member| member.key == wanted).map(|member| member.value);
        if let Some(field) = find(b"field").filter(|field| field.starts_with(b"\"")) {
            separate(out);
            out.extend_from_slice(field);
            out.push(b':');
            out.extend_from_slice(find(b"value").unwrap_or(b"null"));
        }
    }
    out.push(b'}');
}

fn from_csv(bytes: &[u8], raw: &[u8], out: &mut Vec<u8>) {
    let header = csv::header(bytes);
    out.push(b'{');
    for (name, cell) in header.iter().zip(csv::fields(raw)) {
        separate(out);
        quote(&bytes[name.clone()], out);
        out.push(b':');
        quote(&raw[cell], out);
    }
    out.push(b'}');
}

fn separate(out: &mut Vec<u8>) {
    if out.last().is_some_and(|last| *last != b'{') {
        out.push(b',');
    }
}

fn quote(field: &[u8], out: &mut Vec<u8>) {
    let mut text = Vec::new();
    undo_csv(field, &mut text);
    let text = serde_json::Value::from(String::from_utf8_lossy(&text));
    out.extend_from_slice(text.to_string().as_bytes());
}

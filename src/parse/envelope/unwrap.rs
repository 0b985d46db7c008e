//! The text of a record's payload.

use std::borrow::Cow;
use std::str;

use memchr::{memchr, memmem};

use super::rows;
use crate::model::{Cut, Escape, Hint, Record, Slice};

/// The text of a record's payload: escapes undone, further parts joined with `\n`, invalid UTF-8 replaced.
///
/// Borrowed from `bytes` (the whole input) when there is nothing to undo.
pub fn payload<'a>(bytes: &'a [u8], cut: &Cut, record: &Record) -> Cow<'a, str> {
    if let Some(plain) = as_is(bytes, cut, record) {
        return String::from_utf8_lossy(plain);
    }
    let mut buffer = Vec::new();
    write(bytes, cut, record, &mut buffer);
    Cow::Owned(match String::from_utf8(buffer) {
        Ok(text) => text,
        Err(damaged) => String::from_utf8_lossy(damaged.as_bytes()).into_owned(),
    })
}

/// [`payload`] without the replacement of invalid UTF-8, for loops over many records: what has to be built is
/// built in `buffer` (its content is replaced), anything else is borrowed from `bytes`.
pub fn payload_into<'a>(bytes: &'a [u8], cut: &Cut, record: &Record, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    if let Some(plain) = as_is(bytes, cut, record) {
        return plain;
    }
    buffer.clear();
    write(bytes, cut, record, buffer);
    buffer
}

/// The payload's bytes when they are its text.
fn as_is<'a>(bytes: &'a [u8], cut: &Cut, record: &Record) -> Option<&'a [u8]> {
    if record.more > 0 || is_row(cut, record) {
        return None;
    }
    let raw = slice(bytes, record.payload);
    let plain = match record.escape {
        Escape::None => true,
        Escape::Json => memchr(b'\\', raw).is_none(),
        Escape::Csv => memmem::find(raw, b"\"\"").is_none(),
    };
    plain.then_some(raw)
}

fn is_row(cut: &Cut, record: &Record) -> bool {
    cut.contexts.get(record.context as usize).is_some_and(|context| context.hint == Some(Hint::InsightsRow))
}

fn slice(bytes: &[u8], slice: Slice) -> &[u8] {
    bytes.get(slice.range()).unwrap_or_default()
}

fn write(bytes: &[u8], cut: &Cut, record: &Record, out: &mut Vec<u8>) {
    let raw = slice(bytes, record.payload);
    if is_row(cut, record) {
        return rows::object(bytes, raw, record.escape, out);
    }
    undo(raw, record.escape, out);
    let parts = cut.parts.iter().skip(record.first_part as usize).take(usize::from(record.more));
    for part in parts {
        out.push(b'\n');
        undo(slice(bytes, *part), record.escape, out);
    }
}

fn undo(raw: &[u8], escape: Escape, out: &mut Vec<u8>) {
    match escape {
        Escape::None => out.extend_from_slice(raw),
        Escape::Json => undo_json(raw, out),
        Escape::Csv => undo_csv(raw, out),
    }
}

/// The inside of a string, unescaped and as text.
pub(super) fn json_text(raw: &[u8]) -> String {
    let mut out = Vec::with_capacity(raw.len());
    undo_json(raw, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Undoes the escapes of a JSON string. An escape that JSON does not know is kept as written, and half a
/// surrogate pair becomes U+FFFD.
pub(super) fn undo_json(mut raw: &[u8], out: &mut Vec<u8>) {
    out.reserve(raw.len());
    while let Some(at) = memchr(b'\\', raw) {
        out.extend_from_slice(&raw[..at]);
        let used = undo_one(&raw[at..], out);
        raw = &raw[at + used..];
    }
    out.extend_from_slice(raw);
}

/// Undoes the escape that `raw` starts with and returns its length, at least 1.
pub(super) fn undo_one(raw: &[u8], out: &mut Vec<u8>) -> usize {
    let plain = match raw.get(1) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
        Some(b'u') => return undo_unicode(raw, out),
        _ => {
            out.push(raw[0]);
            return 1;
        }
    };
    out.push(plain);
    2
}

fn undo_unicode(raw: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(first) = code_unit(raw) else {
        out.push(raw[0]);
        return 1;
    };
    let second = code_unit(&raw[6..]).filter(|unit| (0xDC00..0xE000).contains(unit));
    let (code, used) = match (first, second) {
        (0xD800..0xDC00, Some(second)) => (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12),
        _ => (first, 6),
    };
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    used
}

/// The value of a `\uXXXX` that `raw` starts with.
fn code_unit(raw: &[u8]) -> Option<u32> {
    let digits = raw.strip_prefix(b"\\u")?.get(..4)?;
    let digits =
        str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// Undoes the doubled quotes of a CSV field.
pub(super) fn undo_csv(mut raw: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memmem::find(raw, b"\"\"") {
        out.extend_from_slice(&raw[..=at]);
        raw = &raw[at + 2..];
    }
    out.extend_from_slice(raw);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Context;
    use proptest::prelude::*;

    fn whole(bytes: &[u8], escape: Escape) -> (Cut, Record) {
        let payload = Slice { start: 0, len: bytes.len() as u32 };
        let cut = Cut { contexts: vec![Context::default()], ..Cut::default() };
        (cut, Record { payload, escape, ..Record::default() })
    }

    #[test]
    fn nothing_to_undo_is_borrowed() {
        for (text, escape) in [("a\\b", Escape::None), ("a b", Escape::Json), ("a,b", Escape::Csv)] {
            let (cut, record) = whole(text.as_bytes(), escape);
            assert!(matches!(payload(text.as_bytes(), &cut, &record), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn broken_escapes_do_no_harm() {
        for (raw, text) in [
            (r"\ud83d\udc4b", "👋"),
            (r"\ud83dx", "\u{FFFD}x"),
            (r"\udc4b\ud83d", "\u{FFFD}\u{FFFD}"),
            (r"\u12", r"\u12"),
            (r"\u+123", r"\u+123"),
            (r"C:\q", r"C:\q"),
            (r"end\", r"end\"),
        ] {
            let (cut, record) = whole(raw.as_bytes(), Escape::Json);
            assert_eq!(payload(raw.as_bytes(), &cut, &record), text, "{raw}");
        }
    }

    #[test]
    fn parts_are_joined_and_bad_bytes_replaced() {
        let bytes = b"a\xFF\nb\"\"c\nout of bounds";
        let (mut cut, mut record) = whole(&bytes[..2], Escape::Csv);
        cut.parts = vec![Slice { start: 3, len: 4 }, Slice { start: 900, len: 4 }];
        record.more = 2;
        assert_eq!(payload(bytes, &cut, &record), "a\u{FFFD}\nb\"c\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn json_strings_come_back(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let inside = &json.as_bytes()[1..json.len() - 1];
            let (cut, record) = whole(inside, Escape::Json);
            prop_assert_eq!(&payload(inside, &cut, &record), text.as_str());
            let mut buffer = b"old".to_vec();
            prop_assert_eq!(payload_into(inside, &cut, &record, &mut buffer), text.as_bytes());
        }

        #[test]
        fn any_bytes_have_a_text(raw in proptest::collection::vec(prop_oneof![Just(b'\\'), Just(b'u'), Just(b'd'), any::<u8>()], 0..60)) {
            for escape in [Escape::None, Escape::Json, Escape::Csv] {
                let (cut, record) = whole(&raw, escape);
                let _ = payload(&raw, &cut, &record);
            }
        }
    }
}

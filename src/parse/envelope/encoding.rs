//! Brings an input into UTF-8: byte order marks, UTF-16, and files that are no text at all.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::model::{Bytes, Input, Issue};

/// How much of an input decides what it is.
const SAMPLE: usize = 4096;

/// Brings an input into UTF-8 without a byte order mark.
///
/// UTF-16 with or without a mark (`PowerShell` redirection) is transcoded; a UTF-8 mark is skipped without copying;
/// plain UTF-8 is handed back as it is, and invalid bytes in it are left to [`payload`](super::payload), which
/// replaces them, and to [`cut`](super::cut), which counts them. A binary file comes back empty with one fatal
/// issue.
pub fn normalise(input: Input) -> (Input, Vec<Issue>) {
    if input.bytes.starts_with(b"\xEF\xBB\xBF") {
        let bytes = Bytes::new(Tail { bytes: input.bytes, from: 3 });
        return (Input { path: input.path, bytes }, Vec::new());
    }
    if let Some((encoding, mark)) = utf16(&input.bytes) {
        let (text, damaged) = encoding.decode_without_bom_handling(&input.bytes[mark..]);
        let issues = if damaged {
            let message =
                "holds bytes that are not valid UTF-16; they were replaced, the text around them is complete";
            vec![Issue::new(&input.path, None, message).harmless()]
        } else {
            Vec::new()
        };
        return (Input { path: input.path, bytes: Bytes::new(text.into_owned().into_bytes()) }, issues);
    }
    if is_binary(&input.bytes) {
        let message = "is a binary file, not a log; remove it from the capture, or decompress it first \
                       (.gz and .zst are read directly)";
        let issue = Issue::new(&input.path, None, message).fatal();
        return (Input { path: input.path, bytes: Bytes::new(Vec::new()) }, vec![issue]);
    }
    (input, Vec::new())
}

/// Bytes after a mark.
struct Tail {
    bytes: Bytes,
    from: usize,
}

impl AsRef<[u8]> for Tail {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.from..]
    }
}

/// The UTF-16 flavour and the length of the mark. Without a mark, ASCII text shows as NULs in every other byte.
fn utf16(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some((UTF_16LE, 2)),
        [0xFE, 0xFF, ..] => return Some((UTF_16BE, 2)),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let units = sample.chunks_exact(2);
    let count = units.len();
    let (high, low) = units.fold((0, 0), |(first, second), unit| {
        (first + usize::from(unit[0] == 0), second + usize::from(unit[1] == 0))
    });
    if count == 0 {
        None
    } else if low * 10 >= count * 7 && high * 20 <= count {
        Some((UTF_16LE, 0))
    } else if high * 10 >= count * 7 && low * 20 <= count {
        Some((UTF_16BE, 0))
    } else {
        None
    }
}

/// Text may hold a stray NUL; several in the first pages mean something else.
fn is_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let odd = sample.iter().filter(|byte| matches!(byte, 0..=6 | 14..=26 | 28..=31)).count();
    sample.contains(&0) && odd * 50 > sample.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bytes: Vec<u8>) -> Input {
        Input { path: "x.log".into(), bytes: Bytes::new(bytes) }
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn plain_text_is_not_copied() {
        let before = input(b"INFO: ok\n".to_vec());
        let place = before.bytes.as_ptr();
        let (after, issues) = normalise(before);
        assert_eq!((after.bytes.as_ptr(), issues), (place, vec![]));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_in_place() {
        let before = input(b"\xEF\xBB\xBF{}".to_vec());
        let place = before.bytes.as_ptr();
        let (after, _) = normalise(before);
        assert_eq!((&*after.bytes, after.bytes.as_ptr() as usize), (&b"{}"[..], place as usize + 3));
    }

    #[test]
    fn utf16_is_transcoded_with_and_without_mark() {
        let text = "{\"message\":\"größer 👋\"}\r\n";
        for little in [true, false] {
            for mark in ["", "\u{FEFF}"] {
                let (after, issues) = normalise(input(utf16(&format!("{mark}{text}"), little)));
                assert_eq!((std::str::from_utf8(&after.bytes), issues.len()), (Ok(text), 0));
            }
        }
    }

    #[test]
    fn half_a_code_unit_is_reported() {
        let mut bytes = utf16("\u{FEFF}hello", true);
        bytes.push(b'x');
        let (after, issues) = normalise(input(bytes));
        assert_eq!((&*after.bytes, issues.len()), ("hello\u{FFFD}".as_bytes(), 1));
    }

    #[test]
    fn a_binary_file_is_one_fatal_issue() {
        let (after, issues) = normalise(input(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec()));
        assert!(after.bytes.is_empty());
        assert!(issues.len() == 1 && issues[0].fatal && issues[0].path == "x.log");
    }

    #[test]
    fn one_stray_nul_does_not_make_a_log_binary() {
        let (_, issues) =
            normalise(input([b"INFO: a long enough line of text\n".repeat(9), vec![0]].concat()));
        assert_eq!(issues, []);
    }
}

//! Identifiers: parsed once, compared as bytes, printed in the OpenTelemetry spelling.

use std::fmt;

/// A 128-bit trace id.
///
/// Parses the W3C spelling (32 hex digits), the X-Ray spelling (`1-8hex-24hex`) and bare 64-bit ids
/// (16 hex digits, padded with zeros on the left); prints 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId(pub [u8; 16]);

/// A 64-bit span id: an OpenTelemetry span, an X-Ray segment or subsegment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId(pub [u8; 8]);

impl TraceId {
    /// Reads any of the three spellings; `None` for anything else and for the invalid all-zero id.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut id = [0u8; 16];
        match text.len() {
            32 => hex(text, &mut id)?,
            16 => hex(text, &mut id[8..])?,
            35 if text.starts_with(b"1-") && text[10] == b'-' => {
                hex(&text[2..10], &mut id[..4])?;
                hex(&text[11..], &mut id[4..])?;
            }
            _ => return None,
        }
        (id != [0; 16]).then_some(Self(id))
    }

    /// The `1-8hex-24hex` spelling that the X-Ray API and the `X-Amzn-Trace-Id` header use.
    pub fn to_xray(self) -> String {
        let w3c = self.to_string();
        format!("1-{}-{}", &w3c[..8], &w3c[8..])
    }
}

impl SpanId {
    /// Reads 16 hex digits; `None` for anything else and for the invalid all-zero id.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut id = [0u8; 8];
        if text.len() != 16 {
            return None;
        }
        hex(text, &mut id)?;
        (id != [0; 8]).then_some(Self(id))
    }
}

/// UUIDs in the spelling of RFC 9562, with small digits: the request ids of AWS and most session ids.
pub(super) mod uuid {
    /// Where the five groups of digits begin, and their lengths.
    const GROUPS: [(usize, usize); 5] = [(0, 8), (9, 4), (14, 4), (19, 4), (24, 12)];
    const LEN: usize = 36;

    /// The number that a text stands for, when [`write`] gives that text again.
    pub(in crate::model) fn read(text: &str) -> Option<[u8; 16]> {
        let text = <&[u8; LEN]>::try_from(text.as_bytes()).ok()?;
        let mut number = [0; 16];
        let mut rest = &mut number[..];
        for (start, len) in GROUPS {
            let (own, behind) = rest.split_at_mut(len / 2);
            super::hex(&text[start..start + len], own)?;
            rest = behind;
        }
        (spelled(number) == *text).then_some(number)
    }

    /// The text that a number stands for.
    pub(in crate::model) fn write(number: [u8; 16]) -> String {
        String::from_utf8_lossy(&spelled(number)).into_owned()
    }

    fn spelled(number: [u8; 16]) -> [u8; LEN] {
        let mut text = [b'-'; LEN];
        let mut bytes = number.iter();
        for (start, len) in GROUPS {
            for (pair, byte) in text[start..start + len].chunks_exact_mut(2).zip(&mut bytes) {
                pair[0] = super::DIGITS[usize::from(byte >> 4)];
                pair[1] = super::DIGITS[usize::from(byte & 15)];
            }
        }
        text
    }
}

fn hex(digits: &[u8], out: &mut [u8]) -> Option<()> {
    let mut bad = 0;
    for (pair, byte) in digits.chunks_exact(2).zip(out) {
        let (high, low) = (NIBBLES[pair[0] as usize], NIBBLES[pair[1] as usize]);
        bad |= high | low;
        *byte = high << 4 | low;
    }
    (bad < NO_DIGIT).then_some(())
}

/// What stands in [`NIBBLES`] for a byte that is no hex digit.
const NO_DIGIT: u8 = 0x80;

const NIBBLES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        table[DIGITS[value] as usize] = value as u8;
        table[DIGITS[value].to_ascii_uppercase() as usize] = value as u8;
        value += 1;
    }
    table
};

const DIGITS: [u8; 16] = *b"0123456789abcdef";

macro_rules! prints_as_hex {
    ($($id:ty),*) => {$(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; 2 * size_of::<$id>()];
                for (byte, pair) in self.0.iter().zip(text.chunks_exact_mut(2)) {
                    pair[0] = DIGITS[usize::from(byte >> 4)];
                    pair[1] = DIGITS[usize::from(byte & 15)];
                }
                f.pad(std::str::from_utf8(&text).unwrap_or_default())
            }
        }
        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
prints_as_hex!(TraceId, SpanId);

/// Position of a signal in the case's canonical order: time, then input order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SignalKey(pub u32);

/// Position of a request in the case, ordered by start time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RequestKey(pub u32);

impl SignalKey {
    /// The key as an index into the case's signals.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl RequestKey {
    /// The key as an index into the case's requests.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_trace_id_is_the_same_id() {
        let w3c = TraceId::parse(b"4efaaf4d1e8720b39541901950019ee5").unwrap();
        assert_eq!(TraceId::parse(b"1-4efaaf4d-1e8720b39541901950019ee5"), Some(w3c));
        assert_eq!(TraceId::parse(b"4EFAAF4D1E8720B39541901950019EE5"), Some(w3c));
        assert_eq!(w3c.to_xray(), "1-4efaaf4d-1e8720b39541901950019ee5");
    }

    #[test]
    fn a_64_bit_trace_id_is_padded_on_the_left() {
        let padded = TraceId::parse(b"1-00000000-00000000257e7ab0ae32d655");
        assert!(padded.is_some());
        assert_eq!(TraceId::parse(b"257e7ab0ae32d655"), padded);
    }

    #[test]
    fn all_zero_and_malformed_ids_are_no_ids() {
        for text in ["", "0", "00000000000000000000000000000000", "1_4efaaf4d-1e8720b39541901950019ee5"] {
            assert_eq!(TraceId::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(SpanId::parse(b"0000000000000000"), None);
        assert_eq!(SpanId::parse(b"81346de89c725310").unwrap().to_string(), "81346de89c725310");
    }
}

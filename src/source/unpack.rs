//! Gzip and zstd, told by their first bytes and never by the name.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::model::{Bytes, Issue};

/// What one compressed input may grow to, in bytes: four gibibytes. Logs compress about tenfold, so no honest
/// export comes near it, and a file made to exhaust the memory stops here.
pub const MAX_UNPACKED: u64 = 4 << 30;

/// A file may be packed twice: an exported `.gz` that a browser or a tool packed again.
const MAX_LAYERS: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Codec {
    Gzip,
    Zstd,
}

impl Codec {
    /// Gzip: RFC 1952 §2.3.1, with deflate as the only method there is. Zstandard: RFC 8878 §3.1.1, or a
    /// skippable frame (§3.1.2), with which parallel compressors begin.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 0x08, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Every member or frame of `bytes`, and the error that ended it early.
    fn decode(self, bytes: &[u8], limit: u64) -> (Vec<u8>, Option<io::Error>) {
        let mut decoded = Vec::new();
        let outcome = match self {
            Self::Gzip => MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut decoded),
            Self::Zstd => zstd::stream::read::Decoder::with_buffer(bytes)
                .and_then(|decoder| decoder.take(limit).read_to_end(&mut decoded)),
        };
        (decoded, outcome.err())
    }
}

/// Undoes the compression of `bytes`, with at most one issue: damage keeps what came before it and is fatal
/// when that is nothing; beyond `limit` bytes the rest is left out.
pub(super) fn unpack(path: &str, mut bytes: Bytes, limit: u64) -> (Bytes, Option<Issue>) {
    for _ in 0..MAX_LAYERS {
        let Some(codec) = Codec::of(&bytes) else { return (bytes, None) };
        // One byte more than allowed tells a file that just fits from one that does not.
        let (mut decoded, error) = codec.decode(&bytes, limit.saturating_add(1));
        let issue = if decoded.len() as u64 > limit {
            decoded.truncate(limit as usize);
            Some(oversized(path, codec, limit))
        } else {
            error.map(|error| damaged(path, codec, decoded.len(), &error))
        };
        bytes = Bytes::new(decoded);
        if issue.is_some() {
            return (bytes, issue);
        }
    }
    let issue = Codec::of(&bytes).map(|codec| {
        let message = format!(
            "is still {} after {MAX_LAYERS} layers of compression were undone; decompress it and name the result",
            codec.name()
        );
        Issue::new(path, None, message).fatal()
    });
    (bytes, issue)
}

fn oversized(path: &str, codec: Codec, limit: u64) -> Issue {
    let message = format!(
        "the {} data are larger than {limit} bytes when decompressed: the first {limit} bytes were read; to read \
         all of it, decompress it to a file and name that",
        codec.name()
    );
    Issue::new(path, None, message)
}

fn damaged(path: &str, codec: Codec, kept: usize, error: &io::Error) -> Issue {
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "end in the middle".to_owned(),
        _ => format!("are damaged ({error})"),
    };
    let name = codec.name();
    if kept == 0 {
        let message =
            format!("the {name} data {what} and nothing could be decompressed; fetch the file again");
        return Issue::new(path, None, message).fatal();
    }
    let message = format!(
        "the {name} data {what}: {kept} bytes before that were read; fetch the file again for the rest"
    );
    Issue::new(path, None, message)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(content: &[u8]) -> Vec<u8> {
        zstd::encode_all(content, 0).unwrap()
    }

    fn run(bytes: Vec<u8>, limit: u64) -> (Vec<u8>, Option<Issue>) {
        let (bytes, issue) = unpack("in", Bytes::new(bytes), limit);
        (bytes.to_vec(), issue)
    }

    fn lines(count: usize) -> Vec<u8> {
        (0..count)
            .flat_map(|index| {
                format!("line {} of the log\n", index.wrapping_mul(2_654_435_761) as u32).into_bytes()
            })
            .collect()
    }

    #[test]
    fn members_and_frames_are_joined_and_two_layers_undone() {
        for packed in [
            [gzip(b"one\n"), gzip(b"two\n")].concat(),
            [zstd(b"one\n"), zstd(b"two\n")].concat(),
            gzip(&gzip(b"one\ntwo\n")),
            gzip(&zstd(b"one\ntwo\n")),
            [b"\x50\x2a\x4d\x18\x02\x00\x00\x00zz".to_vec(), zstd(b"one\ntwo\n")].concat(),
        ] {
            assert_eq!(run(packed, MAX_UNPACKED), (b"one\ntwo\n".to_vec(), None));
        }
    }

    #[test]
    fn a_third_layer_is_an_issue() {
        let (_, issue) = run(gzip(&gzip(&gzip(b"x"))), MAX_UNPACKED);
        assert!(issue.unwrap().fatal);
    }

    #[test]
    fn truncation_keeps_what_was_decoded() {
        let content = lines(50_000);
        for packed in [gzip(&content), zstd(&content)] {
            let half = packed.len() / 2;
            let (kept, issue) = run(packed[..half].to_vec(), MAX_UNPACKED);
            assert!(!kept.is_empty() && content.starts_with(&kept));
            let issue = issue.unwrap();
            assert!(issue.message.contains(&format!("{} bytes", kept.len())), "{issue:?}");
            assert!(!issue.fatal);
        }
    }

    #[test]
    fn a_header_alone_is_fatal() {
        assert!(run(gzip(b"x")[..5].to_vec(), MAX_UNPACKED).1.unwrap().fatal);
        assert!(run(zstd(b"x")[..5].to_vec(), MAX_UNPACKED).1.unwrap().fatal);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        for packed in [gzip(&vec![b'a'; 100_000]), zstd(&vec![b'a'; 100_000])] {
            let (kept, issue) = run(packed.clone(), 1_000);
            assert_eq!(kept.len(), 1_000);
            assert!(issue.unwrap().message.contains("larger than 1000 bytes"));
            assert_eq!(run(packed, 100_000).1, None, "a file that just fits");
        }
    }

    #[test]
    fn garbage_after_the_last_member_keeps_the_members() {
        let (kept, issue) = run([gzip(b"whole\n"), b"garbage".to_vec()].concat(), MAX_UNPACKED);
        assert_eq!(kept, b"whole\n");
        assert!(!issue.unwrap().fatal);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_panic(tail in proptest::collection::vec(any::<u8>(), 0..200), magic in 0_usize..3) {
            let start: &[u8] = [&[0x1f, 0x8b, 0x08][..], &[0x28, 0xb5, 0x2f, 0xfd], &[]][magic];
            let (kept, _) = run([start, &tail].concat(), 10_000);
            prop_assert!(kept.len() <= 10_000);
        }

        #[test]
        fn packing_and_unpacking_changes_nothing(content in proptest::collection::vec(any::<u8>(), 1..500)) {
            prop_assume!(Codec::of(&content).is_none());
            prop_assert_eq!(run(gzip(&content), MAX_UNPACKED), (content.clone(), None));
            prop_assert_eq!(run(zstd(&content), MAX_UNPACKED), (content, None));
        }
    }
}

//! What tools write before each message: time, and mostly the stream.

use std::ops::Range;

use memchr::memchr;

use crate::model::Timestamp;

/// Whose prefix it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    /// Nobody's: every line is a record.
    Plain,
    /// `aws logs tail`, detailed or json: `<time with offset> <stream> <message>`.
    Tail,
    /// `aws logs tail --format short`: `<time without zone> <message>`.
    Short,
    /// S3 export: `<time ending in Z> <message>`.
    Export,
    /// awslogs: `<group> <stream> [<time>] <message>`.
    Awslogs,
    /// saw: `[<time>] (<stream>) <message>`.
    Saw,
}

impl Dialect {
    /// All that have a prefix.
    pub(super) const PREFIXED: [Self; 5] = [Self::Tail, Self::Short, Self::Export, Self::Awslogs, Self::Saw];
}

/// A prefix, as positions in the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Prefix {
    pub(super) timestamp: Option<Timestamp>,
    pub(super) stream: Option<Range<usize>>,
    pub(super) group: Option<Range<usize>>,
    /// Where the message starts.
    pub(super) message: usize,
}

/// The prefix of a line, when it has the dialect's.
pub(super) fn read(dialect: Dialect, line: &[u8]) -> Option<Prefix> {
    match dialect {
        Dialect::Plain => None,
        Dialect::Tail => tail(line),
        Dialect::Short => timed(line, |time| time.zone == Zone::None && time.digits == 0),
        Dialect::Export => timed(line, |time| time.zone == Zone::Utc),
        Dialect::Awslogs => awslogs(line),
        Dialect::Saw => saw(line),
    }
}

fn tail(line: &[u8]) -> Option<Prefix> {
    let start = skip_colour(line, 0);
    let time = Time::read(&line[start..]).filter(|time| time.zone == Zone::Offset)?;
    let space = skip_colour(line, start + time.length);
    let stream = space + (line.get(space) == Some(&b' ')).then_some(1)?;
    let stream = stream_at(line, skip_colour(line, stream))?;
    let end = skip_colour(line, stream.end);
    let message = match line.get(end) {
        None => end,
        Some(b' ') => end + 1,
        Some(_) => return None,
    };
    Some(Prefix { timestamp: time.instant, stream: Some(stream), group: None, message })
}

fn timed(line: &[u8], accept: impl Fn(&Time) -> bool) -> Option<Prefix> {
    let start = skip_colour(line, 0);
    let time = Time::read(&line[start..]).filter(accept)?;
    let end = skip_colour(line, start + time.length);
    let message = match line.get(end) {
        None => end,
        Some(b' ') => end + 1,
        Some(_) => return None,
    };
    Some(Prefix { timestamp: time.instant, stream: None, group: None, message })
}

fn awslogs(line: &[u8]) -> Option<Prefix> {
    let start = skip_colour(line, 0);
    let group = token(line, start).filter(|token| line[token.clone()].starts_with(b"/aws/"))?;
    let next = skip_colour(line, group.end);
    let next = next + (line.get(next) == Some(&b' ')).then_some(1)?;
    let stream = stream_at(line, skip_colour(line, next))?;
    let rest = skip_colour(line, stream.end);
    let rest = rest + (line.get(rest) == Some(&b' ')).then_some(1)?;
    let time = Time::read(&line[rest..]);
    let message = time.as_ref().map_or(rest, |time| {
        let end = rest + time.length;
        end + usize::from(line.get(end) == Some(&b' '))
    });
    let timestamp = time.and_then(|time| time.instant);
    Some(Prefix { timestamp, stream: Some(stream), group: Some(group), message })
}

fn saw(line: &[u8]) -> Option<Prefix> {
    let start = skip_colour(line, 0) + 1;
    if line.get(start - 1) != Some(&b'[') {
        return None;
    }
    let time = Time::read(&line[start..]).filter(|time| time.zone != Zone::None)?;
    let open = start + time.length;
    if !line[open..].starts_with(b"] (") {
        return None;
    }
    let stream = open + 3..open + 3 + memchr(b')', &line[open + 3..])?;
    let end = stream.end + 1;
    let message = end + usize::from(line.get(end) == Some(&b' '));
    Some(Prefix { timestamp: time.instant, stream: Some(stream), group: None, message })
}

fn token(line: &[u8], start: usize) -> Option<Range<usize>> {
    let length = line.get(start..)?.iter().take_while(|byte| !matches!(byte, b' ' | 0x1B)).count();
    (length > 0).then_some(start..start + length)
}

/// A stream name. The documentation prints `[runtime-logs] <uuid>` with a space that real names do not have.
fn stream_at(line: &[u8], start: usize) -> Option<Range<usize>> {
    let name = token(line, start)?;
    if line[name.clone()].ends_with(b"]") && line.get(name.end) == Some(&b' ') {
        let next = token(line, name.end + 1).filter(|next| is_uuid(&line[next.clone()]));
        return Some(next.map_or(name.clone(), |next| start..next.end));
    }
    Some(name)
}

fn is_uuid(text: &[u8]) -> bool {
    let is_uuid_byte = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.iter().enumerate().all(is_uuid_byte)
}

/// Steps over the colours that `--color on` puts around the fields.
fn skip_colour(line: &[u8], mut at: usize) -> usize {
    while line.get(at..).is_some_and(|rest| rest.starts_with(b"\x1b[")) {
        let inside = &line[at + 2..];
        let length = inside.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        if inside.get(length) != Some(&b'm') {
            break;
        }
        at += length + 3;
    }
    at
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Zone {
    None,
    Utc,
    Offset,
}

/// An ISO 8601 time with a `T`.
#[derive(Clone, Copy, Debug)]
struct Time {
    /// `None` for a date beyond the calendar.
    instant: Option<Timestamp>,
    length: usize,
    /// Digits of the fraction.
    digits: usize,
    zone: Zone,
}

impl Time {
    /// Reads the time that `text` starts with. By hand, because every line of a capture has one.
    fn read(text: &[u8]) -> Option<Self> {
        let head = text.get(..19)?;
        let shape = head.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b'T',
            13 | 16 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
        if !shape {
            return None;
        }
        let number = |at: Range<usize>| digits(&head[at]);
        let seconds = number(11..13) * 3600 + number(14..16) * 60 + number(17..19);
        let days = days_since_epoch(number(0..4), number(5..7), number(8..10));
        let mut length = 19;
        let mut fraction = 0;
        let mut count = 0;
        if text.get(19) == Some(&b'.') {
            count = text[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let kept = &text[20..20 + count.min(9)];
            fraction = digits(kept) * 10_i64.pow(9 - kept.len() as u32);
            length += 1 + count;
        }
        let (zone, offset, zone_length) = Self::zone(&text[length..]);
        let instant = days
            .and_then(|days| (days * 86_400 + seconds - offset).checked_mul(1_000_000_000))
            .and_then(|nanos| nanos.checked_add(fraction))
            .map(Timestamp);
        Some(Self { instant, length: length + zone_length, digits: count, zone })
    }

    /// Zone, offset in seconds, length.
    fn zone(text: &[u8]) -> (Zone, i64, usize) {
        match text {
            [b'Z', ..] => (Zone::Utc, 0, 1),
            [sign @ (b'+' | b'-'), a, b, b':', c, d, ..]
                if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) =>
            {
                let offset = digits(&[*a, *b]) * 3600 + digits(&[*c, *d]) * 60;
                (Zone::Offset, if *sign == b'-' { -offset } else { offset }, 6)
            }
            _ => (Zone::None, 0, 0),
        }
    }
}

fn digits(text: &[u8]) -> i64 {
    text.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'))
}

/// Days since 1970-01-01 in the Gregorian calendar; years start in March so that the leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tail_lines_with_and_without_colour() {
        let plain = b"2025-09-11T05:24:34.141000+00:00 2025/09/11/[runtime-logs]a3dd {\"a\":1}";
        let coloured = b"\x1b[32m2025-09-11T05:24:34.141000+00:00\x1b[0m \x1b[36m2025/09/11/[runtime-logs]a3dd\x1b[0m {\"a\":1}";
        for line in [&plain[..], coloured] {
            let prefix = read(Dialect::Tail, line).unwrap();
            assert_eq!(prefix.timestamp, Timestamp::parse("2025-09-11T05:24:34.141Z"));
            assert_eq!(&line[prefix.stream.unwrap()], b"2025/09/11/[runtime-logs]a3dd");
            assert_eq!(&line[prefix.message..], b"{\"a\":1}");
        }
        assert_eq!(read(Dialect::Tail, b"2025-09-11T05:24:34Z stream message"), None);
    }

    #[test]
    fn a_documented_stream_name_may_hold_one_space() {
        let line =
            b"2025-09-11T05:24:34+00:00 2025/09/11/[runtime-logs] a3dd357c-f99d-40f7-ba0f-ff789ad33e76 hello";
        let prefix = read(Dialect::Tail, line).unwrap();
        assert_eq!(&line[prefix.message..], b"hello");
    }

    #[test]
    fn each_tool_has_its_own_prefix() {
        let group = b"/aws/bedrock-agentcore/runtimes/a-DEFAULT otel-rt-logs 2025-09-11T05:24:34.141Z INFO x";
        let prefix = read(Dialect::Awslogs, group).unwrap();
        assert_eq!(&group[prefix.group.unwrap()], b"/aws/bedrock-agentcore/runtimes/a-DEFAULT");
        assert_eq!(&group[prefix.message..], b"INFO x");
        let saw = b"[2025-09-11T07:24:34+02:00] (otel-rt-logs) INFO x";
        let prefix = read(Dialect::Saw, saw).unwrap();
        assert_eq!(prefix.timestamp, Timestamp::parse("2025-09-11T05:24:34Z"));
        assert_eq!(
            (&saw[prefix.stream.unwrap()], &saw[prefix.message..]),
            (&b"otel-rt-logs"[..], &b"INFO x"[..])
        );
        assert_eq!(read(Dialect::Short, b"2025-09-11T05:24:34 INFO x").unwrap().message, 20);
        assert_eq!(read(Dialect::Export, b"2025-09-11T05:24:34.141Z INFO x").unwrap().message, 25);
        assert_eq!(read(Dialect::Short, b"2025-09-11 05:24:34 INFO x"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn times_agree_with_the_calendar(seconds in 0i64..9_000_000_000, nanos in 0i64..1_000_000_000) {
            let expected = Timestamp(seconds * 1_000_000_000 + nanos);
            let text = expected.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Nanos, false);
            prop_assert_eq!(Time::read(text.as_bytes()).unwrap().instant, Some(expected));
        }

        #[test]
        fn any_line_is_taken(line in proptest::collection::vec(any::<u8>(), 0..60), head in 0usize..4) {
            let heads: [&[u8]; 4] = [b"", b"2025-09-11T05:24:34", b"[2025-09-11T05:24:34Z] (", b"/aws/x \x1b["];
            let line = [heads[head], &line].concat();
            for dialect in Dialect::PREFIXED {
                if let Some(prefix) = read(dialect, &line) {
                    prop_assert!(prefix.message <= line.len());
                }
            }
        }
    }
}

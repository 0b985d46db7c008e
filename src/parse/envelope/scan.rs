//! A forward-only scanner over JSON text that builds nothing.
//!
//! Documents of hundreds of megabytes are cut by jumping from string to string. The scanner finds where values
//! end and is deliberately lenient about what lies between: log text is hostile, and whoever reads a payload
//! judges it. Nesting costs a counter, never stack.

use std::ops::Range;

use memchr::memchr2;

/// Why a value could not be walked to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Broken {
    /// The text ends first.
    Truncated,
    /// At this byte stands something that JSON does not allow.
    Malformed(usize),
}

/// Outcome of one step.
pub(super) type Step<T> = Result<T, Broken>;

/// What a JSON value is, told by its first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ValueKind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number, or a bare word that is none of the others.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

impl ValueKind {
    /// The kind of the value that starts with `first`.
    pub(super) fn of(first: u8) -> Self {
        match first {
            b'{' => Self::Object,
            b'[' => Self::Array,
            b'"' => Self::String,
            b't' | b'f' => Self::Bool,
            b'n' => Self::Null,
            _ => Self::Number,
        }
    }
}

/// One member of an object, as slices of its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Member<'a> {
    /// The key without its quotes, escapes not undone.
    pub(crate) key: &'a [u8],
    /// The value as written, quotes included.
    pub(crate) value: &'a [u8],
    /// Where the value starts in the text given to [`members`].
    pub(crate) start: usize,
    /// What the value is.
    pub(crate) kind: ValueKind,
}

impl<'a> Member<'a> {
    /// The inside of a string value, escapes not undone; `None` for any other kind.
    pub(crate) fn text(&self) -> Option<&'a [u8]> {
        (self.kind == ValueKind::String).then(|| &self.value[1..self.value.len() - 1])
    }
}

/// The top-level members of the object that `object` starts with (white space aside), in order, duplicates included.
///
/// Stops at the end of the object or at the first byte that is no JSON; text that is no object has no members.
pub(crate) fn members(object: &[u8]) -> impl Iterator<Item = Member<'_>> {
    let mut cursor = Cursor::new(object, skip_space(object, 0));
    let mut open = cursor.enter(b'{');
    std::iter::from_fn(move || {
        if !open {
            return None;
        }
        let member = cursor.key().ok().flatten().and_then(|key| {
            let value = cursor.skip().ok()?;
            let kind = ValueKind::of(object[value.start]);
            Some(Member { key, start: value.start, value: &object[value], kind })
        });
        open = member.is_some();
        member
    })
}

/// The elements of the array that `array` starts with (white space aside), as written; stops like [`members`].
pub(super) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut cursor = Cursor::new(array, skip_space(array, 0));
    let mut open = cursor.enter(b'[');
    std::iter::from_fn(move || {
        open = open && cursor.item() == Ok(true);
        let value = if open { cursor.skip().ok() } else { None };
        open = value.is_some();
        value.map(|range| &array[range])
    })
}

/// A position in JSON text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// The next byte to look at.
    pub(super) pos: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], pos: usize) -> Self {
        Self { bytes, pos }
    }

    /// The byte at the cursor.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    /// Steps over `open` (`{` or `[`), if it is there.
    pub(super) fn enter(&mut self, open: u8) -> bool {
        let here = self.peek() == Some(open);
        self.pos += usize::from(here);
        here
    }

    /// Moves to the value of the next member and returns its key (inside the quotes); `None` behind the `}`.
    pub(super) fn key(&mut self) -> Step<Option<&'a [u8]>> {
        self.pos = skip_separators(self.bytes, self.pos);
        match self.peek() {
            None => return Err(Broken::Truncated),
            Some(b'}') => {
                self.pos += 1;
                return Ok(None);
            }
            Some(b'"') => {}
            Some(_) => return Err(Broken::Malformed(self.pos)),
        }
        let key = self.string()?;
        self.pos = skip_space(self.bytes, self.pos);
        match self.peek() {
            None => return Err(Broken::Truncated),
            Some(b':') => self.pos = skip_space(self.bytes, self.pos + 1),
            Some(_) => return Err(Broken::Malformed(self.pos)),
        }
        if self.peek().is_none() {
            return Err(Broken::Truncated);
        }
        Ok(Some(&self.bytes[key]))
    }

    /// Moves to the next element; `false` behind the `]`.
    pub(super) fn item(&mut self) -> Step<bool> {
        self.pos = skip_separators(self.bytes, self.pos);
        match self.peek() {
            None => Err(Broken::Truncated),
            Some(b']') => {
                self.pos += 1;
                Ok(false)
            }
            Some(_) => Ok(true),
        }
    }

    /// Steps over the string at the cursor and returns its inside.
    pub(super) fn string(&mut self) -> Step<Range<usize>> {
        if self.peek() != Some(b'"') {
            return Err(Broken::Malformed(self.pos));
        }
        let start = self.pos + 1;
        let end = string_end(self.bytes, start).ok_or(Broken::Truncated)?;
        self.pos = end + 1;
        Ok(start..end)
    }

    /// Steps over the value at the cursor and returns its range.
    pub(super) fn skip(&mut self) -> Step<Range<usize>> {
        let start = self.pos;
        self.pos = value_end(self.bytes, start)?;
        Ok(start..self.pos)
    }

    /// Whether an array or object at the cursor has a first element or member; the cursor stays.
    pub(super) fn first_inside(&self) -> Option<usize> {
        let first = skip_space(self.bytes, self.pos + 1);
        self.bytes.get(first).is_some_and(|byte| !matches!(byte, b']' | b'}')).then_some(first)
    }
}

/// First position from `pos` that is not JSON white space.
pub(super) fn skip_space(bytes: &[u8], mut pos: usize) -> usize {
    while matches!(bytes.get(pos), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        pos += 1;
    }
    pos
}

/// The same over commas.
pub(super) fn skip_separators(bytes: &[u8], mut pos: usize) -> usize {
    while matches!(bytes.get(pos), Some(b' ' | b'\n' | b'\r' | b'\t' | b',')) {
        pos += 1;
    }
    pos
}

/// The end of the value that starts at `pos`.
pub(super) fn value_end(bytes: &[u8], pos: usize) -> Step<usize> {
    match bytes.get(pos) {
        None => Err(Broken::Truncated),
        Some(b'"') => string_end(bytes, pos + 1).map(|end| end + 1).ok_or(Broken::Truncated),
        Some(b'{' | b'[') => container_end(bytes, pos).ok_or(Broken::Truncated),
        Some(_) => {
            let is_scalar = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
            let length = bytes[pos..].iter().take_while(|byte| is_scalar(byte)).count();
            if length == 0 { Err(Broken::Malformed(pos)) } else { Ok(pos + length) }
        }
    }
}

fn container_end(bytes: &[u8], mut pos: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match *bytes.get(pos)? {
            b'"' => pos = string_end(bytes, pos + 1)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(pos + 1);
                }
            }
            _ => {}
        }
        pos += 1;
    }
}

/// The position of the quote that closes the string whose inside starts at `pos`.
fn string_end(bytes: &[u8], mut pos: usize) -> Option<usize> {
    loop {
        let at = pos + quote_or_backslash(bytes.get(pos..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        pos = at + 2;
    }
}

/// Most strings of log documents are shorter than the set-up of a vector search, so the first bytes are looked
/// at eight at a time.
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let holds_zero = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let mut rest = bytes;
    for offset in [0, 8, 16, 24] {
        let Some((chunk, tail)) = rest.split_first_chunk::<8>() else {
            return rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|at| at + offset);
        };
        let word = u64::from_le_bytes(*chunk);
        let hits = holds_zero(word ^ (ONES * u64::from(b'"'))) | holds_zero(word ^ (ONES * u64::from(b'\\')));
        if hits != 0 {
            return Some(offset + hits.trailing_zeros() as usize / 8);
        }
        rest = tail;
    }
    memchr2(b'"', b'\\', rest).map(|at| at + 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_are_the_top_level_only() {
        let text = br#" {"a" : {"b":"}"}, "c\"d":"x\\", "e":[1,{"f":2}],"g":-1.5e3,"h":true,"i":null} tail"#;
        let seen: Vec<_> = members(text)
            .map(|member| {
                (String::from_utf8_lossy(member.key), String::from_utf8_lossy(member.value), member.kind)
            })
            .map(|(key, value, kind)| (key.into_owned(), value.into_owned(), kind))
            .collect();
        let expected = [
            ("a", r#"{"b":"}"}"#, ValueKind::Object),
            (r#"c\"d"#, r#""x\\""#, ValueKind::String),
            ("e", r#"[1,{"f":2}]"#, ValueKind::Array),
            ("g", "-1.5e3", ValueKind::Number),
            ("h", "true", ValueKind::Bool),
            ("i", "null", ValueKind::Null),
        ];
        assert_eq!(seen, expected.map(|(key, value, kind)| (key.to_owned(), value.to_owned(), kind)));
    }

    #[test]
    fn garbage_ends_the_members() {
        assert_eq!(members(b"{id=1, jsonrpc=2.0}").count(), 0);
        assert_eq!(members(br#"{"a":1,"b":"cut"#).count(), 1);
        assert_eq!(members(br#"{"a":1 ! "b":2}"#).count(), 1);
        assert_eq!(members(b"").count(), 0);
        assert_eq!(elements(b"[1, \"a]\", [2]]").count(), 3);
    }

    #[test]
    fn deep_nesting_costs_no_stack() {
        let text = vec![b'['; 200_000];
        assert_eq!(value_end(&text, 0), Err(Broken::Truncated));
        let closed = [text.as_slice(), &vec![b']'; 200_000]].concat();
        assert_eq!(value_end(&closed, 0), Ok(400_000));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn never_panics(bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b'\\'), Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b':'), any::<u8>()], 0..200)) {
            let _ = members(&bytes).count() + elements(&bytes).count();
        }

        #[test]
        fn strings_end_where_json_says(text in "[ -~\\n\\t\"\\\\é]{0,80}", tail in "[ -~]{0,20}") {
            let json = serde_json::to_string(&text).unwrap();
            let all = format!("{json}{tail}");
            prop_assert_eq!(value_end(all.as_bytes(), 0), Ok(json.len()));
        }
    }
}

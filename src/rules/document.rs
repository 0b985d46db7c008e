//! Typed access to a TOML document that collects every mistake with its place.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{LoadError, SourceFile, suggest};

/// A byte range of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span(pub(crate) usize, pub(crate) usize);

impl Span {
    pub(crate) fn of<T>(spanned: &Spanned<T>) -> Self {
        let range = spanned.span();
        Self(range.start, range.end)
    }
}

/// Where mistakes of one file gather.
pub(crate) struct Mistakes {
    file: Arc<SourceFile>,
    errors: RefCell<Vec<LoadError>>,
}

impl Mistakes {
    pub(crate) fn new(file: Arc<SourceFile>) -> Self {
        Self { file, errors: RefCell::default() }
    }

    pub(crate) fn add(&self, span: Span, message: impl Into<String>, help: Option<String>) {
        self.errors.borrow_mut().push(LoadError::at(&self.file, span.0..span.1, message, help));
    }

    /// The place of a part (bytes of the value) of the string at `string`; the whole string where escapes shift it.
    pub(crate) fn inside(&self, string: Span, part: &std::ops::Range<usize>) -> Span {
        let raw = self.file.text.get(string.0..string.1).unwrap_or_default();
        let quote = match raw.as_bytes() {
            [b'\'', b'\'', b'\'', b'\n', ..] | [b'"', b'"', b'"', b'\n', ..] => 4,
            [b'\'', b'\'', b'\'', ..] | [b'"', b'"', b'"', ..] => 3,
            _ => 1,
        };
        if raw.starts_with('"') && raw.contains('\\') {
            return string;
        }
        let start = (string.0 + quote + part.start).min(string.1);
        Span(start, (string.0 + quote + part.end).clamp(start, string.1))
    }

    /// Everything found, in order of place.
    pub(crate) fn into_errors(self) -> Vec<LoadError> {
        let mut errors = self.errors.into_inner();
        errors.sort_by_key(|error| (error.line, error.column));
        errors
    }
}

/// A table under reading.
#[derive(Clone, Copy)]
pub(crate) struct Table<'d> {
    entries: &'d DeTable<'d>,
    /// Where the table is, for mistakes about what it lacks.
    pub(crate) span: Span,
    pub(crate) mistakes: &'d Mistakes,
}

/// A value under reading, with its key's place.
#[derive(Clone, Copy)]
pub(crate) struct Item<'d> {
    pub(crate) key: &'d str,
    pub(crate) key_span: Span,
    value: &'d DeValue<'d>,
    pub(crate) span: Span,
    mistakes: &'d Mistakes,
}

/// A text with its place.
#[derive(Clone, Copy)]
pub(crate) struct Text<'d> {
    pub(crate) text: &'d str,
    pub(crate) span: Span,
}

impl<'d> Table<'d> {
    pub(crate) fn new(table: &'d DeTable<'d>, span: Span, mistakes: &'d Mistakes) -> Self {
        Self { entries: table, span, mistakes }
    }

    /// All entries in the order of the file.
    pub(crate) fn items(self) -> Vec<Item<'d>> {
        let mut items: Vec<_> = self
            .entries
            .iter()
            .map(|(key, value)| Item {
                key: key.get_ref().as_ref(),
                key_span: Span::of(key),
                value: value.get_ref(),
                span: Span::of(value),
                mistakes: self.mistakes,
            })
            .collect();
        items.sort_by_key(|item| item.key_span.0);
        items
    }

    pub(crate) fn get(self, key: &str) -> Option<Item<'d>> {
        self.items().into_iter().find(|item| item.key == key)
    }

    /// Reports every key that is not in `known`.
    pub(crate) fn only(self, known: &[&str]) {
        for item in self.items() {
            if !known.contains(&item.key) {
                self.mistakes.add(
                    item.key_span,
                    format!("unknown key `{}`", item.key),
                    Some(suggest(item.key, known.iter().copied())),
                );
            }
        }
    }

    pub(crate) fn missing(self, key: &str, help: &str) {
        self.mistakes.add(self.span, format!("`{key}` is missing"), Some(help.to_owned()));
    }

    /// A text that must be there and not be blank; an empty one after reporting its absence.
    pub(crate) fn required(self, key: &str, help: &str) -> String {
        let Some(item) = self.get(key) else {
            self.missing(key, help);
            return String::new();
        };
        let text = item.text().map(|text| text.text.trim());
        if text == Some("") {
            item.error(format!("`{key}` is empty"), Some(help.to_owned()));
        }
        text.unwrap_or_default().to_owned()
    }

    pub(crate) fn optional(self, key: &str) -> Option<String> {
        Some(self.get(key)?.text()?.text.trim().to_owned())
    }

    /// The texts of a list, or none.
    pub(crate) fn texts(self, key: &str) -> Vec<Text<'d>> {
        self.get(key).map(Item::texts).unwrap_or_default()
    }

    /// The tables of an array of tables, or none.
    pub(crate) fn tables(self, key: &str) -> Vec<Self> {
        let Some(item) = self.get(key) else { return Vec::new() };
        item.list().into_iter().filter_map(Item::table).collect()
    }

    pub(crate) fn duration(self, key: &str) -> Option<Duration> {
        let item = self.get(key)?;
        let text = item.text()?;
        let parsed = parse_duration(text.text);
        if parsed.is_none() {
            let message = format!("`{}` is no duration", text.text);
            self.mistakes.add(item.span, message, Some(DURATION_HELP.to_owned()));
        }
        parsed
    }
}

impl<'d> Item<'d> {
    pub(crate) fn mistakes(self) -> &'d Mistakes {
        self.mistakes
    }

    pub(crate) fn error(self, message: impl Into<String>, help: Option<String>) {
        self.mistakes.add(self.span, message, help);
    }

    fn wrong_type(self, wanted: &str) {
        self.error(format!("`{}` must be {wanted}, found {}", self.key, self.value.type_str()), None);
    }

    pub(crate) fn text(self) -> Option<Text<'d>> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong_type("a string");
        }
        Some(Text { text: text?, span: self.span })
    }

    /// A string without complaint when it is something else.
    pub(crate) fn as_text(self) -> Option<&'d str> {
        self.value.as_str()
    }

    /// A number or a truth value as the text that fields hold.
    pub(crate) fn as_scalar(self) -> Option<String> {
        match self.value {
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    pub(crate) fn count(self) -> Option<u32> {
        let number = self
            .value
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        match number {
            Some(number) if number > 0 => Some(number),
            _ => {
                self.error(format!("`{}` must be a whole number above zero", self.key), None);
                None
            }
        }
    }

    /// Members of a list; a lone value is a list of one.
    pub(crate) fn list(self) -> Vec<Self> {
        match self.value.as_array() {
            Some(array) => array
                .iter()
                .map(|value| Self { value: value.get_ref(), span: Span::of(value), ..self })
                .collect(),
            None => vec![self],
        }
    }

    pub(crate) fn texts(self) -> Vec<Text<'d>> {
        self.list().into_iter().filter_map(Self::text).collect()
    }

    pub(crate) fn table(self) -> Option<Table<'d>> {
        let table = self.value.as_table();
        if table.is_none() {
            self.wrong_type("a table");
        }
        Some(Table::new(table?, self.span, self.mistakes))
    }

    pub(crate) fn is_table(self) -> bool {
        self.value.is_table()
    }
}

pub(crate) const DURATION_HELP: &str = "write a number and a unit: 50ms, 5s, 2m, 1h";

/// Reads `50ms`, `1.5s`, `2m`, `1h`, `1d`; also `us` and `ns`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..unit_at].parse().ok()?;
    let seconds = match text[unit_at..].trim() {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return None,
    };
    let nanos = (number * seconds * 1e9).round();
    (nanos.is_finite() && nanos < 9e18).then(|| Duration::from_nanos(nanos as u64))
}

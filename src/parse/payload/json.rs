//! Small readers over JSON values that every payload family shares.

use serde_json::{Map, Value};

use crate::model::semconv::lookup;
use crate::model::{SpanId, Timestamp, TraceId};

/// Parses `text` when it is a JSON object or array; one that was cut off is closed after its last whole member.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(error) if error.is_eof() && text[1..].trim_start().starts_with('"') => {
            serde_json::from_str(&closed(text)?).ok()
        }
        Err(_) => None,
    }
}

/// The part of a cut-off document up to its last whole member, with the open brackets closed.
fn closed(text: &str) -> Option<String> {
    let mut cut = None;
    walk_structure(text, |at, byte| {
        if byte == b',' {
            cut = Some(at);
        }
    });
    let kept = &text[..cut?];
    let mut open = Vec::new();
    walk_structure(kept, |_, byte| match byte {
        b'{' => open.push('}'),
        b'[' => open.push(']'),
        b'}' | b']' => drop(open.pop()),
        _ => {}
    });
    Some(kept.chars().chain(open.into_iter().rev()).collect())
}

/// Calls `visit(offset, byte)` for every bracket and comma of JSON text that is outside strings.
fn walk_structure(text: &str, mut visit: impl FnMut(usize, u8)) {
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' | b'}' | b']' | b',' if !in_string => visit(at, byte),
            _ => {}
        }
    }
}

/// Adds the members of `inherited` that `value` does not have.
pub(super) fn inherit(value: &mut Value, inherited: Value) {
    if let (Value::Object(map), Value::Object(outer)) = (value, inherited) {
        for (key, member) in outer {
            map.entry(key).or_insert(member);
        }
    }
}

/// [`lookup`] in a map.
pub(super) fn at<'v>(map: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    map.get(path).or_else(|| {
        path.rmatch_indices('.').find_map(|(dot, _)| lookup(map.get(&path[..dot])?, &path[dot + 1..]))
    })
}

/// A scalar as text; `None` for null, empty text, objects and arrays.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Text as it is, anything else as compact JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The first of `paths` that holds a scalar, as text.
pub(super) fn text(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| scalar(lookup(value, path)?))
}

/// The first of `paths` that holds a trace id in any spelling.
pub(super) fn trace(value: &Value, paths: &[&str]) -> Option<TraceId> {
    paths.iter().find_map(|path| TraceId::parse(lookup(value, path)?.as_str()?.as_bytes()))
}

/// The first of `paths` that holds a span id.
pub(super) fn span(value: &Value, paths: &[&str]) -> Option<SpanId> {
    paths.iter().find_map(|path| SpanId::parse(lookup(value, path)?.as_str()?.as_bytes()))
}

/// An integer, also when it was written as a decimal string.
pub(super) fn integer(value: &Value, path: &str) -> Option<i64> {
    as_integer(lookup(value, path)?)
}

/// A truth value, also when it was written as text.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Nanoseconds since the epoch: integers stay integers, because a double loses the last digits; 0 is no time.
pub(super) fn nanos(value: &Value, path: &str) -> Option<Timestamp> {
    let found = lookup(value, path)?;
    let exact = as_integer(found);
    exact.or_else(|| found.as_f64().map(|float| float as i64)).filter(|nanos| *nanos > 0).map(Timestamp)
}

/// A time of unknown unit: ISO text, or a number of seconds, milliseconds, microseconds or nanoseconds, told
/// apart by its size.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    if let Some(whole) = as_integer(value) {
        return match whole {
            ..=0 => None,
            1..=99_999_999_999 => whole.checked_mul(1_000_000_000).map(Timestamp),
            100_000_000_000..=99_999_999_999_999 => Timestamp::from_millis(whole),
            100_000_000_000_000..=99_999_999_999_999_999 => whole.checked_mul(1_000).map(Timestamp),
            _ => Some(Timestamp(whole)),
        };
    }
    match value {
        Value::Number(number) => Timestamp::from_float_seconds(number.as_f64()?),
        Value::String(text) => Timestamp::parse(text).or_else(|| {
            let seconds = text.parse::<f64>().ok()?;
            Timestamp::from_float_seconds(seconds)
        }),
        _ => None,
    }
}

/// Appends `line` as a further line of `message`, unless it is empty or already there.
pub(super) fn push_line(message: &mut String, line: &str) {
    let line = line.trim_end();
    if line.trim().is_empty() || message == line {
        return;
    }
    if !message.is_empty() {
        message.push('\n');
    }
    message.push_str(line);
}

/// `type: message` of an exception, or the part of it that is known.
pub(super) fn exception_line(kind: Option<&str>, message: Option<&str>) -> String {
    [kind, message].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

/// Adds a decoded tree to a record under one of the fixed keys.
pub(super) fn add(body: &mut Value, key: &str, tree: Value) {
    if body.is_null() {
        *body = Value::Object(Map::new());
    }
    if let Value::Object(map) = body {
        map.insert(key.to_owned(), tree);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nanoseconds_keep_every_digit_in_both_spellings() {
        let exact = Some(Timestamp(1_763_423_917_517_030_656));
        assert_eq!(nanos(&json!({"t": 1_763_423_917_517_030_656_i64}), "t"), exact);
        assert_eq!(nanos(&json!({"t": "1763423917517030656"}), "t"), exact);
        assert_eq!(nanos(&json!({"t": 0}), "t"), None);
    }

    #[test]
    fn the_unit_of_a_time_is_told_by_its_size() {
        let instant = Some(Timestamp(1_759_370_851_622_000_000));
        for value in [
            json!(1_759_370_851_622_i64),
            json!("1759370851622"),
            json!(1_759_370_851.622),
            json!("2025-10-02T02:07:31.622Z"),
            json!(1_759_370_851_622_000_i64),
        ] {
            assert_eq!(time(&value), instant, "{value}");
        }
    }

    #[test]
    fn a_document_that_was_cut_off_keeps_its_whole_members() {
        let cut = r#"{"a":{"b":[1,2],"c":"x, y"},"log":"Started","requestBody":"{id=1, meth"#;
        assert_eq!(parse(cut), Some(json!({"a": {"b": [1, 2], "c": "x, y"}, "log": "Started"})));
        assert_eq!(parse(r#"{"only":"one"#), None);
        assert_eq!(parse("plain"), None);
    }
}

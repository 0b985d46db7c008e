//! The text that Java's `Map.toString()` makes of a JSON-RPC message (telemetry §3.4), read back into a tree.
//!
//! `{id=1, method=tools/call, params={name=orders___get, arguments={query=claude, opus}}}`: strings are neither
//! quoted nor escaped, so the text is ambiguous. The practical rules: a fragment without `key=` continues the
//! value before it; a pair splits at its first `=`; a value that starts like JSON and parses as JSON is JSON.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

/// Deeper nesting than any tool's arguments; beyond it the text is searched instead of parsed.
const MAX_DEPTH: usize = 48;

/// Brackets that may turn out to be ordinary text. Each is read twice, and the ones inside it again, so that without
/// a limit time would double with every level.
const MAX_REREAD: u32 = 64;

/// Reads a dump, `None` when it does not start like one. What cannot be parsed is searched for the parts that
/// identify a call: method, tool, id, error.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with('{') {
        return None;
    }
    let mut reader = Reader { text, at: 0, reread: 0 };
    match reader.map(0) {
        Ok(value) if reader.at == text.len() => Some(value),
        _ => search(text),
    }
}

/// Why a value could not be read as the structure it starts like.
enum Stop {
    /// It is ordinary text that starts with a bracket.
    Shape,
    /// The dump ends inside it, or nests too deep: no other reading can succeed either.
    Fatal,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    reread: u32,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// `{key=value, key=value}`, from its opening brace.
    fn map(&mut self, depth: usize) -> Result<Value, Stop> {
        self.open(depth)?;
        let mut map = Map::new();
        if self.eat("}") {
            return Ok(Value::Object(map));
        }
        loop {
            let key = key_of(self.rest()).ok_or(self.stop())?;
            self.at += key.len() + 1;
            let value = self.value(b'}', depth)?;
            map.insert(key.to_owned(), value);
            if self.eat("}") {
                return Ok(Value::Object(map));
            }
            if !self.eat(", ") {
                return Err(self.stop());
            }
        }
    }

    /// `[value, value]`, from its opening bracket.
    fn list(&mut self, depth: usize) -> Result<Value, Stop> {
        self.open(depth)?;
        let mut items = Vec::new();
        if self.eat("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(b']', depth)?);
            if self.eat("]") {
                return Ok(Value::Array(items));
            }
            if !self.eat(", ") {
                return Err(self.stop());
            }
        }
    }

    fn open(&mut self, depth: usize) -> Result<(), Stop> {
        self.at += 1;
        if depth >= MAX_DEPTH { Err(Stop::Fatal) } else { Ok(()) }
    }

    fn value(&mut self, closer: u8, depth: usize) -> Result<Value, Stop> {
        let start = self.at;
        if let Some(value) = self.embedded_json(closer) {
            return Ok(value);
        }
        let nested = match self.rest().as_bytes().first() {
            Some(b'{') => Some(self.map(depth + 1)),
            Some(b'[') => Some(self.list(depth + 1)),
            _ => None,
        };
        match nested {
            Some(Ok(value)) if self.at_boundary(closer) => return Ok(value),
            Some(Err(Stop::Fatal)) => return Err(Stop::Fatal),
            Some(_) if self.reread >= MAX_REREAD => return Err(Stop::Fatal),
            Some(_) => {
                self.reread += 1;
                self.at = start;
            }
            None => {}
        }
        self.scalar(closer)
    }

    /// Real JSON after `text=`, where quotes and escapes are meant.
    fn embedded_json(&mut self, closer: u8) -> Option<Value> {
        let rest = self.rest();
        if !["{\"", "[\"", "[{\"", "\""].iter().any(|start| rest.starts_with(start)) {
            return None;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = values.next()?.ok()?;
        let start = self.at;
        self.at += values.byte_offset();
        if self.at_boundary(closer) {
            return Some(value);
        }
        self.at = start;
        None
    }

    /// Unquoted text: up to the closing bracket, or to a `, ` behind which the next member starts.
    fn scalar(&mut self, closer: u8) -> Result<Value, Stop> {
        let rest = self.rest();
        let mut depth = 0usize;
        for (at, byte) in rest.bytes().enumerate() {
            let ends = match byte {
                b'{' | b'[' => {
                    depth += 1;
                    false
                }
                _ if depth == 0 && byte == closer => true,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    false
                }
                b',' if depth == 0 && rest[at..].starts_with(", ") => {
                    closer == b']' || key_of(&rest[at + 2..]).is_some()
                }
                _ => false,
            };
            if ends {
                self.at += at;
                return Ok(typed(&rest[..at]));
            }
        }
        Err(Stop::Fatal)
    }

    fn at_boundary(&self, closer: u8) -> bool {
        let rest = self.rest();
        rest.as_bytes().first() == Some(&closer)
            || rest.strip_prefix(", ").is_some_and(|next| closer == b']' || key_of(next).is_some())
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn stop(&self) -> Stop {
        if self.at >= self.text.len() { Stop::Fatal } else { Stop::Shape }
    }
}

/// The key that `text` starts with, when an `=` follows it.
fn key_of(text: &str) -> Option<&str> {
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:$@".contains(&byte);
    let end = text.bytes().position(|byte| !is_key(byte))?;
    (end > 0 && text.as_bytes()[end] == b'=').then(|| &text[..end])
}

/// Truth values, null and integers as what they are; everything else stays text (`2.0` is a version).
fn typed(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => number.into(),
            _ => text.into(),
        },
    }
}

struct Searches {
    tool: Regex,
    method: Regex,
    id: Regex,
    error: Regex,
    is_error: Regex,
}

static SEARCHES: LazyLock<Option<Searches>> = LazyLock::new(|| {
    Some(Searches {
        tool: Regex::new(r"\bname=([A-Za-z0-9_-]+___[A-Za-z0-9_.-]+)").ok()?,
        method: Regex::new(r"\bmethod=([a-z/_]+)").ok()?,
        id: Regex::new(r"(?:^\{|, )id=([^,}]+)").ok()?,
        error: Regex::new(r"\berror=\{code=(-?\d+), message=([^}]*)").ok()?,
        is_error: Regex::new(r"result=\{isError=(true|false)|, isError=(true|false)\}").ok()?,
    })
});

/// The parts of an unparsable dump that identify a call.
fn search(text: &str) -> Option<Value> {
    let searches = SEARCHES.as_ref()?;
    let first = |pattern: &Regex| Some(pattern.captures(text)?.get(1)?.as_str().to_owned());
    let mut found = Map::new();
    if let Some(method) = first(&searches.method) {
        found.insert("method".into(), method.into());
    }
    if let Some(tool) = first(&searches.tool) {
        found.insert("params".into(), json!({"name": tool}));
    }
    if let Some(id) = first(&searches.id) {
        found.insert("id".into(), typed(&id));
    }
    if let Some(error) = searches.error.captures(text) {
        found.insert("error".into(), json!({"code": typed(&error[1]), "message": &error[2]}));
    }
    if let Some(flag) = searches.is_error.captures(text).and_then(|flag| flag.get(1).or(flag.get(2))) {
        found.insert("result".into(), json!({"isError": flag.as_str() == "true"}));
    }
    (!found.is_empty()).then_some(Value::Object(found))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_documented_ambiguities_resolve() {
        for (text, expected) in [
            ("{}", json!({})),
            (
                "{id=1, jsonrpc=2.0, method=tools/call, params={name=t___Loc, arguments={location=seattle}}}",
                json!({"id": 1, "jsonrpc": "2.0", "method": "tools/call",
                    "params": {"name": "t___Loc", "arguments": {"location": "seattle"}}}),
            ),
            ("{query=claude, opus, release}", json!({"query": "claude, opus, release"})),
            (
                "{_meta={baggage=session.id=A,tenant.id=B, traceparent=00-x-01}, a={}}",
                json!({"_meta": {"baggage": "session.id=A,tenant.id=B", "traceparent": "00-x-01"}, "a": {}}),
            ),
            (
                r#"{result={isError=false, content=[{type=text, text={"body":"a, b=c}","n":[1]}}]}}"#,
                json!({"result": {"isError": false, "content": [{"type": "text",
                    "text": {"body": "a, b=c}", "n": [1]}}]}}),
            ),
            (
                r#"{content=[{type=text, text="good"}]}"#,
                json!({"content": [{"type": "text", "text": "good"}]}),
            ),
            ("{tags=[a, b, 3], empty=[], e=}", json!({"tags": ["a", "b", 3], "empty": [], "e": ""})),
            ("{code=print({1: 2}), lang=py}", json!({"code": "print({1: 2})", "lang": "py"})),
            ("{expr={not a map}, k=v}", json!({"expr": "{not a map}", "k": "v"})),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("not a map"), None);
    }

    #[test]
    fn what_cannot_be_parsed_is_searched() {
        let cut = "{id=7, method=tools/call, params={name=orders___get, arguments={text=unfinished";
        let found = json!({"id": 7, "method": "tools/call", "params": {"name": "orders___get"}});
        assert_eq!(parse(cut), Some(found));
        let error =
            parse("{jsonrpc=2.0, id=3, error={code=-32002, message=Tool Execution Denied}, x={").unwrap();
        assert_eq!(error["error"], json!({"code": -32002, "message": "Tool Execution Denied"}));
    }

    fn dump(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{key}={}", dump(value))).collect();
                format!("{{{}}}", pairs.join(", "))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(dump).collect::<Vec<_>>().join(", ")),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    fn plain_tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            "[a-z][a-z ]{0,8}[a-z]".prop_map(|text| typed(&text)),
            any::<i32>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z][a-zA-Z0-9_]{0,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn any_text_is_read_without_panic(text in "\\{.{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn bracket_soup_is_read_without_panic(text in "[{}\\[\\]=, a\"\\\\1é]{0,300}") {
            let _ = parse(&format!("{{{text}"));
        }

        #[test]
        fn maps_without_special_characters_survive_the_round_trip(
            map in prop::collection::btree_map("[a-z][a-zA-Z0-9_]{0,6}", plain_tree(), 0..5)
        ) {
            let value = Value::Object(map.into_iter().collect());
            prop_assert_eq!(parse(&dump(&value)), Some(value));
        }
    }
}

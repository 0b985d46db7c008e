//! Arguments of a call: which are given, their JSON types, their values, and what a schema says of them.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::traits::{Aspect, Attribute, Traits};
use super::words;
use crate::model::{Signal, Tool};

/// Nesting that is looked into.
const MAX_DEPTH: usize = 4;
/// Integers beyond are ids and times.
const MAX_INTEGER: u64 = 1_000_000;
/// Letters of the path that a refusal names; a longer one is something else.
const MAX_PATH: usize = 120;

/// Notes the arguments that a signal carries: of a `tools/call`, else the body of an invocation.
pub(super) fn note(signal: &Signal, traits: &mut Traits) {
    let json = |field: &str| serde_json::from_str::<Value>(&signal.field(field)?).ok();
    let of_call = json("tool.arguments");
    // The dump of a map shows "50" and 50 alike, so that it tells no type of a scalar.
    let is_typed = signal.field("gateway.request").is_none_or(|text| is_json(&text));
    let body = || json("http.request.body").filter(|_| signal.field("rpc.method").is_none());
    if let Some(Value::Object(arguments)) = of_call.or_else(body) {
        traits.saw_arguments = true;
        for (name, value) in &arguments {
            walk(&path("", name), value, is_typed, 1, traits);
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn walk(path: &str, value: &Value, is_typed: bool, depth: usize, traits: &mut Traits) {
    traits.note(Aspect::Given, path, "yes");
    let is_scalar = !matches!(value, Value::Object(_) | Value::Array(_));
    if is_typed || !is_scalar {
        traits.note(Aspect::Type, path, type_of(value));
    }
    if let Some(text) = shown(path, value) {
        traits.note(Aspect::Value, path, text);
    }
    if depth >= MAX_DEPTH {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                walk(&self::path(path, name), member, is_typed, depth + 1, traits);
            }
        }
        // The first item speaks for the others.
        Value::Array(items) => {
            if let Some(item) = items.first() {
                walk(&format!("{path}[]"), item, is_typed, depth + 1, traits);
            }
        }
        _ => {}
    }
}

fn path(parent: &str, name: &str) -> String {
    let name = words::without_ids(name);
    if parent.is_empty() { name } else { format!("{parent}.{name}") }
}

/// JSON Schema's name of a value's type.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn shown(path: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let size = number.as_i64()?.unsigned_abs();
            (size <= MAX_INTEGER).then(|| number.to_string())?
        }
        Value::String(text) => text.clone(),
        _ => return None,
    };
    words::value(path, &text)
}

/// How validators say that a type is wrong: networknt's json-schema-validator, which the Gateway uses
/// (`$.max_results: string found, integer expected`), and pydantic (`field⏎  Input should be a valid integer
/// [type=int_type, input_value='50', input_type=str]`).
///
/// Lengths are limited behind the search: a repetition with a limit is written out by the compiler, which for a class of
/// Unicode came to 10 MB of program and as much scratch for each thread.
static REFUSALS: LazyLock<Option<(Regex, Regex)>> = LazyLock::new(|| {
    const TYPE: &str = "array|boolean|integer|number|object|string";
    Some((
        Regex::new(&format!(r"\$\.(?P<path>[\w.\[\]-]+): (?P<sent>{TYPE}|null) found, (?P<wanted>{TYPE}) expected")).ok()?,
        Regex::new(r"(?m)^(?P<path>[\w.-]+)\n\s+Input should be (?:an? )?(?:valid )?(?P<wanted>[A-Za-z]{1,20})[^\n]*\binput_type=(?P<sent>str|int|float|bool|list|dict|NoneType)\b").ok()?,
    ))
});

/// Notes the types that a refusal names.
pub(super) fn note_refusal(message: &str, traits: &mut Traits) {
    let Some((gateway, pydantic)) = REFUSALS.as_ref() else { return };
    for pattern in [gateway, pydantic] {
        let is_path = |found: &Captures<'_>| found["path"].chars().nth(MAX_PATH).is_none();
        for found in pattern.captures_iter(message).filter(is_path) {
            let (path, sent) = (words::without_ids(&found["path"]), json_type(&found["sent"]));
            traits.saw_arguments = true;
            traits.note(Aspect::Given, path.as_str(), "yes");
            traits.note(Aspect::Type, path.as_str(), sent);
            traits.note(
                Aspect::Mismatch,
                path,
                format!("{sent} sent, {} wanted", json_type(&found["wanted"])),
            );
        }
    }
}

/// The JSON type of a Python type; JSON types stay.
fn json_type(name: &str) -> &str {
    match name {
        "str" => "string",
        "int" => "integer",
        "float" => "number",
        "bool" => "boolean",
        "list" => "array",
        "dict" | "dictionary" => "object",
        "NoneType" => "null",
        other => other,
    }
}

/// Notes the arguments whose known type is not the one that `tool` declares.
pub(super) fn note_declared(tool: &Tool, traits: &mut Traits) {
    for parameter in &tool.parameters {
        let name = words::without_ids(&parameter.path);
        let Some(sent) = traits.values.get(&Attribute { aspect: Aspect::Type, name: name.clone() }) else {
            continue;
        };
        let declared = parameter.declared.as_str();
        // Other declarations (unions, references) are no plain type to hold a value against.
        let is_plain = ["array", "boolean", "integer", "number", "object", "string"].contains(&declared);
        let is_subtype = declared == "number" && sent == "integer";
        if is_plain && !is_subtype && sent != declared {
            let words = format!("{sent} sent, {declared} wanted");
            traits.note(Aspect::Mismatch, name, words);
        }
    }
}

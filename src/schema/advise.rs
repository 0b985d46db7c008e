//! The declaration to use instead, and where the advice comes from.

use serde_json::{Map, Value, json};

use super::declare::{Declared, Form, ITEMS, JsonType, Leaf};
use crate::model::{ListOrigin, WrongAdvice};

/// A project that met, fixed and took back these declarations; its history is the source.
pub(super) const FLAT_PARAMETERS: &str = "https://github.com/tonygitworld/costq-mcp-servers";
/// The schema model of the API: type, properties, required, items, description.
pub(super) const API_SCHEMA: &str =
    "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_SchemaDefinition.html";
/// Re-reading a target's tools.
pub(super) const SYNCHRONIZE: &str = "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_SynchronizeGatewayTargets.html";
/// Length and characters of a tool's name.
pub(super) const TOOL_NAME: &str =
    "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html";
/// A report of `_meta` refused by strict schemas.
pub(super) const CLOSED_SCHEMA: &str = "https://github.com/mongodb-partners/Multi-Agent-Architectural-Guidance-Bedrock-AgentCore/blob/main/docs/status/debugging.md";

/// Re-reads the tools of a target.
pub(super) fn synchronize() -> String {
    "aws bedrock-agentcore-control synchronize-gateway-targets --gateway-identifier GATEWAY_ID --target-id-list TARGET_ID"
        .to_owned()
}

/// The popular fix that was taken back.
pub(super) fn not_strings() -> WrongAdvice {
    WrongAdvice {
        advice: "Change the parameter to str and parse it in the tool.".to_owned(),
        why: "The Gateway goes on checking against the schema it cached, and then the server refuses what passes \
              there; the project that did so took it back."
            .to_owned(),
        source: Some(FLAT_PARAMETERS.to_owned()),
    }
}

/// How declarations are written where a list comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Style {
    Python,
    JsonSchema,
    /// JSON Schema without what the API's model lacks.
    Inline,
}

impl Style {
    fn of(tool: &Declared, origin: ListOrigin) -> Self {
        match origin {
            ListOrigin::Target => Self::Inline,
            _ if tool.is_python => Self::Python,
            _ => Self::JsonSchema,
        }
    }
}

/// A plain type with a default for a union or a parameter without a type. `seen` is the type that a refusal named.
pub(super) fn plain(tool: &Declared, origin: ListOrigin, leaf: &Leaf, seen: Option<JsonType>) -> String {
    let style = Style::of(tool, origin);
    match main_type(leaf).or(seen) {
        Some(kind) => declaration(style, leaf, kind, false),
        None if style == Style::Python => format!(
            "{0}: int = 0 (or float, bool, str, list, dict: the type it has, with a default instead of None)",
            name(leaf)
        ),
        None => format!(
            "{}: {{\"type\": \"…\"}} with the one type it has: string, integer, number, boolean, array or object",
            Value::from(name(leaf))
        ),
    }
}

/// The same plain type, with its description saying so.
pub(super) fn described(tool: &Declared, origin: ListOrigin, leaf: &Leaf) -> String {
    let kind = main_type(leaf).unwrap_or(JsonType::String);
    declaration(Style::of(tool, origin), leaf, kind, matches!(leaf.form, Form::Plain(_)))
}

/// Flat parameters instead of a referenced model.
pub(super) fn flat(tool: &Declared, origin: ListOrigin, leaf: &Leaf) -> String {
    let Form::Reference(properties) = &leaf.form else { return plain(tool, origin, leaf, None) };
    let style = Style::of(tool, origin);
    let is_item = leaf.steps.iter().any(|step| step == ITEMS);
    if is_item || properties.is_empty() {
        let kind = if is_item { JsonType::Array } else { JsonType::Object };
        return declaration(style, leaf, kind, false);
    }
    let parts: Vec<String> = properties
        .iter()
        .map(|(property, kind)| {
            let kind = kind.unwrap_or(JsonType::String);
            let own = format!("{}_{property}", name(leaf));
            match style {
                Style::Python => {
                    format!("{own}: {} = {}", python_type(kind), python_default(property, kind, None))
                }
                _ => format!("{}: {}", Value::from(own), json!({"type": kind.word()})),
            }
        })
        .collect();
    parts.join(", ")
}

fn name(leaf: &Leaf) -> &str {
    leaf.steps.iter().rev().find(|step| *step != ITEMS).map_or("", String::as_str)
}

/// The one type to keep.
fn main_type(leaf: &Leaf) -> Option<JsonType> {
    match &leaf.form {
        Form::Plain(kind) => Some(*kind),
        Form::Union(types) => {
            let mut real = types.iter().copied().filter(|kind| *kind != JsonType::Null);
            let first = real.next();
            // Of `integer or string` the string is what was added for callers that send strings.
            if first == Some(JsonType::String) { real.next().or(first) } else { first }
        }
        Form::Reference(_) | Form::Untyped => None,
    }
}

fn declaration(style: Style, leaf: &Leaf, kind: JsonType, say_type: bool) -> String {
    let name = name(leaf);
    let default = leaf.default.as_ref().filter(|value| !value.is_null());
    let said = if kind == JsonType::Object || kind == JsonType::Array {
        format!("JSON {}, not a string", kind.word())
    } else {
        format!("{}, not a string", kind.word())
    };
    if style == Style::Python {
        let plain = python_type(kind);
        let plain = if say_type {
            format!("Annotated[{plain}, Field(description=\"{said}\")]")
        } else {
            plain.to_owned()
        };
        return if leaf.required {
            format!("{name}: {plain}")
        } else {
            format!("{name}: {plain} = {}", python_default(name, kind, default))
        };
    }
    let mut schema = Map::from_iter([("type".to_owned(), kind.word().into())]);
    if kind == JsonType::Array {
        schema.insert("items".to_owned(), json!({"type": "string"}));
    }
    if say_type {
        schema.insert("description".to_owned(), said.into());
    }
    if style == Style::JsonSchema && !leaf.required {
        schema.insert("default".to_owned(), default.cloned().unwrap_or_else(|| empty(name, kind)));
    }
    format!("{}: {}", Value::from(name), Value::from(schema))
}

fn python_type(kind: JsonType) -> &'static str {
    match kind {
        JsonType::String | JsonType::Null => "str",
        JsonType::Integer => "int",
        JsonType::Number => "float",
        JsonType::Boolean => "bool",
        JsonType::Object => "dict",
        JsonType::Array => "list",
    }
}

/// A default that may stand for "not given". A bound on results cannot be zero.
fn empty(name: &str, kind: JsonType) -> Value {
    let is_bound = ["max", "limit", "size", "count", "top"].iter().any(|word| name.contains(word));
    match kind {
        JsonType::String | JsonType::Null => "".into(),
        JsonType::Integer => (if is_bound { 10 } else { 0 }).into(),
        JsonType::Number => json!(0.0),
        JsonType::Boolean => false.into(),
        JsonType::Object => json!({}),
        JsonType::Array => json!([]),
    }
}

fn python_default(name: &str, kind: JsonType, default: Option<&Value>) -> String {
    let value = default.cloned().unwrap_or_else(|| empty(name, kind));
    match &value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => super::declare::default_text(other),
    }
}

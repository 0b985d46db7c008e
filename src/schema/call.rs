//! Calls against declarations: arguments that were sent as a string where the schema wants something else.

use serde_json::Value;

use super::declare::{ITEMS, JsonType, Leaf};
use super::lists::Lists;
use crate::model::{RequestKey, SignalKey};

/// Items of an array that are looked at.
const MAX_ITEMS: usize = 100;
/// Longest argument that is kept, in characters.
const MAX_TEXT: usize = 200;

/// One tool call of a capture.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The request.
    pub request: Option<RequestKey>,
    /// The record with the arguments.
    pub signal: SignalKey,
    /// Name of the tool as called.
    pub tool: &'a str,
    /// The arguments.
    pub arguments: &'a Value,
    /// The text that the arguments were read from, where it is a `Map.toString()` dump: there `"50"` and `50` look
    /// alike, and only what cannot be of the declared type tells.
    pub dump: Option<&'a str>,
}

/// An argument that was sent as a string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misfit {
    pub(super) request: Option<RequestKey>,
    pub(super) signal: SignalKey,
    pub(super) list: usize,
    pub(super) tool: usize,
    pub(super) leaf: usize,
    /// What was sent.
    pub(super) text: String,
}

impl Lists {
    /// The arguments of `call` that are strings where a declaration wants another type.
    pub fn misfits(&self, call: &Call<'_>) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        for at in self.called(call.tool) {
            for (position, leaf) in self.tool(at).leaves.iter().enumerate() {
                let Some(types) = leaf.refuses_strings() else { continue };
                let mut sent = None;
                visit(call.arguments, &leaf.steps, &mut |value| {
                    if sent.is_none() {
                        sent = sent_as_string(value, types, leaf, call.dump);
                    }
                });
                misfits.extend(sent.map(|text| Misfit {
                    request: call.request,
                    signal: call.signal,
                    list: at.0,
                    tool: at.1,
                    leaf: position,
                    text,
                }));
            }
        }
        misfits
    }
}

/// Calls `found` with every value at `steps`.
fn visit(value: &Value, steps: &[String], found: &mut dyn FnMut(&Value)) {
    match steps.split_first() {
        None => found(value),
        Some((step, rest)) if step == ITEMS => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().take(MAX_ITEMS).for_each(|item| visit(item, rest, found));
        }
        Some((step, rest)) => {
            if let Some(member) = value.get(step) {
                visit(member, rest, found);
            }
        }
    }
}

fn sent_as_string(value: &Value, types: &[JsonType], leaf: &Leaf, dump: Option<&str>) -> Option<String> {
    let proven = match (value, dump) {
        (Value::String(_), None) => true,
        (Value::String(text), Some(_)) => types.iter().all(|wanted| cannot_be(text, *wanted)),
        // A map prints as `{a=1}`: quoted keys are those of a text that holds JSON.
        (Value::Object(_) | Value::Array(_), Some(dump)) => {
            let name = leaf.steps.last().filter(|name| *name != ITEMS)?;
            [r#"={""#, r#"=[{""#, r#"=[""#].iter().any(|start| dump.contains(&format!("{name}{start}")))
        }
        _ => false,
    };
    let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    proven.then(|| text().chars().take(MAX_TEXT).collect())
}

/// Whether unquoted `text` cannot be how a value of this type prints.
fn cannot_be(text: &str, wanted: JsonType) -> bool {
    match wanted {
        JsonType::String => false,
        JsonType::Integer | JsonType::Number => text.parse::<f64>().is_err(),
        JsonType::Boolean => !matches!(text, "true" | "false"),
        JsonType::Object => !text.starts_with('{'),
        JsonType::Array => !text.starts_with('['),
        JsonType::Null => text != "null",
    }
}

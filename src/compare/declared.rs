//! Tools as a `tools/list` answer declares them: the plain types, which a value can be held against.

use serde_json::{Map, Value};

use crate::model::{Parameter, Signal, Tool};

/// Nesting that is looked into.
const MAX_DEPTH: usize = 4;
/// Most tools of one answer.
const MAX_TOOLS: usize = 500;

/// The tools in an answer that a signal carries; none when it carries no such answer.
pub fn tools_of(signal: &Signal) -> Vec<Tool> {
    let Some(text) = signal.field("response.result.tools") else { return Vec::new() };
    let Ok(Value::Array(tools)) = serde_json::from_str(&text) else { return Vec::new() };
    tools.iter().take(MAX_TOOLS).filter_map(tool).collect()
}

fn tool(declaration: &Value) -> Option<Tool> {
    let mut tool = Tool { name: declaration.get("name")?.as_str()?.to_owned(), parameters: Vec::new() };
    let schema = declaration.get("inputSchema")?;
    collect("", schema, 1, &mut tool.parameters);
    Some(tool)
}

/// A union, a reference and a list of types have no plain type: nothing is said of them.
fn collect(parent: &str, schema: &Value, depth: usize, parameters: &mut Vec<Parameter>) {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (name, property) in properties {
        let path = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
        if depth < MAX_DEPTH {
            collect(&path, property, depth + 1, parameters);
        }
        if let Some(declared) = property.get("type").and_then(Value::as_str) {
            parameters.push(Parameter {
                path,
                declared: declared.to_owned(),
                required: required.iter().any(|one| one.as_str() == Some(name)),
                default: property.get("default").map(Value::to_string),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_types_are_read_and_unions_are_not() {
        let schema = json!({"type": "object", "required": ["query"], "properties": {
            "query": {"type": "object", "properties": {"days": {"type": "integer", "default": 7}}},
            "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        }});
        let body = json!({"response": {"result": {"tools": [
            {"name": "lookup", "inputSchema": schema}, {"name": 7}, {"name": "bare"}]}}});
        let tools = tools_of(&Signal { body, ..Signal::default() });
        assert_eq!(tools.len(), 1);
        let mut told: Vec<_> = tools[0]
            .parameters
            .iter()
            .map(|one| (one.path.as_str(), one.declared.as_str(), one.required))
            .collect();
        told.sort_unstable();
        assert_eq!(told, [("query", "object", true), ("query.days", "integer", false)]);
        assert!(tools_of(&Signal::default()).is_empty());
    }
}

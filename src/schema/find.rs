//! Lists of tools anywhere in a tree: results, envelopes, exchanges, configurations, texts that hold JSON.

use std::sync::Arc;

use serde_json::Value;

/// Deepest level that is searched; a `tools/list` answer in a log record lies about six deep.
const MAX_DEPTH: u32 = 40;
/// How often a text inside a text is read as JSON.
const MAX_TEXTS: u32 = 3;
/// Lists that are taken from one record.
const MAX_FOUND: usize = 1_000;
/// The word without which nothing is a tool.
const MARK: &str = "inputSchema";

/// Tools that stand together.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// The entries as written; shared, because every session of a capture may hold the same answer.
    pub tools: Arc<Vec<Value>>,
    /// Whether they are the inline payload of a Gateway target's configuration.
    pub is_inline: bool,
    /// Whether they stand outside a `tools` array: one line, or an array, of bare tools.
    pub is_loose: bool,
    /// `nextCursor`: there are further pages.
    pub next: Option<String>,
    /// Name of the Gateway target that the configuration is of.
    pub target: Option<String>,
}

/// Every list in `value`; one that stands there twice, as text and as tree, once.
pub fn find(value: &Value) -> Vec<Found> {
    let mut search = Search::default();
    search.walk(value, 0, 0, None);
    search.found
}

#[derive(Default)]
struct Search {
    found: Vec<Found>,
}

impl Search {
    fn walk(&mut self, value: &Value, depth: u32, texts: u32, target: Option<&str>) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Object(_) if is_tool(value) => {
                self.push(Found { tools: Arc::new(vec![value.clone()]), is_loose: true, ..Found::default() });
            }
            Value::Object(map) => {
                // `get-gateway-target` names the target beside its configuration.
                let is_target = map.contains_key("targetConfiguration");
                let target = map.get("name").and_then(Value::as_str).filter(|_| is_target).or(target);
                for (key, member) in map {
                    match member {
                        Value::Array(items)
                            if matches!(key.as_str(), "tools" | "inlinePayload")
                                && items.iter().any(|item| is_tool(unwrapped(item))) =>
                        {
                            self.push(Found {
                                tools: entries(items),
                                is_inline: key == "inlinePayload",
                                next: map.get("nextCursor").and_then(Value::as_str).map(str::to_owned),
                                target: target.map(str::to_owned),
                                ..Found::default()
                            });
                        }
                        _ => self.walk(member, depth + 1, texts, target),
                    }
                }
            }
            Value::Array(items) if items.iter().any(|item| is_tool(unwrapped(item))) => {
                self.push(Found { tools: entries(items), is_loose: true, ..Found::default() });
            }
            Value::Array(items) => {
                for item in items {
                    self.walk(item, depth + 1, texts, target);
                }
            }
            Value::String(text) if texts < MAX_TEXTS && text.contains(MARK) => {
                documents(text, |tree| self.walk(&tree, depth + 1, texts + 1, target));
            }
            _ => {}
        }
    }

    fn push(&mut self, found: Found) {
        // A record's text and the tree that was read from it say the same.
        if self.found.len() < MAX_FOUND && !self.found.contains(&found) {
            self.found.push(found);
        }
    }
}

/// JSON documents of a text: the whole, or its lines, with the `data:` of server-sent events taken off.
fn documents(text: &str, mut visit: impl FnMut(Value)) {
    if let Ok(tree @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
        return visit(tree);
    }
    for line in text.lines().filter(|line| line.contains(MARK)) {
        let line = line.trim_start();
        let line = line.strip_prefix("data:").unwrap_or(line).trim();
        if line.starts_with(['{', '['])
            && let Ok(tree) = serde_json::from_str(line)
        {
            visit(tree);
        }
    }
}

/// Bedrock's Converse wraps each tool in `toolSpec`.
fn unwrapped(item: &Value) -> &Value {
    item.get("toolSpec").unwrap_or(item)
}

fn entries(items: &[Value]) -> Arc<Vec<Value>> {
    Arc::new(items.iter().map(|item| unwrapped(item).clone()).collect())
}

fn is_tool(value: &Value) -> bool {
    value.get("name").is_some_and(Value::is_string) && value.get(MARK).is_some_and(|schema| !schema.is_null())
}

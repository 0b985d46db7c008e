//! A signal as a tree: what was read from it, and the record itself with any JSON inside its strings.

use serde_json::Value;

use crate::model::Signal;
use crate::model::semconv::text_of;
use crate::tui::time;
use crate::tui::widgets::{Node, Tree, width};

/// Nodes of the largest tree.
const MAX_NODES: usize = 20_000;
/// How deep JSON inside strings is followed.
const MAX_NESTED: u16 = 8;
/// Trees with more nodes begin folded below [`FOLD_FROM`].
const MAX_UNFOLDED: usize = 60;
const FOLD_FROM: u16 = 2;

/// One line of the tree. Its texts are log text: they pass a door before they are shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Item {
    /// Key of an object, position in a list, or name of a field.
    pub(super) label: String,
    /// Where it stands, as filters and rules spell it.
    pub(super) path: String,
    /// Another key that gives the value its meaning: of a name/value pair the name, of a member of a list the key of
    /// the list; empty for none.
    pub(super) about: String,
    /// Columns of the labels beside it, so that values stand below one another.
    pub(super) label_columns: usize,
    /// What it is.
    pub(super) kind: ItemKind,
    /// The value as text; compact JSON for objects and lists.
    pub(super) value: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum ItemKind {
    /// A heading.
    #[default]
    Section,
    /// A field that filters know.
    Field,
    /// A string, number, truth value or null.
    Scalar,
    /// An object or a list with so many members.
    Group(usize),
    /// A string that holds JSON.
    Nested,
    /// Stands for what was left out.
    Rest,
}

/// The tree of a signal; large ones begin folded.
pub(super) fn tree(signal: &Signal) -> Tree<Item> {
    let mut builder = Builder { nodes: Vec::new() };
    builder.section("signal", |builder| builder.fields(signal));
    if !signal.body.is_null() {
        let top = Place { depth: 1, path: "", about: "", nested: 0 };
        builder.section("record", |builder| builder.members(&top, &signal.body));
    }
    let is_large = builder.nodes.len() > MAX_UNFOLDED;
    align(&mut builder.nodes);
    let mut tree = Tree::new(builder.nodes);
    if is_large {
        tree.fold_from(Some(FOLD_FROM));
    }
    tree
}

/// Gives each label the width of the widest one below the same parent, unless that is very wide.
fn align(nodes: &mut [Node<Item>]) {
    /// Columns of a label that others make room for.
    const MAX_LABEL: usize = 24;
    let mut widest = vec![0; nodes.len() + 1];
    let mut parents = Vec::with_capacity(nodes.len());
    let mut path: Vec<usize> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        path.truncate(usize::from(node.depth));
        // Of those at the top the place behind the last one.
        let parent = path.last().copied().unwrap_or(nodes.len());
        path.push(at);
        parents.push(parent);
        if node.item.kind != ItemKind::Rest {
            widest[parent] = widest[parent].max(width(&node.item.label).min(MAX_LABEL));
        }
    }
    for (node, parent) in nodes.iter_mut().zip(parents) {
        node.item.label_columns = widest[parent];
    }
}

struct Builder {
    nodes: Vec<Node<Item>>,
}

impl Builder {
    /// Adds a node unless there are too many; whether it was added.
    fn push(&mut self, depth: u16, item: Item) -> bool {
        if self.nodes.len() < MAX_NODES {
            self.nodes.push(Node { depth, item });
            return true;
        }
        if self.nodes.len() == MAX_NODES {
            let label = "more, in the raw record".to_owned();
            let rest = Item { label, kind: ItemKind::Rest, ..Item::default() };
            self.nodes.push(Node { depth, item: rest });
        }
        false
    }

    fn section(&mut self, title: &str, fill: impl FnOnce(&mut Self)) {
        self.push(0, Item { label: title.to_owned(), ..Item::default() });
        fill(self);
    }

    fn field(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let (label, path) = (name.to_owned(), name.to_owned());
            self.push(1, Item { label, path, kind: ItemKind::Field, value, ..Item::default() });
        }
    }

    fn fields(&mut self, signal: &Signal) {
        let ids = &signal.ids;
        self.field("time", signal.timestamp.map(|at| at.to_string()));
        self.field("duration", signal.duration().map(time::duration));
        for name in ["layer", "kind", "severity", "outcome", "name", "logger", "message", "tool", "target"] {
            let value = signal.field(name).map(std::borrow::Cow::into_owned);
            self.field(name, value.filter(|value| !matches!(value.as_str(), "unset")));
        }
        self.field("trace_id", ids.trace.map(|id| id.to_string()));
        self.field("span_id", ids.span.map(|id| id.to_string()));
        self.field("parent span", ids.parent_span.map(|id| id.to_string()));
        for name in ["request_id", "session_id", "mcp_session_id", "rpc_id", "resource", "log_group"] {
            self.field(name, signal.field(name).map(std::borrow::Cow::into_owned));
        }
        self.field("log_stream", signal.origin.log_stream.clone());
    }

    /// The members of an object or a list.
    fn members(&mut self, place: &Place<'_>, value: &Value) {
        match value {
            Value::Object(map) => {
                let name = ["name", "key", "Name", "Key"].iter().find_map(|key| map.get(*key)?.as_str());
                let about = name.unwrap_or(place.about);
                for (key, value) in map {
                    self.value(place, (key, about), value);
                }
            }
            Value::Array(items) => {
                let mut about = place.about;
                for (index, value) in items.iter().enumerate() {
                    self.value(place, (&index.to_string(), about), value);
                    about = value.as_str().filter(|text| text.len() < 64).unwrap_or(place.about);
                }
            }
            scalar => self.value(place, ("value", place.about), scalar),
        }
    }

    fn value(&mut self, place: &Place<'_>, (label, about): (&str, &str), value: &Value) {
        let inner = value.as_str().filter(|_| place.nested < MAX_NESTED).and_then(json_in);
        let kind = match (value, &inner) {
            (Value::Object(map), _) => ItemKind::Group(map.len()),
            (Value::Array(items), _) => ItemKind::Group(items.len()),
            (_, Some(_)) => ItemKind::Nested,
            _ => ItemKind::Scalar,
        };
        let path = if place.path.is_empty() { label.to_owned() } else { format!("{}.{label}", place.path) };
        let text = text_of(value).map_or_else(|| "null".to_owned(), std::borrow::Cow::into_owned);
        let item = Item {
            label: label.to_owned(),
            path: path.clone(),
            about: about.to_owned(),
            label_columns: 0,
            kind,
            value: text,
        };
        if !self.push(place.depth, item) {
            return;
        }
        // Of a pair the name speaks of what is inside the value too; any other key does so itself.
        let about = if matches!(label, "value" | "Value") && !about.is_empty() { about } else { label };
        let depth = place.depth.saturating_add(1);
        match (kind, inner) {
            (ItemKind::Group(_), _) => {
                self.members(&Place { depth, path: &path, about, nested: place.nested }, value);
            }
            (_, Some(inner)) => {
                self.members(&Place { depth, path: &path, about, nested: place.nested + 1 }, &inner);
            }
            _ => {}
        }
    }
}

/// Where members stand.
struct Place<'a> {
    depth: u16,
    path: &'a str,
    /// See [`Item::about`].
    about: &'a str,
    /// How many strings are around them.
    nested: u16,
}

/// The object or list that a string holds.
fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    let inner: Value = text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok())??;
    (inner.is_object() || inner.is_array()).then_some(inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(signal: &Signal) -> Vec<String> {
        let tree = tree(signal);
        let rows = (0..tree.len()).filter_map(|row| tree.row(row));
        rows.map(|node| format!("{} {} {:?}", node.depth, node.item.path, node.item.kind)).collect()
    }

    #[test]
    fn json_inside_strings_is_reachable() {
        let inner = json!({"params": {"name": "lookup"}}).to_string();
        let body = json!({"body": {"text": json!({"again": inner}).to_string(), "n": [1, "{broken"]}});
        let lines = lines(&Signal { body, ..Signal::default() });
        for wanted in [
            "2 body.text Nested",
            "3 body.text.again Nested",
            "5 body.text.again.params.name Scalar",
            "2 body.n Group(2)",
            "3 body.n.1 Scalar",
        ] {
            assert!(lines.iter().any(|line| line == wanted), "{wanted}: {lines:#?}");
        }
    }

    #[test]
    fn a_huge_record_is_cut_and_says_so() {
        let body = json!({"items": vec![0; MAX_NODES + 7]});
        let mut tree = tree(&Signal { body, ..Signal::default() });
        tree.fold_from(None);
        assert_eq!(tree.len(), MAX_NODES + 1);
        assert_eq!(tree.row(MAX_NODES).map(|node| node.item.kind), Some(ItemKind::Rest));
    }
}

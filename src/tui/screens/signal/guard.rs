//! A value by itself says less than in its record: `hunter2` is a secret because `password` stands before it. So a
//! value passes the door together with the key that gives it its meaning.

use serde_json::{Map, Value};

use super::nodes::Item;
use crate::tui::model::Shared;

/// Bytes of a value that a screen needs, far more than it shows: where they end a secret may be cut in two.
const MAX_HEAD: usize = 64 << 10;

/// The whole value, safe, on several lines where it has several.
pub(super) fn whole(shared: &Shared, item: &Item) -> String {
    let mut text = item.value.clone();
    for key in [&item.about, &item.label] {
        if key.is_empty() {
            continue;
        }
        let pair: Map<String, Value> = [(key.clone(), Value::String(text))].into_iter().collect();
        let safe = shared.text(&Value::Object(pair).to_string());
        // A sign that was spelt out, as `\u{202e}`, is none of JSON's escapes.
        let spelt = safe.as_str().replace("\\u{", "\\\\u{");
        let read = serde_json::from_str::<Map<String, Value>>(&spelt).ok();
        match read.and_then(|pair| pair.into_iter().next()) {
            Some((_, Value::String(value))) => text = value,
            // The mask took the quotes along: what is left of the pair is safe as it stands.
            _ => return safe.to_string(),
        }
    }
    shared.text(&text).to_string()
}

/// The beginning of the value, safe, as much of it as a screen shows.
pub(super) fn head(shared: &Shared, item: &Item) -> String {
    let head = &item.value[..item.value.floor_char_boundary(MAX_HEAD)];
    whole(shared, &Item { value: head.to_owned(), ..item.clone() })
}

/// The beginning of the value on one line of at most `max` characters.
pub(super) fn line(shared: &Shared, item: &Item, max: usize) -> String {
    shared.line(&head(shared, item), max).as_str().replace('\t', "    ")
}

/// Whether the value may be spelt out in a filter: the door lets it pass as it is.
pub(super) fn is_plain(shared: &Shared, item: &Item) -> bool {
    whole(shared, item) == item.value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::nodes::tree;
    use super::*;
    use crate::model::Signal;
    use crate::tui::testing;

    #[test]
    fn no_secret_is_shown_apart_from_its_key() {
        let shared = testing::empty((80, 24)).shared;
        let body = json!({
            "password": "hunter2 and more",
            "headers": [{"name": "Authorization", "value": "Basic aHVudGVyMjpodW50ZXIy"}, ["cookie", "id=hunter2"]],
            "attributes": [{"key": "client_secret", "value": {"stringValue": "hunter2"}}],
            "args": "{\"api_key\": \"hunter2\", \"cookie\": [\"id=hunter2\"]}",
            "plain": "say \"hi\"\u{1b}[31m\tred",
        });
        let tree = tree(&Signal { body, ..Signal::default() });
        let items = (0..tree.len()).map(|row| &tree.row(row).unwrap().item);
        let text =
            |item: &Item| format!("{}: {} / {}\n", item.path, whole(&shared, item), line(&shared, item, 300));
        let shown: String = items.map(text).collect();
        assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVy"), "{shown}");
        assert!(
            !shown.contains('\u{1b}') && shown.contains("plain: say \"hi\"\tred / say \"hi\"    red"),
            "{shown}"
        );
    }
}

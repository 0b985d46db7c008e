//! From a value to the filter that shows what else has it.

use super::nodes::{Item, ItemKind};
use crate::filter::Filter;
use crate::model::Signal;

/// Characters of a value that a filter names whole; of a longer one it looks for the beginning.
const MAX_VALUE: usize = 200;
const MAX_WORDS: usize = 80;

/// The expression for "has this value too"; `None` when the filter language cannot say it. It is tried on the signal
/// itself, so that it never shows less than where it came from.
pub(super) fn expression(item: &Item, signal: &Signal) -> Option<String> {
    let value = item.value.as_str();
    let is_plain = matches!(item.kind, ItemKind::Scalar | ItemKind::Field | ItemKind::Nested);
    if !is_plain || value.trim().is_empty() {
        return None;
    }
    let first = value.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let words: String = first.chars().take(MAX_WORDS).collect();
    let mut candidates = Vec::new();
    if value.chars().nth(MAX_VALUE).is_none() && !value.contains('\n') {
        candidates.push(format!("{}:{}", item.path, quoted(value)));
        candidates.push(format!("raw.{}:{}", item.path, quoted(value)));
    }
    candidates.push(quoted(&words));
    candidates.into_iter().find(|text| Filter::parse(text).is_ok_and(|filter| filter.matches(signal)))
}

/// `more` on top of the filter that is on; negated to hide instead of show.
pub(super) fn joined(before: &str, more: &str, hide: bool) -> String {
    let sign = if hide { "-" } else { "" };
    match before.trim() {
        "" => format!("{sign}{more}"),
        before if before.to_ascii_uppercase().contains(" OR ") => format!("({before}) {sign}{more}"),
        before => format!("{before} {sign}{more}"),
    }
}

/// The expression `field:value`.
pub(super) fn is(field: &str, value: &str) -> String {
    format!("{field}:{}", quoted(value))
}

/// A value as filters spell it.
fn quoted(value: &str) -> String {
    let is_word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_word && !value.is_empty() && !value.starts_with('-') {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn item(path: &str, value: &str) -> Item {
        Item { path: path.into(), kind: ItemKind::Scalar, value: value.into(), ..Item::default() }
    }

    #[test]
    fn a_value_becomes_its_field_or_free_text() {
        let body = json!({"body": {"isError": true}, "resource_arn": "arn:aws:x", "deep": "{\"a\":\"b c\"}"});
        let signal = Signal { body, message: "said b c here".into(), ..Signal::default() };
        let of = |path, value| expression(&item(path, value), &signal);
        assert_eq!(of("body.isError", "true").as_deref(), Some("body.isError:true"));
        assert_eq!(of("resource_arn", "arn:aws:x").as_deref(), Some("raw.resource_arn:\"arn:aws:x\""));
        assert_eq!(of("deep.a", "b c").as_deref(), Some("\"b c\""));
        assert_eq!(of("deep.a", "nowhere"), None);
        assert_eq!(joined("a OR b", "c:d", true), "(a OR b) -c:d");
        assert_eq!(joined(" ", "c:d", false), "c:d");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn an_expression_lets_its_own_signal_pass(key in "\\PC{1,8}", value in "\\PC{0,30}|.{0,300}") {
            let signal = Signal { body: json!({key.clone(): value}), ..Signal::default() };
            if let Some(text) = expression(&item(&key, &value), &signal) {
                let both = joined("kind:text OR kind:json", &text, false);
                prop_assert!(Filter::parse(&text).unwrap().matches(&signal));
                prop_assert!(Filter::parse(&both).unwrap().matches(&signal));
                prop_assert!(!Filter::parse(&joined("", &text, true)).unwrap().matches(&signal));
            }
        }
    }
}

//! What may stand at the cursor of a filter: names of fields, and the values they have here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::semconv::{self, FIELDS};
use crate::model::{Kind, Layer, Outcome, Severity};
use crate::tui::model::Shared;

/// Fields of a filter that no record has by itself.
const OWN_FIELDS: &[(&str, &str)] = &[
    ("duration", "how long a span took: 2s, 50ms, 1.5m; compare with < and >"),
    ("request", "request id"),
    ("rule", "rule that found something in the request"),
    ("session", "AgentCore session id"),
    ("status", "what the record says of its call: ok, failed, unknown"),
    ("trace", "trace id, in any spelling"),
];

/// Most values of one field that are offered.
const MAX_VALUES: usize = 1_000;

/// Values in this capture, each in order.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    tools: Vec<String>,
    sessions: Vec<String>,
    rules: Vec<String>,
}

/// What may stand in place of `start..end` of the text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) words: Vec<String>,
}

impl Vocabulary {
    pub(super) fn new(shared: &Shared) -> Self {
        let (snapshot, requests) = (shared.snapshot(), &shared.tables.requests);
        let rules: BTreeSet<&str> = snapshot.findings.iter().map(|finding| finding.rule.as_str()).collect();
        // Ids and names of tools are plain words; whatever is not would need quotes and the door.
        let plain =
            |word: &&str| word.chars().all(|sign| sign.is_ascii_alphanumeric() || "_-./:".contains(sign));
        let tools = requests.tools().iter().filter_map(|name| snapshot.names.text(*name));
        let sessions = requests.sessions().iter().filter_map(|id| snapshot.names.id(*id));
        Self {
            tools: tools.filter(plain).take(MAX_VALUES).map(str::to_owned).collect(),
            sessions: sessions.filter(|id| plain(&&**id)).take(MAX_VALUES).map(Cow::into_owned).collect(),
            rules: rules.into_iter().filter(plain).map(str::to_owned).collect(),
        }
    }

    fn values(&self, field: &str) -> Vec<&str> {
        match field {
            "layer" => Layer::ALL.iter().map(|layer| layer.word()).collect(),
            "kind" => Kind::ALL.iter().map(|kind| kind.word()).collect(),
            "severity" => Severity::ALL.iter().map(|severity| severity.word()).collect(),
            "outcome" | "status" => Outcome::ALL.iter().map(|outcome| outcome.word()).collect(),
            "tool" => self.tools.iter().map(String::as_str).collect(),
            "session" | "session_id" => self.sessions.iter().map(String::as_str).collect(),
            "rule" => self.rules.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// What may stand at byte `cursor` of `text`, in alphabetical order of fields and in their own order of values.
pub(super) fn offers(vocabulary: &Vocabulary, text: &str, cursor: usize) -> Offers {
    let before = text.get(..cursor).unwrap_or(text);
    if before.matches('"').count() % 2 == 1 {
        return Offers::default();
    }
    let word_at = before.rfind([' ', '(']).map_or(0, |at| at + 1);
    let word = before[word_at..].trim_start_matches('-');
    let word_at = before.len() - word.len();
    let operator = word.find([':', '=', '~', '<', '>', '!']);
    let (start, typed, words) = match operator {
        Some(at) => {
            let value = word[at..].trim_start_matches([':', '=', '~', '<', '>', '!']);
            (
                before.len() - value.len(),
                value,
                vocabulary.values(&word[..at]).into_iter().map(str::to_owned).collect(),
            )
        }
        None => (word_at, word, fields()),
    };
    let words = if operator.is_none() && typed.is_empty() { Vec::new() } else { words };
    Offers { start, end: before.len(), words: fitting(words, typed) }
}

/// The words that begin as typed, then those in which it stands elsewhere.
fn fitting(words: Vec<String>, typed: &str) -> Vec<String> {
    let lower = typed.to_ascii_lowercase();
    let is_longer = |word: &String| word.len() > typed.len() && word.to_ascii_lowercase().contains(&lower);
    let (mut first, others): (Vec<String>, Vec<String>) =
        words.into_iter().filter(is_longer).partition(|word| word.to_ascii_lowercase().starts_with(&lower));
    first.extend(others);
    first
}

/// What the field means whose name stands before the cursor, as in `tool~cost`.
pub(super) fn explained(text: &str, cursor: usize) -> Option<(&str, &'static str)> {
    let before = text.get(..cursor)?;
    let word = before.rsplit([' ', '(']).next()?.trim_start_matches('-');
    let (name, _) = word.split_at(word.find([':', '=', '~', '<', '>', '!'])?);
    let own = OWN_FIELDS.iter().find(|(own, _)| *own == name).map(|(_, about)| *about);
    Some((name, own.or_else(|| semconv::field(name).map(|field| field.about))?))
}

fn fields() -> Vec<String> {
    let names: BTreeSet<&str> =
        FIELDS.iter().map(|field| field.name).chain(OWN_FIELDS.iter().map(|own| own.0)).collect();
    names.into_iter().map(|name| format!("{name}:")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str) -> Vec<String> {
        let vocabulary = Vocabulary { tools: vec!["cost___get".into()], ..Vocabulary::default() };
        offers(&vocabulary, text, text.len()).words
    }

    #[test]
    fn fields_and_their_values_are_offered() {
        assert_eq!(offered("lay"), ["layer:"]);
        assert_eq!(offered("layer:ga"), ["gateway"]);
        assert_eq!(offered("-(status:f"), ["failed"]);
        assert_eq!(offered("severity>=wa"), ["warn"]);
        assert_eq!(offered("tool:"), ["cost___get"]);
        assert_eq!(offered("a b tool~cost___g"), ["cost___get"]);
        assert_eq!(offered("tool~GET"), ["cost___get"], "a part of it is enough, in any case");
    }

    #[test]
    fn the_field_at_the_cursor_is_explained() {
        let about = |text: &'static str| explained(text, text.len());
        assert_eq!(about("a -(duration>2s"), Some(("duration", OWN_FIELDS[0].1)));
        assert!(
            about("layer:gateway").is_some_and(|(name, about)| name == "layer" && about.contains("gateway"))
        );
        assert_eq!([about("layer:gateway "), about("nosuch:x"), about("")], [None; 3]);
    }

    #[test]
    fn inside_quotes_and_at_the_beginning_nothing_is() {
        for text in ["", "a ", "\"lay", "layer:gateway", "nosuch:x", "日本"] {
            assert!(offered(text).is_empty(), "{text}");
        }
    }
}

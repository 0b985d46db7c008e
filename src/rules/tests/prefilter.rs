//! What the prefilter must never pass over.

use proptest::prelude::*;

use crate::model::{Kind, Layer, Names, Outcome, Severity, Signal};
use crate::rules::Catalogue;

use super::catalogue;

fn one(pattern: &str) -> Catalogue {
    catalogue(&[("r", &format!("[events.e]\nmessage = '{pattern}'"))])
}

fn offsets(catalogue: &Catalogue, block: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    catalogue.prefilter().scan(block, &mut |at, _| found.push(at));
    found
}

/// Whether `text` may be an event of a signal that nothing else is known of.
fn is_candidate(catalogue: &Catalogue, text: &str) -> bool {
    let brief = super::brief(&Signal::default(), &mut Names::default());
    catalogue.prefilter().is_candidate(text.as_bytes(), &brief)
}

#[test]
fn raw_spellings_of_a_matching_message_are_candidates() {
    for (pattern, raw) in [
        ("Field .{1,20} has invalid type", r#"{"message":"Field \"max\" has invalid type: $.max"}"#),
        ("(?i)access denied exception", "ACCESS Denied Exception"),
        ("path /mcp/tools was refused", r#"{"m":"path \/mcp\/tools was refused"}"#),
        ("<urlopen error timed out>", r#"{"m":"\u003curlopen error timed out\u003e"}"#),
        ("日志组不存在", r#"{"m":"\u65e5\u5fd7\u7ec4\u4e0d\u5b58\u5728"}"#),
        ("日志组不存在", "日志组不存在"),
        ("(?:ResourceNotFoundException|ThrottlingException): .+", "a ThrottlingException"),
        ("code: 40[03].{0,9}stream does not exist", "code: 400, reason: stream does not exist"),
    ] {
        let catalogue = one(pattern);
        assert!(is_candidate(&catalogue, raw), "{pattern} in {raw}");
        assert!(!offsets(&catalogue, raw.as_bytes()).is_empty(), "{pattern} in {raw}");
    }
}

#[test]
fn common_words_are_not_what_is_looked_for() {
    let catalogue = one("Failed to read message from session router");
    for quiet in ["Failed", "message", "session", "Failed to start the session"] {
        assert!(!is_candidate(&catalogue, quiet), "{quiet}");
    }
}

#[test]
fn a_signal_that_no_event_can_be_is_no_candidate() {
    let catalogue = catalogue(&[(
        "r",
        "[events.e]\nlayer = 'gateway'\nseverity = '>=error'\nmessage = 'resource closed'",
    )]);
    let candidate = |layer, severity| {
        let signal = Signal { layer, severity, ..Signal::default() };
        let brief = super::brief(&signal, &mut Names::default());
        catalogue.prefilter().is_candidate(b"the resource closed itself", &brief)
    };
    assert!(candidate(Layer::Gateway, Severity::Error) && candidate(Layer::Unknown, Severity::Fatal));
    assert!(!candidate(Layer::Runtime, Severity::Error) && !candidate(Layer::Gateway, Severity::Info));
}

#[test]
fn anchors_are_the_events_that_only_failures_have() {
    let catalogue = catalogue(&[(
        "r",
        "[events.called]\nmessage = 'tool called by name'\n[events.refused]\nmessage = 'access denied to tool'\n\
         [when]\nby = 'request'\nsequence = ['called', 'refused']",
    )]);
    assert!(is_candidate(&catalogue, "access denied to tool x"));
    assert!(!is_candidate(&catalogue, "tool called by name x"));
}

#[test]
fn an_event_without_literal_asks_for_the_records_it_may_be() {
    let with = one("closed resource");
    let without = catalogue(&[("r", "[events.e]\nlayer = 'gateway'\nfield.\"http.status\" = '>=500'")]);
    let event = |catalogue: &Catalogue, layer| {
        let mut names = Names::default();
        let signal = Signal { layer, ..Signal::default() };
        let brief = super::brief(&signal, &mut names);
        assert_eq!(
            (brief.kind, brief.severity, brief.outcome),
            (Kind::Text, Severity::Unset, Outcome::Unknown)
        );
        catalogue.wants(&brief)
    };
    assert!(!event(&with, Layer::Gateway));
    assert!(event(&without, Layer::Gateway));
    assert!(!event(&without, Layer::Runtime));
}

#[test]
fn field_texts_are_looked_for_too() {
    let catalogue = catalogue(&[(
        "r",
        "[events.e]\nfield.\"error.type\" = ['AccessDeniedException', 'ThrottledException']",
    )]);
    assert!(is_candidate(&catalogue, r#"{"errorType":"ThrottledException"}"#));
    assert!(!is_candidate(&catalogue, "something else"));
}

#[test]
fn values_that_the_record_does_not_hold_are_not_looked_for() {
    for field in ["log_stream", "name", "region", "resource.attributes.service.name"] {
        let catalogue = catalogue(&[("r", &format!("[events.e]\nfield.'{field}' = 'unmistakable'"))]);
        assert!(catalogue.prefilter().is_empty(), "{field}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever an expression matches holds one of its texts, also after JSON escaping.
    #[test]
    fn a_match_is_always_a_candidate(
        words in prop::collection::vec("[A-Za-zäé日\"/']{1,9}", 1..6),
        before in ".{0,20}",
    ) {
        let text = words.join(" ");
        let catalogue = one(&regex::escape(&text).replace('\'', "."));
        if !catalogue.prefilter().is_empty() {
            let escaped = serde_json::to_string(&format!("{before}{text}")).unwrap();
            prop_assert!(is_candidate(&catalogue, &escaped));
        }
    }
}

use proptest::prelude::*;

use super::*;
use crate::model::{Ids, Signal, Timestamp};

fn signal() -> Signal {
    Signal {
        layer: Layer::Gateway,
        kind: Kind::GatewayLog,
        severity: Severity::Error,
        outcome: Outcome::Failed,
        message: "Access DENIED while invoking".to_owned(),
        timestamp: Some(Timestamp(0)),
        end: Some(Timestamp(2_500_000_000)),
        ids: Ids {
            tool: Some("t___get_coverage".to_owned()),
            trace: crate::model::TraceId::parse(b"4efaaf4d1e8720b39541901950019ee5"),
            ..Ids::default()
        },
        body: serde_json::json!({"attributes": {"http.status_code": 403}}),
        ..Signal::default()
    }
}

fn matches(filter: &str) -> bool {
    Filter::parse(filter).unwrap().matches(&signal())
}

#[test]
fn each_kind_of_test_tells_records_apart() {
    for (holds, fails) in [
        ("", "-(layer:gateway)"),
        ("layer:gateway", "layer:runtime"),
        ("severity>=warning", "severity<error"),
        ("tool~COVER.GE", "tool!~coverage"),
        ("duration>2s", "duration>2.5s"),
        ("\"access denied\"", "\"access  denied\""),
        ("denied invoking", "denied elsewhere"),
        ("-kind:otel-span", "kind!=gateway-log"),
        ("(layer:client OR tool:*) status:failed", "layer:client OR session:*"),
        ("http.status>=400", "http.status>403"),
        ("trace:1-4efaaf4d-1e8720b39541901950019ee5", "trace:1"),
        ("attributes.http.status_code:403", "attributes.http.status_code:40"),
    ] {
        assert!(matches(holds), "{holds}");
        assert!(!matches(fails), "{fails}");
    }
}

#[test]
fn a_rule_decides_about_results_and_drops_no_record() {
    for text in ["rule:x", "-rule:x", "layer:gateway rule:x"] {
        assert!(matches(text), "{text}");
    }
    assert!(!matches("rule:x layer:client"));
    let filter = Filter::parse("rule:x status:failed").unwrap();
    let facts = |rules, outcome| ResultFacts { rules, outcome };
    assert!(filter.matches_result(facts(&["x"], Outcome::Failed)));
    assert!(!filter.matches_result(facts(&["y"], Outcome::Failed)));
    assert!(!filter.matches_result(facts(&["x"], Outcome::Ok)));
}

#[test]
fn mistakes_are_shown_in_place() {
    for (text, at, words) in [
        ("layer:gateway layr:x", 14, "did you mean `layer`"),
        ("layer:gatway", 6, "did you mean `gateway`"),
        ("(a b", 0, "not closed"),
        ("a)", 1, "could close"),
        ("a OR", 4, "on its right"),
        ("x \"y", 2, "quote is not closed"),
        ("tool~\"(\"", 5, "regular expression"),
        ("duration>fast", 9, "2s, 50ms"),
        ("severity>=", 10, "needs a value"),
        ("http.status>many", 12, "needs a number"),
        ("layer>gateway", 5, "cannot be compared"),
        ("()", 0, "nothing in these"),
        ("a -", 2, "nothing to negate"),
    ] {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!(error.at, at, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(
            error.to_string().lines().nth(2).unwrap().ends_with(&format!("{}^", " ".repeat(at))),
            "{error}"
        );
    }
    assert!(Filter::parse(&"(".repeat(100_000)).is_err());
}

#[test]
fn the_examples_of_the_help_parse() {
    for line in HELP.lines().filter(|line| line.starts_with("  ")) {
        let example = line.trim().split("  ").next().unwrap_or_default();
        assert!(Filter::parse(example).is_ok(), "{example}");
    }
}

fn any_test() -> impl Strategy<Value = Test> {
    let order = || {
        proptest::sample::select(vec![Order::Equal, Order::Less, Order::AtMost, Order::More, Order::AtLeast])
    };
    let unequal = proptest::sample::select(vec![Order::Less, Order::AtMost, Order::More, Order::AtLeast]);
    let name = || {
        proptest::sample::select(vec!["tool", "http.status", "message", "raw.a-b.c"]).prop_map(str::to_owned)
    };
    prop_oneof![
        any::<String>().prop_map(Test::Text),
        any::<String>().prop_map(Test::Rule),
        proptest::sample::select(Layer::ALL).prop_map(Test::Layer),
        proptest::sample::select(Kind::ALL).prop_map(Test::Kind),
        proptest::sample::select(Outcome::ALL).prop_map(Test::Outcome),
        (order(), proptest::sample::select(Severity::ALL))
            .prop_map(|(order, value)| Test::Severity(order, value)),
        (order(), 0..i64::MAX).prop_map(|(order, value)| Test::Duration(order, value)),
        name().prop_map(|name| Test::Present(Field::new(&name))),
        (name(), any::<String>()).prop_map(|(name, value)| Test::Equals(Field::new(&name), value)),
        (name(), unequal, -1e9..1e9).prop_map(|(name, order, value)| Test::Number(
            Field::new(&name),
            order,
            value
        )),
        (name(), "[a-c().*\"\\\\ ]{0,6}").prop_filter_map("a regex", |(name, text)| {
            Some(Test::Matches(Field::new(&name), Pattern(Regex::new(&text).ok()?)))
        }),
    ]
}

fn any_node() -> impl Strategy<Value = Node> {
    any_test().prop_map(Node::Test).prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Node::All),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Node::Any),
            inner.prop_map(|node| Node::Not(Box::new(node))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_printed_parses_to_the_same(root in any_node()) {
        let filter = Filter { root };
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn any_text_is_a_filter_or_an_error(text in "[a-z:~<>=!()\" \\\\*.0-9-]{0,30}|\\PC{0,30}") {
        if let Ok(filter) = Filter::parse(&text) {
            filter.matches(&signal());
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
    }
}

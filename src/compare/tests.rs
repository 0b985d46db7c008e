use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{
    Difference, FeatureKind, Ids, Kind, Layer, Outcome, Parameter, Severity, Signal, Timestamp, Tool,
};

const TOOL: &str = "trail___lookup_events";

fn facts(tools: &[Tool]) -> Facts<'_> {
    Facts { tool: Some(TOOL), duration: None, covered: &[], is_whole: true, tools, template: str::to_owned }
}

/// What a client saw of a call with these arguments.
fn exchange(arguments: &Value) -> Signal {
    Signal {
        kind: Kind::HttpExchange,
        layer: Layer::Client,
        body: json!({
            "request": {"method": "tools/call", "params": {"name": TOOL, "arguments": arguments}},
            "http": {"request": {"headers": {"accept": "text/event-stream", "traceparent": "00-1-2-01"}}},
        }),
        ..Signal::default()
    }
}

/// A Gateway row that shows the arguments as the dump of a map.
fn dumped(dump: &str, arguments: &Value) -> Signal {
    Signal {
        kind: Kind::GatewayLog,
        layer: Layer::Gateway,
        body: json!({
            "body": {"requestBody": dump},
            "request": {"method": "tools/call", "params": {"name": TOOL, "arguments": arguments}},
        }),
        ..Signal::default()
    }
}

fn span(name: &str, millis: i64, status: u16) -> Signal {
    Signal {
        kind: Kind::Span,
        layer: Layer::Span,
        name: Some(name.to_owned()),
        timestamp: Some(Timestamp(0)),
        end: Some(Timestamp(millis * 1_000_000)),
        body: json!({"attributes": {"http.response.status_code": status}}),
        ..Signal::default()
    }
}

fn traits(signals: &[Signal]) -> Traits {
    Traits::of(signals, &facts(&[]))
}

fn compared(failed: &[Traits], healthy: &[Traits]) -> Vec<Difference> {
    differences(&failed[0], &healthy[0], failed, healthy).0
}

fn find<'d>(differences: &'d [Difference], attribute: &str) -> &'d Difference {
    let named: Vec<&str> = differences.iter().map(|difference| difference.attribute.as_str()).collect();
    differences
        .iter()
        .find(|difference| difference.attribute == attribute)
        .unwrap_or_else(|| panic!("no '{attribute}' in {named:?}"))
}

fn calls(arguments: &[Value]) -> Vec<Traits> {
    arguments.iter().map(|arguments| traits(&[exchange(arguments)])).collect()
}

#[test]
fn a_number_sent_as_text_is_the_difference() {
    let failed = calls(&[json!({"max_results": "50"}), json!({"max_results": "20"})]);
    let healthy = calls(&[json!({"max_results": 50}), json!({"max_results": 20}), json!({"max_results": 7})]);
    let differences = compared(&failed, &healthy);
    assert_eq!(differences[0].attribute, "max_results: type");
    assert_eq!(differences[0].failing.as_deref(), Some("string"));
    assert_eq!(differences[0].healthy.as_deref(), Some("integer"));
    assert_eq!((differences[0].among_failed.with, differences[0].among_failed.of), (2, 2));
    assert_eq!((differences[0].among_healthy.with, differences[0].among_healthy.of), (0, 3));
}

#[test]
fn the_dump_of_a_map_tells_no_type() {
    let dump =
        dumped("{method=tools/call, params={arguments={max_results=50}}}", &json!({"max_results": 50}));
    let differences = compared(&[traits(&[dump])], &calls(&[json!({"max_results": "50"})]));
    assert!(
        differences.iter().all(|difference| !difference.attribute.ends_with(": type")),
        "{differences:?}"
    );
}

#[test]
fn refusals_tell_the_types() {
    for message in [
        "JsonSchemaException - Parameter validation failed:\n- Field 'max_results' has invalid type: $.max_results: string found, integer expected\n- Field 'max_results' has invalid type: $.max_results: string found, null expected",
        "1 validation error for lookup_eventsArguments\nmax_results\n  Input should be a valid integer [type=int_type, input_value='50', input_type=str]",
    ] {
        let refused = Signal { message: message.to_owned(), layer: Layer::Gateway, ..Signal::default() };
        let differences = compared(&[traits(&[refused])], &calls(&[json!({})]));
        assert_eq!(differences[0].attribute, "max_results: type sent and type wanted", "{message}");
        assert_eq!(differences[0].failing.as_deref(), Some("string sent, integer wanted"));
        assert_eq!((differences[0].kind, &differences[0].healthy), (FeatureKind::Schema, &None));
    }
}

#[test]
fn a_declaration_tells_the_type_that_was_wanted() {
    let declared = |declared: &str| {
        let parameter = Parameter {
            path: "max_results".to_owned(),
            declared: declared.to_owned(),
            required: false,
            default: None,
        };
        [Tool { name: "lookup_events".to_owned(), parameters: vec![parameter] }]
    };
    let mismatches = |tools: &[Tool], sent: Value| {
        let failing = Traits::of(&[exchange(&json!({"max_results": sent}))], &facts(tools));
        let found = compared(&[failing], &calls(&[json!({})]));
        found.iter().filter(|difference| difference.kind == FeatureKind::Schema).count()
    };
    assert_eq!(mismatches(&declared("integer"), json!("50")), 1);
    assert_eq!(mismatches(&declared("integer"), json!(50)), 0);
    assert_eq!(mismatches(&declared("number"), json!(50)), 0);
    assert_eq!(mismatches(&declared("integer or null (anyOf)"), json!("50")), 0);
}

#[test]
fn nested_arguments_are_compared_by_path() {
    let failed = calls(&[json!({"query": {"range": {"days": "7"}, "tags": ["a"]}})]);
    let healthy = calls(&[json!({"query": {"range": {"days": 7}, "tags": [1]}})]);
    let differences = compared(&failed, &healthy);
    find(&differences, "query.range.days: type");
    find(&differences, "query.tags[]: type");
}

#[test]
fn an_absence_counts_only_where_it_would_show() {
    let client = exchange(&json!({}));
    let row = Signal {
        kind: Kind::GatewayLog,
        layer: Layer::Gateway,
        message: "Executing".to_owned(),
        ..Signal::default()
    };
    let with_spans = traits(&[row.clone(), span("POST /mcp", 5, 200)]);
    let without = traits(&[client.clone(), row.clone()]);
    let unseen = compared(&[without], std::slice::from_ref(&with_spans));
    assert!(unseen.iter().all(|difference| difference.attribute != "span POST /mcp"), "{unseen:?}");
    let covered = Facts { covered: &[Layer::Span], ..facts(&[]) };
    let seen = compared(&[Traits::of(&[client, row], &covered)], &[with_spans]);
    assert_eq!(find(&seen, "span POST /mcp").failing, None);
}

#[test]
fn spans_of_two_tools_are_the_same_step() {
    let failing = Traits::of(&[span("InvokeTool.trail___lookup_events", 7, 500)], &facts(&[]));
    let other = Facts { tool: Some("trail___list_trails"), ..facts(&[]) };
    let healthy = Traits::of(&[span("InvokeTool.trail___list_trails", 900, 200)], &other);
    let differences = compared(&[failing], &[healthy]);
    assert_eq!(find(&differences, "span InvokeTool.{tool}: outcome").failing.as_deref(), Some("HTTP 500"));
    let took = find(&differences, "duration of span InvokeTool.{tool}");
    assert_eq!(took.failing.as_deref(), Some("7.0 ms (less than half of what is usual)"));
    assert_eq!(took.healthy.as_deref(), Some("900 ms (usual)"));
}

#[test]
fn secrets_have_no_value_here() {
    let failed = calls(&[json!({"api_key": "hunter", "mode": "a"})]);
    let healthy = calls(&[json!({"api_key": "tiger", "mode": "b"})]);
    let text = format!("{:?}", compared(&failed, &healthy));
    assert!(!text.contains("hunter") && !text.contains("tiger") && text.contains("mode"), "{text}");
}

#[test]
fn hostile_arguments_are_bounded() {
    let wide: serde_json::Map<String, Value> =
        (0..5_000).map(|at| (format!("k{}", "x".repeat(at % 3_000)), json!(at))).collect();
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({"d": deep});
    }
    let failed = calls(&[json!({"wide": wide, "deep": deep, "": null, "\u{1b}[31m": "\u{0}"})]);
    let differences = compared(&failed, &calls(&[json!({})]));
    assert!(differences.len() <= MAX_DIFFERENCES);
    assert!(differences.iter().all(|difference| difference.attribute.len() < 1_500));
}

/// A request with an id and a session of its own, and what makes some fail.
fn request(id: u32, mode: &str, version: &str) -> Traits {
    let mut client = exchange(&json!({"ticket": format!("unique-{id}"), "mode": mode}));
    client.ids = Ids {
        request: Some(format!("unique-{id}")),
        session: Some(format!("unique-{id}")),
        ..Ids::default()
    };
    let log = Signal {
        kind: Kind::OtelLog,
        layer: Layer::Runtime,
        severity: Severity::Info,
        outcome: Outcome::Ok,
        message: "handled".to_owned(),
        body: json!({"resource": {"attributes": {"telemetry.sdk.version": version}}}),
        ..Signal::default()
    };
    traits(&[client, log])
}

fn side(first: u32) -> impl Strategy<Value = Vec<Traits>> {
    proptest::collection::vec((0usize..3, 0usize..2), 2..12).prop_map(move |drawn| {
        let request = |(at, (mode, version)): (usize, (usize, usize))| {
            request(first + at as u32, ["a", "b", "c"][mode], ["1.0", "2.0"][version])
        };
        drawn.into_iter().enumerate().map(request).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn unique_ids_never_appear_and_counts_stay_within_their_population(failed in side(0), healthy in side(100)) {
        for difference in compared(&failed, &healthy) {
            let text = format!("{difference:?}");
            prop_assert!(!text.contains("unique"), "{text}");
            prop_assert!(difference.among_failed.with <= difference.among_failed.of);
            prop_assert!(difference.among_failed.of as usize <= failed.len());
            prop_assert!(difference.among_healthy.of as usize <= healthy.len());
            prop_assert!((0.0..=1.0).contains(&difference.separation));
        }
    }

    #[test]
    fn swapping_the_sides_swaps_the_values(failed in side(0), healthy in side(100)) {
        let pairs = |differences: Vec<Difference>| -> BTreeSet<_> {
            let pair = |one: Difference| (one.attribute, one.failing, one.healthy);
            differences.into_iter().map(pair).collect()
        };
        let back: BTreeSet<_> = pairs(compared(&healthy, &failed)).into_iter().map(|(name, a, b)| (name, b, a)).collect();
        prop_assert_eq!(pairs(compared(&failed, &healthy)), back);
    }

    #[test]
    fn the_order_of_requests_and_signals_is_no_matter(failed in side(0), healthy in side(100)) {
        let forth = differences(&failed[0], &healthy[0], &failed, &healthy);
        let (mut failed_back, mut healthy_back) = (failed.clone(), healthy.clone());
        failed_back.reverse();
        healthy_back.reverse();
        prop_assert_eq!(forth, differences(&failed[0], &healthy[0], &failed_back, &healthy_back));
    }
}

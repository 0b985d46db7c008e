//! Declarations, calls and refusals to findings.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{Level, RequestKey, SchemaAudit, SchemaFinding, SchemaRisk, SignalKey};

fn listings(lists: &[(&str, Value)]) -> Vec<Listing> {
    let listing = |(at, (path, value)): (usize, &(&str, Value))| {
        let listing = move |found| Listing {
            path: (*path).to_owned(),
            line: 1,
            signal: SignalKey(at as u32),
            origin: None,
            cursor: None,
            found,
        };
        find(value).into_iter().map(listing).collect::<Vec<_>>()
    };
    lists.iter().enumerate().flat_map(listing).collect()
}

fn audit_of(
    lists: &[(&str, Value)],
    calls: &[(&str, Value)],
    refused: &[(usize, &str, &str)],
) -> SchemaAudit {
    let lists = Lists::read(listings(lists), None);
    let misfits = calls.iter().enumerate().flat_map(|(at, (tool, arguments))| {
        let request = Some(RequestKey(at as u32));
        lists.misfits(&Call { request, signal: SignalKey(100 + at as u32), tool, arguments, dump: None })
    });
    let refused = refused.iter().map(|(at, tool, text)| RefusedCall {
        request: Some(RequestKey(*at as u32)),
        signal: SignalKey(200 + *at as u32),
        tool: Some((*tool).to_owned()),
        refusals: refusals(text),
    });
    let seen = Seen { misfits: misfits.collect(), refused: refused.collect() };
    audit(&lists, &seen, &|key| format!("line {}", key.0))
}

fn tool(name: &str, schema: &Value) -> Value {
    json!({"tools": [{"name": name, "inputSchema": schema}]})
}

fn risks(audit: &SchemaAudit) -> Vec<(SchemaRisk, Level, String)> {
    let place = |found: &SchemaFinding| {
        [found.tool.as_deref(), found.parameter.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(".")
    };
    audit.findings.iter().map(|found| (found.risk, found.level, place(found))).collect()
}

const REFUSED: &str = "JsonSchemaException - Parameter validation failed: Invalid request parameters:\n- Field 'max_results' has invalid type: $.max_results: string found, integer expected\n- Field 'max_results' has invalid type: $.max_results: string found, null expected";

#[test]
fn an_optional_integer_is_untyped_and_its_refusals_make_it_an_error() {
    let schema = json!({"type": "object", "title": "lookup_eventsArguments", "properties": {
        "max_results": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": null, "title": "Max Results"}}});
    let quiet = audit_of(&[("a", tool("lookup_events", &schema))], &[], &[]);
    assert_eq!(
        risks(&quiet),
        [(SchemaRisk::Untyped, Level::Warning, "lookup_events.max_results".to_owned())]
    );
    assert_eq!(quiet.findings[0].recommended, "max_results: int = 10");
    assert_eq!(quiet.findings[0].declared, "integer or null (anyOf)");

    let calls = [("trail___lookup_events", json!({"max_results": "50"}))];
    let hit =
        audit_of(&[("a", tool("lookup_events", &schema))], &calls, &[(0, "trail___lookup_events", REFUSED)]);
    assert_eq!(risks(&hit), [(SchemaRisk::Untyped, Level::Error, "lookup_events.max_results".to_owned())]);
    assert_eq!((hit.findings[0].hits, hit.findings[0].calls.len()), (1, 1));
}

#[test]
fn a_plain_integer_is_fragile_until_somebody_sends_a_string() {
    let schema = json!({"properties": {"qty": {"type": "integer"}, "sku": {"type": "string"}}});
    let list = [("a", tool("reserve", &schema))];
    let right = audit_of(&list, &[("reserve", json!({"qty": 5}))], &[]);
    assert_eq!(risks(&right), [(SchemaRisk::Fragile, Level::Info, String::new())]);
    let sent = audit_of(&list, &[("reserve", json!({"qty": "5"}))], &[]);
    assert_eq!(risks(&sent), [(SchemaRisk::SentAsString, Level::Warning, "reserve.qty".to_owned())]);
    let text = "Field 'qty' has invalid type: $.qty: string found, integer expected";
    let refused = audit_of(&list, &[("reserve", json!({"qty": "5"}))], &[(0, "reserve", text)]);
    assert_eq!(risks(&refused), [(SchemaRisk::SentAsString, Level::Error, "reserve.qty".to_owned())]);
}

#[test]
fn a_refusal_without_any_list_still_names_the_type() {
    let audit =
        audit_of(&[], &[], &[(0, "trail___lookup_events", REFUSED), (1, "trail___lookup_events", REFUSED)]);
    assert_eq!(
        risks(&audit),
        [(SchemaRisk::Untyped, Level::Error, "trail___lookup_events.max_results".to_owned())]
    );
    assert_eq!(audit.findings[0].hits, 2);
    assert!(audit.findings[0].declared.starts_with("integer or null"), "{}", audit.findings[0].declared);
}

#[test]
fn references_are_followed_flattened_and_cycles_end() {
    let schema = json!({"title": "xArguments", "properties": {"filter": {"$ref": "#/$defs/Filter"}},
        "$defs": {"Filter": {"properties": {"start": {"type": "string"}, "limit": {"type": "integer"},
            "inner": {"$ref": "#/$defs/Filter"}}}}});
    let audit = audit_of(&[("a", tool("x", &schema))], &[], &[]);
    assert_eq!(risks(&audit), [(SchemaRisk::Reference, Level::Warning, "x.filter".to_owned())]);
    assert_eq!(audit.findings[0].declared, "Filter ($ref)");
    // In order of name: a map of JSON has no other.
    let flat = &audit.findings[0].recommended;
    assert!(flat.contains("filter_limit: int = 10") && flat.contains("filter_start: str = \"\""), "{flat}");
    let paths: Vec<_> = audit.lists[0].tools[0].parameters.iter().map(|leaf| leaf.path.as_str()).collect();
    assert!(paths.contains(&"filter.inner") && paths.len() == 4, "{paths:?}");
}

#[test]
fn a_map_dump_proves_only_what_cannot_be_the_declared_type() {
    let schema =
        json!({"properties": {"n": {"type": "integer"}, "f": {"type": "object"}, "g": {"type": "object"}}});
    let lists = Lists::read(listings(&[("a", tool("t", &schema))]), None);
    let dump = r#"{method=tools/call, params={name=t, arguments={n=2.0, f={"a":1}, g={a=1}}}}"#;
    let arguments = json!({"n": "2.0", "f": {"a": 1}, "g": {"a": 1}});
    let call =
        Call { request: None, signal: SignalKey(1), tool: "t", arguments: &arguments, dump: Some(dump) };
    let misfits = lists.misfits(&call);
    assert_eq!(misfits.len(), 1);
    assert_eq!(misfits[0].text, r#"{"a":1}"#);
}

#[test]
fn a_gateways_copy_that_lags_behind_is_drift() {
    let server = json!({"properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "o": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}, "required": ["a"]});
    let copy =
        json!({"properties": {"a": {"type": "string"}, "c": {"type": "string"}, "o": {"description": "x"}}});
    let audit = audit_of(&[("server", tool("t", &server)), ("gateway", tool("ops___t", &copy))], &[], &[]);
    let drift: Vec<_> = audit
        .findings
        .iter()
        .filter(|found| found.risk == SchemaRisk::Drift)
        .map(|found| (found.parameter.as_deref().unwrap_or_default(), found.declared.as_str()))
        .collect();
    assert_eq!(
        drift,
        [
            ("a", "integer at the server, string at the Gateway"),
            ("b", "the server has it, the Gateway does not"),
            ("c", "the Gateway has it, the server does not"),
        ]
    );
}

#[test]
fn names_that_outgrow_converse_are_told_or_the_room_that_is_left() {
    let long = "x".repeat(58);
    let plain = json!({"properties": {}});
    let open = audit_of(&[("a", tool(&long, &plain))], &[], &[]);
    assert_eq!((risks(&open).len(), open.lists[0].target_room), (0, Some(3)));
    let behind = Lists::read(listings(&[("a", tool(&long, &plain))]), Some("ops-target"));
    let behind = audit(&behind, &Seen::default(), &|_| String::new());
    assert_eq!(risks(&behind), [(SchemaRisk::NameTooLong, Level::Warning, long)]);
    let odd = audit_of(&[("a", tool("a.b", &plain))], &[], &[]);
    assert_eq!(risks(&odd), [(SchemaRisk::NameCharacters, Level::Warning, "a.b".to_owned())]);
}

#[test]
fn an_inline_payload_takes_five_keywords() {
    let payload = json!({"name": "orders", "targetConfiguration": {"mcp": {"lambda": {"toolSchema": {"inlinePayload": [
        {"name": "get", "inputSchema": {"type": "object", "properties": {
            "id": {"type": "string", "enum": ["a"]}, "n": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}}]}}}}});
    let audit = audit_of(&[("target.json", payload)], &[], &[]);
    let keyword = SchemaRisk::UnsupportedKeyword;
    assert_eq!(
        risks(&audit),
        [(keyword, Level::Error, "get.id".to_owned()), (keyword, Level::Error, "get.n".to_owned())]
    );
}

#[test]
fn pages_are_one_list_and_repetitions_are_counted() {
    let page = |name: &str, next: Option<&str>| {
        let mut page = tool(name, &json!({"properties": {}}));
        if let Some(next) = next {
            page["nextCursor"] = next.into();
        }
        page
    };
    let pages = [
        ("a", page("one", Some("c1"))),
        ("a", page("two", None)),
        ("b", page("x", None)),
        ("c", page("x", None)),
    ];
    let audit = audit_of(&pages, &[], &[]);
    let lists: Vec<_> =
        audit.lists.iter().map(|list| (list.label.as_str(), list.tools.len(), list.seen)).collect();
    assert_eq!(lists, [("a:1", 2, 1), ("b:1", 1, 2)]);
    let cut = audit_of(&[("a", page("one", Some("c1")))], &[], &[]);
    assert_eq!(cut.unreadable.len(), 1, "{:?}", cut.unreadable);
}

#[test]
fn hostile_schemas_are_bounded_and_said() {
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"type": "object", "properties": {"a": deep}});
    }
    let wide: serde_json::Map<String, Value> =
        (0..5_000).map(|at| (format!("p{at}"), json!({"type": "string"}))).collect();
    let tools: Vec<Value> = (0..10_000)
        .map(|at| json!({"name": format!("t{at}"), "inputSchema": {"properties": {"n": {"anyOf": []}}}}))
        .collect();
    let list = json!({"tools": [{"name": "deep", "inputSchema": deep}, {"name": "wide", "inputSchema": {"properties": wide}},
        {"name": "text", "inputSchema": "oops"}, {"inputSchema": {}}, 7]});
    let audit = audit_of(&[("a", list), ("b", json!({"tools": tools}))], &[], &[]);
    assert_eq!(audit.findings.len(), 2_000);
    assert_eq!(audit.unreadable.len(), 5, "{:?}", audit.unreadable);
    let longest = audit.lists[0].tools.iter().map(|tool| tool.parameters.len()).max();
    assert_eq!(longest, Some(400));
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "type",
        "properties",
        "items",
        "anyOf",
        "$ref",
        "$defs",
        "required",
        "default",
        "enum",
        "name",
        "inputSchema",
        "a",
    ]);
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![
            "string",
            "integer",
            "object",
            "array",
            "#",
            "#/$defs/a",
            "#/properties/a"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..6).prop_map(|map| {
                map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Value>()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_schema_is_audited_and_twice_alike(schema in any_json(), arguments in any_json()) {
        let run = || audit_of(&[("a", tool("t", &schema)), ("b", schema.clone())], &[("t", arguments.clone())], &[(0, "t", REFUSED)]);
        prop_assert_eq!(run(), run());
    }
}

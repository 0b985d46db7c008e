//! The schema audit: real lists of tools, the calls beside them, and the subcommand.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{FAILURE, Folder, Run, run, run_with_input};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schema").join(name)
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn audit(arguments: &[&str]) -> Run {
    run(["schema"].iter().chain(arguments))
}

/// The document of an audit, held to its schema.
fn document(arguments: &[&str]) -> Value {
    let run = audit(&[arguments, &["--format", "json"]].concat());
    let document: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let schema = fs::read_to_string(root("tests/schemas/schema-1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let wrong: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    document
}

/// `level risk tool.parameter hits` of every finding.
fn findings(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |found: &Value| {
        let place = format!("{}.{}", text(&found["tool"]), text(&found["parameter"]));
        format!("{} {} {place} {}", text(&found["level"]), text(&found["risk"]), found["hits"])
    };
    document["findings"].as_array().unwrap().iter().map(line).collect()
}

fn shape(document: &Value) -> Vec<(String, usize)> {
    let lists = document["lists"].as_array().unwrap().iter();
    lists
        .map(|list| (list["origin"].as_str().unwrap().to_owned(), list["tools"].as_array().unwrap().len()))
        .collect()
}

#[test]
fn every_way_a_list_is_written_is_read() {
    for (name, origin, tools) in [
        ("server-mcp1.30.0.json", "server", 9),
        ("server-mcp2.3.0.json", "server", 9),
        ("server-fastmcp4.1.2.sse", "server", 2),
        ("server-lowlevel-mcp1.13.1.json", "server", 1),
        ("paged.jsonl", "server", 9),
        ("gateway.json", "gateway", 8),
        ("target.json", "target", 1),
    ] {
        let path = data(name);
        let document = document(&[path.to_str().unwrap()]);
        assert_eq!(shape(&document), [(origin.to_owned(), tools)], "{name}");
        assert_eq!(document["unreadable"], serde_json::json!([]), "{name}");
    }
}

#[test]
fn calls_of_real_captures_are_held_against_the_declarations() {
    for (capture, expected) in [
        (
            "fastmcp-tool-errors--fastmcp4.1.2-adot0.21.0",
            &["error untyped stock_level.warehouse 1", "warning closed -.- 0", "info fragile -.- 0"][..],
        ),
        (
            "tool-arguments--mcp1.30.0-adot0.21.0",
            &[
                "error untyped lookup_events.filter_expression 1",
                "error untyped lookup_events.max_results 1",
                "info fragile -.- 0",
            ],
        ),
        (
            "tool-arguments-jsonschema--mcp1.13.1-adot0.12.0",
            &["error untyped sp_coverage.filter_expression 1", "error untyped sp_coverage.max_results 1"],
        ),
    ] {
        let path = root("tests/data/captures").join(capture);
        assert_eq!(findings(&document(&[path.to_str().unwrap()])), expected, "{capture}");
    }
}

#[test]
fn a_gateways_refusals_speak_without_any_list() {
    let sample = root("samples/schema-mismatch");
    let alone = document(&[sample.to_str().unwrap()]);
    assert_eq!(findings(&alone), ["error untyped trail___lookup_events.max_results 2"]);
    assert_eq!(shape(&alone), []);
    // With the server's list the refusals belong to its declaration.
    let server = data("server-mcp1.30.0.json");
    let beside = document(&[sample.to_str().unwrap(), "--server", server.to_str().unwrap()]);
    let hit: Vec<String> = findings(&beside).into_iter().filter(|line| line.starts_with("error")).collect();
    assert_eq!(hit, ["error untyped lookup_events.max_results 2"]);
}

#[test]
fn a_gateways_copy_is_compared_with_the_servers_list() {
    let (server, gateway) = (data("server-mcp1.30.0.json"), data("gateway.json"));
    let document = document(&["--server", server.to_str().unwrap(), "--gateway", gateway.to_str().unwrap()]);
    let drift: Vec<String> = findings(&document).into_iter().filter(|line| line.contains("drift")).collect();
    assert_eq!(drift, ["warning drift trail___add_numbers.b 0", "warning drift trail___greet_user.- 0"]);
}

#[test]
fn the_exit_code_is_that_of_a_check() {
    let [server, target, broken] = ["server-mcp1.30.0.json", "target.json", "broken.json"]
        .map(|name| data(name).to_string_lossy().into_owned());
    assert_eq!(audit(&[&server]).code, 0, "warnings alone pass");
    assert_eq!(audit(&[&server, "--fail-on", "warning"]).code, 1);
    assert_eq!(audit(&[&target]).code, 1);
    assert_eq!(audit(&[&target, "--fail-on", "never"]).code, 0);
    assert_eq!(audit(&[&server, "--target", &"x".repeat(60), "--fail-on", "warning"]).code, 1);

    let unread = audit(&[&broken]);
    assert_eq!(unread.code, 2);
    assert!(unread.stdout.contains("no readable list of tools"), "{}", unread.stdout);
    assert_eq!(audit(&["no-such-file.json"]).code, 2);
    assert_eq!(audit(&[]).code, 2);
    let nothing = run_with_input(&["schema", "-"], FAILURE.as_bytes());
    assert_eq!(nothing.code, 2, "an audit of nothing must not pass");
    assert!(nothing.stderr.contains("no list of tools"), "{}", nothing.stderr);
}

#[test]
fn a_file_that_is_named_as_a_list_must_hold_one() {
    let folder = Folder::new();
    let empty = folder.path().join("empty.json");
    fs::write(&empty, "{\"tools\": []}").unwrap();
    let server = data("server-mcp1.30.0.json");
    let run = audit(&[server.to_str().unwrap(), "--gateway", empty.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("empty.json: holds no list of tools"), "{}", run.stdout);
}

#[test]
fn secrets_and_escapes_of_a_schema_stay_inside() {
    let folder = Folder::new();
    let path = folder.path().join("tools.json");
    let list = serde_json::json!({"tools": [{"name": "a\u{1b}[31m|b", "inputSchema": {"properties": {
        "key": {"anyOf": [{"type": "string"}], "default": "AKIAIOSFODNN7EXAMPLE"}}}}]});
    fs::write(&path, list.to_string()).unwrap();
    for format in ["text", "json", "markdown"] {
        let run = audit(&[path.to_str().unwrap(), "--format", format]);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
        assert!(!run.stdout.contains("AKIAIOSFODNN7EXAMPLE"), "{}", run.stdout);
    }
}

#[test]
fn each_form_reads_well() {
    let relative = |arguments: &[&str]| {
        let output = crate::program::triage()
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg("schema")
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let asked = [
        "tests/data/captures/fastmcp-tool-errors--fastmcp4.1.2-adot0.21.0",
        "--gateway",
        "tests/data/schema/gateway.json",
    ];
    insta::assert_snapshot!("text", relative(&asked));
    insta::assert_snapshot!("markdown", relative(&[&asked[..], &["--format", "markdown"]].concat()));
    assert_eq!(relative(&asked), relative(&asked));
}

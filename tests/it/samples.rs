//! Each sample incident gives the findings that its read-me promises, and no other at warning or above.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{document, run};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Rules of the findings at warning or above, each once, in order of their names.
fn alarms(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().expect("findings");
    let mut rules: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["severity"] != "info")
        .map(|finding| finding["rule"].as_str().expect("a rule id"))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The finding of `rule`.
fn finding<'d>(document: &'d Value, rule: &str) -> &'d Value {
    let findings = document["findings"].as_array().expect("findings");
    findings
        .iter()
        .find(|finding| finding["rule"] == rule)
        .unwrap_or_else(|| panic!("no {rule}: {document:#}"))
}

#[test]
fn a_number_sent_as_text() {
    let document = document(&[&sample("schema-mismatch")]);
    assert_eq!(alarms(&document), ["gateway-param-type-mismatch"]);
    let captures = &finding(&document, "gateway-param-type-mismatch")["captures"];
    assert_eq!(
        (captures["field"].as_str(), captures["found"].as_str(), captures["expected"].as_str()),
        (Some("max_results"), Some("string"), Some("integer"))
    );
    assert_eq!(document["requests"]["failed"], 2);
}

#[test]
fn nothing_in_the_dashboards() {
    let document = document(&[&sample("observability-setup")]);
    assert_eq!(
        alarms(&document),
        ["logs-put-log-events-denied", "otel-log-group-missing", "otel-trace-destination-not-cwl"]
    );
    assert_eq!(document["requests"]["failed"], 0);
}

#[test]
fn red_lines_everywhere_and_one_real_failure() {
    let document = document(&[&sample("router-noise")]);
    assert_eq!(alarms(&document), ["runtime-module-not-found"]);
    assert_eq!(finding(&document, "mcp-closed-resource-router")["role"], "noise");
}

#[test]
fn every_record_of_the_samples_is_read() {
    for name in ["schema-mismatch", "observability-setup", "router-noise"] {
        let document = document(&[&sample(name)]);
        for input in document["inputs"].as_array().expect("inputs") {
            // That a read-me was set aside is told of the folder, which holds no record itself.
            assert!(input["records"] == 0 || input["issues"] == serde_json::json!([]), "{name}: {input:#}");
            assert_ne!(input["format"], "unreadable", "{name}: {input:#}");
        }
    }
}

#[test]
fn the_embedded_sample_is_the_first_one() {
    let embedded = run(["--format", "json"]);
    let embedded: Value = serde_json::from_str(&embedded.stdout).expect("a document");
    let named = document(&[&sample("schema-mismatch")]);
    assert_eq!(alarms(&embedded), alarms(&named));
    assert_eq!(embedded["requests"], named["requests"]);
}

//! Comparisons over whole captures, through the public interface.

use std::fs;
use std::path::Path;

use agentcore_triage::case::{Baseline, Case};
use agentcore_triage::commands::baseline;
use agentcore_triage::model::{BaselineChoice, Comparison, Input, Outcome, Request};

use crate::case::{OPTIONS, data, input};

fn folder(path: &Path) -> Vec<Input> {
    let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_capture = |path: &&std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name != "README.md" && name != "meta.json" && name != "report.md"
    };
    let read = |path: &std::path::PathBuf| {
        input(&path.file_name().unwrap().to_string_lossy(), fs::read(path).unwrap())
    };
    files.iter().filter(is_capture).map(read).collect()
}

fn sample(name: &str) -> Vec<Input> {
    folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name))
}

fn open(inputs: Vec<Input>) -> Case {
    Case::open(inputs, Vec::new(), &OPTIONS)
}

fn failed(case: &Case) -> Vec<&Request> {
    case.requests().iter().filter(|request| request.outcome == Outcome::Failed).collect()
}

fn describe(comparison: &Comparison) -> String {
    let head = format!(
        "{:?}\nfailed {:?} healthy {:?} same {}\n{}\n",
        comparison.healthy,
        comparison.failed,
        comparison.healthy_seen,
        comparison.same,
        comparison.caution.as_deref().unwrap_or("no caution"),
    );
    let line = |one: &agentcore_triage::model::Difference| {
        format!(
            "{:.3} {} [{}] {:?} | {:?}  {}/{} {}/{}\n",
            one.separation,
            one.attribute,
            one.kind,
            one.failing,
            one.healthy,
            one.among_failed.with,
            one.among_failed.of,
            one.among_healthy.with,
            one.among_healthy.of
        )
    };
    head + &comparison.differences.iter().map(line).collect::<String>()
}

#[test]
fn the_sample_fails_by_the_type_of_one_argument() {
    let case = open(sample("schema-mismatch"));
    let failing = failed(&case);
    assert_eq!(failing.len(), 2);
    for request in failing {
        let comparison = case.compare(request.key, &Baseline::Automatic, &[]);
        let text = describe(&comparison);
        let first = &comparison.differences[0];
        assert_eq!(first.attribute, "max_results: type sent and type wanted", "{text}");
        assert_eq!(first.failing.as_deref(), Some("string sent, integer wanted"), "{text}");
        assert_eq!((first.among_failed.with, first.among_healthy.with), (2, 0), "{text}");
        assert_eq!(comparison.healthy.as_ref().unwrap().choice, BaselineChoice::SameTarget, "{text}");
        let caution = comparison.caution.as_deref().unwrap();
        assert!(caution.contains("another tool") && caution.contains("chance"), "{text}");
    }
}

/// Real calls, refused by pydantic.
#[test]
fn arguments_of_a_real_server_are_told_apart_by_type() {
    let case = open(folder(&data("captures/tool-arguments--mcp1.30.0-adot0.21.0")));
    let texts: Vec<String> = failed(&case)
        .iter()
        .map(|request| describe(&case.compare(request.key, &Baseline::Automatic, &[])))
        .collect();
    for (parameter, words) in
        [("max_results", "string sent, integer wanted"), ("trail_id", "string sent, UUID wanted")]
    {
        let line = format!("{parameter}: type sent and type wanted [schema] Some({words:?}) | None");
        assert!(texts.iter().any(|text| text.contains(&line)), "{line}: {texts:#?}");
    }
}

#[test]
fn no_comparison_of_a_real_capture_shows_an_id_or_counts_too_many() {
    for scenario in ["tool-exception--mcp1.13.1-adot0.12.0", "session-errors--mcp1.30.0-adot0.21.0"] {
        let case = open(folder(&data("captures").join(scenario)));
        for request in failed(&case) {
            let comparison = case.compare(request.key, &Baseline::Automatic, &[]);
            let text = describe(&comparison);
            assert!(comparison.failed.with <= comparison.failed.of, "{text}");
            for one in &comparison.differences {
                let trace =
                    case.names().trace(request.trace).map(|trace| trace.to_string()).unwrap_or_default();
                let shown = [&one.failing, &one.healthy].map(|value| value.clone().unwrap_or_default());
                assert!(trace.is_empty() || shown.iter().all(|value| !value.contains(&trace)), "{text}");
                assert!(one.among_failed.with <= one.among_failed.of, "{text}");
                assert!(one.among_failed.of <= comparison.failed.with, "{text}");
                assert!(one.among_healthy.of <= comparison.healthy_seen.with.max(1), "{text}");
            }
        }
    }
}

#[test]
fn the_order_of_the_inputs_changes_nothing() {
    let told = |inputs: Vec<Input>| {
        let case = open(inputs);
        let texts: Vec<String> = failed(&case)
            .iter()
            .map(|request| case.compare(request.key, &Baseline::Automatic, &[]))
            .map(|mut comparison| {
                // Keys are positions: of two requests that begin at once either may come first.
                comparison.healthy.iter_mut().for_each(|healthy| healthy.key = None);
                describe(&comparison)
            })
            .collect();
        texts
    };
    for name in ["schema-mismatch", "router-noise"] {
        let mut back = sample(name);
        back.reverse();
        assert_eq!(told(sample(name)), told(back), "{name}");
    }
}

#[test]
fn another_capture_can_be_the_baseline() {
    let case = open(sample("schema-mismatch"));
    let good = open(folder(&data("captures/healthy--mcp1.30.0-adot0.21.0")));
    let failing = failed(&case)[0].key;
    let baseline = Baseline::Capture { case: &case, label: "good/", request: None };
    let beside = case.compare(failing, &baseline, &[]);
    let healthy = beside.healthy.as_ref().unwrap();
    assert!(healthy.key.is_none() && healthy.label.ends_with(" in good/"), "{healthy:?}");
    let elsewhere = Baseline::Capture { case: &good, label: "good/", request: None };
    let unrelated = case.compare(failing, &elsewhere, &[]);
    if unrelated.healthy.is_none() {
        assert!(unrelated.caution.unwrap().contains("holds no healthy request"));
        assert!(unrelated.differences.is_empty());
    }
}

#[test]
fn a_baseline_is_named_by_path_or_id() {
    let case = open(sample("schema-mismatch"));
    let resolve = |named: &str| baseline::resolve(named, &case, &OPTIONS);
    let key = |named: &str| match resolve(named).unwrap().as_baseline() {
        Baseline::Request(key) => key,
        other => panic!("{other:?}"),
    };
    let whole = key("6b0052d8ab8b34b8856519ce7af31001");
    assert_eq!(key("1-6b0052d8-ab8b34b8856519ce7af31001"), whole);
    assert_eq!(key("6b0052d8"), whole);
    assert_eq!(key("1-6b0052d8-ab8b"), whole);
    assert_eq!(key("51d0e8a2-9b3c-4d7e-8f10-2a3b4c5d6e01"), whole);
    let error = |named: &str| format!("{:#}", resolve(named).unwrap_err());
    let several = error("51d0e8a2");
    assert!(
        several.contains("names 5 requests") && several.contains("51d0e8a2-9b3c-4d7e-8f10-2a3b4c5d6e02"),
        "{several}"
    );
    assert!(error("51d0").contains("too short"));
    assert!(error("ffffffff0000").contains("neither a file or folder nor"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/schema-mismatch");
    let capture = resolve(&path.to_string_lossy()).unwrap();
    assert!(matches!(capture.as_baseline(), Baseline::Capture { request: None, .. }));
}

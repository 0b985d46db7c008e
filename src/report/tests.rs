mod sample;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn options(redact: bool) -> Options<'static> {
    Options {
        door: Door { redact },
        color: false,
        width: Some(100),
        fail_on: Some(Level::Error),
        tool_version: "0.1.0",
    }
}

fn render(format: Format, snapshot: &Snapshot, comparison: Option<&Comparison>) -> String {
    let mut out = Vec::new();
    write(format, snapshot, &options(true), comparison, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(snapshot: &Snapshot) -> Value {
    serde_json::from_str(&render(Format::Json, snapshot, None)).unwrap()
}

fn check_schema() -> jsonschema::Validator {
    let schema = include_str!("../../tests/schemas/check-1.schema.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn assert_valid(document: &Value) {
    let errors: Vec<_> = check_schema()
        .iter_errors(document)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_check_document_is_as_the_contract_prints_it() {
    insta::assert_snapshot!("json", render(Format::Json, &sample::incident(), None));
}

#[test]
fn the_check_document_fits_its_schema() {
    for snapshot in [sample::incident(), sample::healthy(), Snapshot::default(), sample::tainted(HOSTILE)] {
        assert_valid(&json(&snapshot));
    }
    let mut broken = json(&sample::incident());
    broken["findings"][0].as_object_mut().unwrap().remove("verify");
    assert!(!check_schema().is_valid(&broken));
}

#[test]
fn people_see_the_line_the_fix_and_what_was_read() {
    insta::assert_snapshot!("text", render(Format::Text, &sample::incident(), None));
    insta::assert_snapshot!("text-healthy", render(Format::Text, &sample::healthy(), None));
    insta::assert_snapshot!("text-empty", render(Format::Text, &Snapshot::default(), None));
    let mut out = Vec::new();
    let colored = Options { color: true, ..options(true) };
    write(Format::Text, &sample::incident(), &colored, None, &mut out).unwrap();
    insta::assert_snapshot!("text-color", String::from_utf8(out).unwrap().replace('\u{1b}', "ESC"));
}

#[test]
fn machines_see_what_their_format_asks_for() {
    for (name, format) in [
        ("sarif", Format::Sarif),
        ("junit", Format::Junit),
        ("github", Format::Github),
        ("markdown", Format::Markdown),
    ] {
        insta::assert_snapshot!(name, render(format, &sample::incident(), None));
    }
}

#[test]
fn an_expected_finding_does_not_fail_and_a_lost_one_does() {
    let incident = sample::incident();
    let known = Baseline::read("known.json", render(Format::Json, &incident, None).as_bytes()).unwrap();
    let same = known.compare(&incident);
    assert!(!fails(&incident, Some(Level::Info), Some(&same)));
    assert!(fails(&incident, Some(Level::Error), None) && !fails(&incident, None, None));
    assert!(render(Format::Sarif, &incident, Some(&same)).contains("\"unchanged\""));
    assert!(!render(Format::Junit, &incident, Some(&same)).contains("<failure"));
    assert!(!render(Format::Github, &incident, Some(&same)).contains("gateway-param"));

    let lost = known.compare(&sample::healthy());
    assert_eq!(lost.missing.len(), 2);
    assert!(fails(&sample::healthy(), Some(Level::Error), Some(&lost)));
    for format in Format::ALL.iter().filter(|format| **format != Format::Json) {
        assert!(
            render(*format, &sample::healthy(), Some(&lost)).contains("otel-log-group-missing"),
            "{format:?}"
        );
    }

    let mut other = incident.clone();
    other.findings[0].captures.insert("field".to_owned(), "page".to_owned());
    let new = known.compare(&other);
    assert!(fails(&other, Some(Level::Error), Some(&new)) && new.missing.is_empty());
}

#[test]
fn a_secret_in_a_capture_has_the_same_fingerprint_shown_or_masked() {
    let snapshot = sample::tainted(" AKIAIOSFODNN7EXAMPLE");
    let mut open = Vec::new();
    write(Format::Json, &snapshot, &options(false), None, &mut open).unwrap();
    let known = Baseline::read("known.json", &open).unwrap();
    assert!(known.compare(&snapshot).missing.is_empty());
}

#[test]
fn annotations_are_capped_and_the_rest_is_counted() {
    let mut snapshot = sample::incident();
    let finding = snapshot.findings[0].clone();
    snapshot.findings.extend(vec![finding; 20]);
    let shown = render(Format::Github, &snapshot, None);
    assert_eq!(shown.matches("::error ").count(), 10);
    assert!(shown.contains("::notice title=agentcore-triage::13 more"), "{shown}");
}

#[test]
fn many_requests_are_listed_five_at_a_time() {
    let mut snapshot = sample::incident();
    let finding = snapshot.findings[0].clone();
    snapshot.findings.extend(vec![finding; 10]);
    let shown = render(Format::Text, &snapshot, None);
    assert!(shown.contains("and 7 more requests"), "{shown}");
    assert_eq!(shown.matches("error[gateway-param-type-mismatch]").count(), 1);
}

/// Text as an attacker would log it: escapes, overrides, markup of every format, secrets.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{200b}\u{0}\r\n::error title=x::y\n%0A|`<script>alert(1)</script>\
    [a](http://evil) ]]> &amp; {0} \u{ffff} AKIAIOSFODNN7EXAMPLE password=hunter2 Bearer abc123def456ghi789\n";

/// What must not be in any report, whatever was logged.
fn assert_harmless(format: Format, report: &str) {
    let acts = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!report.contains(acts), "{format:?} {report:?}");
    let hidden = |c| matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{ffff}');
    assert!(!report.contains(hidden), "{format:?}");
    for secret in ["IOSFODNN7EXAMPLE", "hunter2", "abc123def456ghi789"] {
        assert!(!report.contains(secret), "{format:?} shows {secret}");
    }
    match format {
        Format::Github => {
            let commands = ["::error ", "::warning ", "::notice "];
            assert!(
                report.lines().all(|line| commands.iter().any(|start| line.starts_with(start))),
                "{report}"
            );
            assert!(!report.contains("::error title=x::y\n"), "{report}");
        }
        Format::Junit => assert!(!report.contains("<script"), "{report}"),
        Format::Markdown => {
            assert_inert(report);
        }
        Format::Json | Format::Sarif => {
            serde_json::from_str::<Value>(report).unwrap();
        }
        Format::Text => {}
    }
}

/// Nothing in the Markdown acts: no HTML, no image, and no link but to the address that it shows.
pub(super) fn assert_inert(markdown: &str) {
    use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => panic!("HTML {text:?}: {markdown}"),
            Event::Start(Tag::Image { .. }) => panic!("an image: {markdown}"),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                assert!(
                    link_type == LinkType::Autolink && dest_url.starts_with("https://"),
                    "{dest_url}: {markdown}"
                );
            }
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            // GitHub links these in any text, but not in code.
            Event::Text(text) if !in_code => assert!(!text.contains("http://evil"), "{text}: {markdown}"),
            _ => {}
        }
    }
}

#[test]
fn nothing_hostile_passes_in_any_format() {
    let snapshot = sample::tainted(HOSTILE);
    for format in Format::ALL {
        assert_harmless(*format, &render(*format, &snapshot, None));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_a_format(taint in "(?s).{0,40}", hostile: bool) {
        let taint = if hostile { format!("{taint}{HOSTILE}{taint}") } else { taint };
        let snapshot = sample::tainted(&taint);
        for format in Format::ALL {
            let report = render(*format, &snapshot, None);
            if !report.contains("hunter2") || hostile {
                assert_harmless(*format, &report);
            }
            prop_assert!(report.ends_with('\n'));
        }
        assert_valid(&json(&snapshot));
    }
}

//! The root-cause report: what it says of the samples, and that no log text can break it.

use std::fs;
use std::path::Path;

use agentcore_triage::case::{Baseline, Case};
use agentcore_triage::report::rca::{self, Material};
use agentcore_triage::text::Door;
use proptest::prelude::*;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use regex::Regex;

use crate::case::{OPTIONS, input};
use crate::program::{FAILURE, Folder, HEALTHY, RULE, run};

const SAMPLES: [&str; 3] = ["schema-mismatch", "router-noise", "observability-setup"];

#[test]
fn the_samples_have_their_reports() {
    for name in SAMPLES {
        let (capture, kept) = (format!("samples/{name}"), format!("samples/{name}/report.md"));
        let report = run(["--report", "-", &capture]);
        assert_eq!((report.code, report.stderr.as_str()), (0, ""), "{name}");
        let kept_text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&kept)).unwrap_or_default();
        assert!(
            report.stdout == kept_text,
            "{kept} is out of date; look at what changed and, when it is right, run\n  \
             agentcore-triage --report {kept} {capture}"
        );
    }
}

#[test]
fn a_report_beside_the_logs_is_no_evidence() {
    let folder = Folder::new();
    folder.file("a.log", FAILURE);
    let capture = folder.path().to_str().unwrap();
    let before = run(["--report", "-", capture]).stdout;
    for name in ["rca.md", "rca.html"] {
        let path = folder.path().join(name);
        assert_eq!(run(["--report", path.to_str().unwrap(), capture]).code, 0);
        assert_eq!(run(["--report", "-", capture]).stdout, before, "{name}");
    }
    let check = run(["--rule-check", capture]);
    assert!(check.stdout.contains("'rca.html', 'rca.md'"), "{}", check.stdout);
}

#[test]
fn the_exit_code_tells_of_unreadable_input_and_of_a_threshold_that_is_named() {
    let folder = Folder::new();
    let (bad, good) = (folder.file("bad.log", FAILURE), folder.file("good.log", HEALTHY));
    let (bad, good) = (bad.to_str().unwrap(), good.to_str().unwrap());
    for (arguments, code) in [
        (vec!["--report", "-", bad], 0),
        (vec!["--report", "-", "--fail-on", "error", bad], 1),
        (vec!["--report", "-", "--fail-on", "error", good], 0),
        (vec!["--report", "-", bad, "no-such-file"], 2),
        (vec!["--report", "-", "--rule-check", bad], 2),
        (vec!["--report", "-", "--format", "json", bad], 2),
        (vec!["--baseline", "x", bad], 2),
        (vec!["--report", "-", "--baseline", "no-such-request", bad], 2),
    ] {
        let run = run(&arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert_eq!(
            run.stdout.contains("How this report was made"),
            code != 2 || arguments.contains(&"no-such-file")
        );
    }
    assert!(run(["--report", "-", bad]).stdout.contains(RULE));
    assert!(
        run(["--report", "-", good]).stdout.starts_with("# AgentCore root-cause report: no failure found")
    );
}

#[test]
fn a_page_needs_nothing_else() {
    let folder = Folder::new();
    let path = folder.path().join("rca.HTML");
    assert_eq!(run(["--report", path.to_str().unwrap(), "samples/schema-mismatch"]).code, 0);
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert_self_contained(&page);
    assert!(page.contains("prefers-color-scheme:dark") && page.contains("@media print"));
}

#[test]
fn a_long_capture_gives_a_short_report() {
    let line = |index: usize| {
        // A wording of its own for each, without digits: those count as values.
        let kind: String =
            format!("{index:05}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        serde_json::json!({
            "timeUnixNano": 1_768_917_600_000_000_000_u64 + 1_000_000 * index as u64,
            "severityNumber": 17,
            "severityText": "ERROR",
            "body": format!("worker broke: {kind}"),
            "traceId": format!("{:032x}", index + 1),
            "spanId": format!("{:016x}", index + 1),
            "scope": {"name": "server"},
            "resource": {"attributes": {"service.name": "server"}},
        })
        .to_string()
    };
    let capture = (0..3_000).map(|index| line(index) + "\n").collect::<String>();
    let (markdown, _) = reports(vec![("long.jsonl".to_owned(), capture)]);
    assert!(markdown.len() < 40_000, "{} bytes", markdown.len());
    assert!(markdown.contains(" are listed."), "{markdown}");
    assert_sound(&markdown);
}

/// The report of these files, as Markdown and as a page.
fn reports(files: Vec<(String, String)>) -> (String, String) {
    let inputs = files.into_iter().map(|(name, text)| input(&name, text)).collect();
    let case = Case::open(inputs, Vec::new(), &OPTIONS);
    let snapshot = case.snapshot(&OPTIONS);
    let material = Material { case: &case, snapshot: &snapshot, baseline: Baseline::Automatic };
    let door = Door { redact: true };
    let (mut markdown, mut page) = (Vec::new(), Vec::new());
    rca::markdown(material, door, "0", &mut markdown).expect("a Vec takes everything");
    rca::html(material, door, "0", &mut page).expect("a Vec takes everything");
    (String::from_utf8(markdown).expect("UTF-8"), String::from_utf8(page).expect("UTF-8"))
}

/// The first sample with `taint` in place of the tool and the parameter that its failure is about.
fn tainted(taint: &str) -> Vec<(String, String)> {
    let escaped = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/schema-mismatch");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a sample");
    // The Gateway's records are JSON within a JSON string.
    let within = [
        ("gateway.json", escaped(&escaped(taint))),
        ("spans.jsonl", escaped(taint)),
        ("runtime-trail.jsonl", escaped(taint)),
    ];
    within
        .into_iter()
        .map(|(name, taint)| {
            let text =
                read(name).replace("lookup_events", &taint).replace("max_results", &format!("m{taint}"));
            (format!("{}{name}", taint.chars().take(40).collect::<String>()), text)
        })
        .collect()
}

/// Markup of every kind that a report goes through.
const HOSTILE: &[&str] = &[
    "`",
    "```",
    "````\n",
    "~~~",
    "|",
    "\\|",
    "\\",
    "<script>alert(1)</script>",
    "<!--",
    "-->",
    "]]>",
    "&lt;",
    "[a](http://evil)",
    "![i](http://evil/x.png)",
    "http://evil.example",
    "www.evil.example",
    "@team",
    "o/r#12",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{200b}",
    "\r\n",
    "\n\n# Heading\n\n",
    "\n| a | b |\n",
    "\n- item\n",
    "    code",
    "end",
    "; loop x",
    "%%{init: {}}%%",
    "#59;",
    "\nNote over G: x\n",
    "participant Z",
    "$$x$$",
    "$(rm -rf /)",
    "*b*",
    "__b__",
    "---",
    "===",
    "</svg>",
    "\"",
    "'",
    "a",
    " ",
    "1.",
    "wrap:",
];

fn assert_sound(markdown: &str) {
    let (mut in_code, mut headings) = (false, Vec::new());
    let mut parser = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    while let Some(event) = parser.next() {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => panic!("HTML {text:?} in {markdown}"),
            Event::Start(Tag::Image { .. } | Tag::Strikethrough) => panic!("markup in {markdown}"),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                assert!(link_type == LinkType::Autolink && dest_url.starts_with("https://"), "{dest_url}");
            }
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Heading { level, .. }) if level as usize == 2 => {
                if let Some(Event::Text(text)) = parser.next() {
                    headings.push(text.to_string());
                }
            }
            Event::Text(text) if !in_code => {
                assert!(!text.contains("http://evil") && !text.contains("www.evil"), "{text} in {markdown}");
            }
            _ => {}
        }
    }
    assert_eq!(headings.last().map(String::as_str), Some("How this report was made"), "{markdown}");
    assert!(!headings.iter().any(|heading| heading == "Heading"), "{markdown}");
    let acts = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}')
    };
    assert!(!markdown.contains(acts), "{markdown:?}");
    assert_diagrams(markdown);
}

/// Every line of a diagram is one that the writer means to write.
fn assert_diagrams(markdown: &str) {
    let line = Regex::new(
        r"^(sequenceDiagram|    participant [CGPATD] as \w+|    [CGPATD](->>|-->>|-x|--x)[CGPATD]: [\w .,:/()+='#;…-]+|    Note over [CGPATD](,[CGPATD])?: [\w .,:/()+='#;…-]+)$",
    )
    .expect("a valid pattern");
    let entities = Regex::new(r"#\d+;").expect("a valid pattern");
    for diagram in markdown.split("\n```mermaid\n").skip(1) {
        let source = diagram.split("\n```\n").next().expect("a first part");
        for text in source.lines() {
            assert!(line.is_match(text), "{text}");
            let bare = entities.replace_all(text, "");
            assert!(!bare.contains(['#', ';', '%']), "{text}");
        }
    }
}

fn assert_self_contained(page: &str) {
    for tag in [
        "<script",
        "<img",
        "<iframe",
        "<object",
        "<link",
        "src=",
        "url(",
        "@import",
        "javascript:",
        "href=\"http:",
    ] {
        assert!(!page.contains(tag), "{tag} in {page}");
    }
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count(), "{page}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_a_report(parts in prop::collection::vec(prop::sample::select(HOSTILE), 1..8)) {
        let (markdown, page) = reports(tainted(&parts.concat()));
        assert_sound(&markdown);
        assert_self_contained(&page.replace("&lt;img", ""));
    }
}

#[test]
fn a_line_of_a_megabyte_is_cut() {
    let (markdown, _) = reports(tainted(&"`|<b> ".repeat(170_000)));
    assert!(markdown.len() < 200_000, "{} bytes", markdown.len());
    assert_sound(&markdown);
}

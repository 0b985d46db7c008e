//! The same input gives the same bytes, and the order of lines decides nothing.

use proptest::prelude::*;

use crate::program::{FAILURE, Folder, document, rules, run};

/// JSON lines with times, as `filter-log-events` stores them: a failure, its neighbours, two streams.
fn lines() -> Vec<String> {
    let message = |index: usize| match index % 5 {
        0 => FAILURE.trim_end().to_owned(),
        1 => format!("2026-01-20 14:00:{index:02},000 - server - INFO - request {index}"),
        2 => format!("INFO:     127.0.0.1:5{index:04} - \"POST /mcp HTTP/1.1\" 200 OK"),
        3 => format!("2026-01-20 14:00:{index:02},000 - server - ERROR - something failed"),
        _ => "ModuleNotFoundError: No module named 'numpy'".to_owned(),
    };
    (0..30)
        .map(|index| {
            serde_json::json!({
                "logStreamName": format!("2026/01/20/[runtime-logs]{}", index % 2),
                "timestamp": 1_768_917_600_000_u64 + 1_000 * index as u64,
                "message": message(index),
                "eventId": format!("{index:056}"),
            })
            .to_string()
        })
        .collect()
}

#[test]
fn two_runs_are_byte_identical() {
    let folder = Folder::new();
    let capture = folder.file("a.jsonl", lines().join("\n"));
    for format in ["text", "json", "sarif", "junit", "github", "markdown"] {
        let arguments = ["--rule-check", "--format", format, capture.to_str().unwrap()];
        let (first, second) = (run(arguments), run(arguments));
        assert_eq!(first.stdout, second.stdout, "{format}");
        assert_eq!(first.code, second.code, "{format}");
    }
}

/// What findings claim, without the lines that shuffling moves.
fn claims(document: &serde_json::Value) -> Vec<String> {
    let findings = document["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| {
            let request = &finding["request"];
            format!("{} {} {} {request}", finding["rule"], finding["message"], finding["occurrences"])
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn shuffled_lines_give_the_same_findings(shuffled in Just(lines()).prop_shuffle()) {
        let folder = Folder::new();
        let in_order = document(&[&folder.file("a.jsonl", lines().join("\n"))]);
        let mixed = document(&[&folder.file("a.jsonl", shuffled.join("\n"))]);
        prop_assert!(!rules(&in_order).is_empty());
        prop_assert_eq!(claims(&in_order), claims(&mixed));
    }

    #[test]
    fn a_capture_cut_in_two_gives_the_same_findings(cut in 0_usize..30) {
        let folder = Folder::new();
        let lines = lines();
        let whole = document(&[&folder.file("whole.jsonl", lines.join("\n"))]);
        let (first, second) = lines.split_at(cut);
        let parts = document(&[&folder.file("1.jsonl", first.join("\n")), &folder.file("2.jsonl", second.join("\n"))]);
        prop_assert!(!rules(&whole).is_empty());
        prop_assert_eq!(claims(&whole), claims(&parts));
    }
}

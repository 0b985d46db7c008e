//! What cannot be read gives one message with its place and the next step, and the rest is read.

use std::ffi::OsStr;
use std::path::Path;

use crate::program::{FAILURE, Folder, RULE, Run, document, run};

fn check(captures: &[&Path]) -> Run {
    run([OsStr::new("--rule-check")].into_iter().chain(captures.iter().map(|path| path.as_os_str())))
}

#[test]
fn a_missing_file_exits_2_and_the_rest_is_read() {
    let folder = Folder::new();
    let good = folder.file("a.log", FAILURE);
    let run = check(&[&folder.path().join("no-such.log"), &good]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains(RULE), "{}", run.stdout);
    let told: Vec<_> = run.stderr.lines().filter(|line| line.contains("no-such.log")).collect();
    assert_eq!(told.len(), 1, "{}", run.stderr);
    assert!(told[0].contains("no such file") && told[0].contains("check the spelling"), "{told:?}");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_in_a_folder_is_reported() {
    let folder = Folder::new();
    folder.file("a.log", FAILURE);
    std::os::unix::fs::symlink("nowhere", folder.path().join("broken.log")).unwrap();
    let run = check(&[folder.path()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("broken.log") && run.stdout.contains(RULE), "{}", run.stderr);
}

#[test]
fn an_empty_folder_exits_2() {
    let folder = Folder::new();
    let run = check(&[folder.path()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("holds no file"), "{}", run.stderr);
}

#[test]
fn an_empty_file_is_no_failure() {
    let folder = Folder::new();
    for content in ["", "\n\n  \n"] {
        let run = check(&[&folder.file("empty.log", content)]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}

#[test]
fn a_truncated_archive_keeps_its_beginning() {
    let folder = Folder::new();
    let filler = (0..40_000_u32)
        .map(|index| {
            format!("2026-01-20 14:00:00,000 - server - INFO - {}\n", index.wrapping_mul(2_654_435_761))
        })
        .collect::<Vec<_>>()
        .concat();
    let packed = zstd::encode_all(format!("{FAILURE}{filler}").as_bytes(), 0).unwrap();
    let path = folder.file("cut.log.zst", &packed[..packed.len() / 2]);
    let document = document(&[&path]);
    assert_eq!(crate::program::rules(&document), [RULE]);
    let issues = document["inputs"][0]["issues"].to_string();
    assert!(issues.contains("end in the middle") && issues.contains("fetch the file again"), "{issues}");
}

#[test]
fn binary_bytes_are_no_panic_and_no_finding() {
    let folder = Folder::new();
    let noise: Vec<u8> =
        (0..50_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let elf = [b"\x7fELF\x02\x01\x01\0".to_vec(), vec![0; 4096]].concat();
    for (name, content) in [("noise.bin", noise), ("program", elf), ("nul", vec![0; 10_000])] {
        let path = folder.file(name, content);
        let run = check(&[&path]);
        assert!(run.code == 0 || run.code == 2, "{name}: {} {}", run.code, run.stderr);
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        let document = document(&[&path]);
        assert!(crate::program::rules(&document).is_empty(), "{name}");
        assert_ne!(
            document["inputs"][0]["issues"].as_array().map_or(0, Vec::len),
            0,
            "{name} is told to be odd"
        );
    }
}

#[test]
fn a_document_cut_in_the_middle_keeps_its_whole_records() {
    let folder = Folder::new();
    let event = |id: u32| {
        format!(
            r#"{{"logStreamName":"s","timestamp":{},"message":{},"ingestionTime":1768917600000,"eventId":"{id}"}}"#,
            1_768_917_600_000_u64 + u64::from(id),
            serde_json::to_string(FAILURE.trim_end()).unwrap()
        )
    };
    let whole = format!(r#"{{"events":[{},{},{}]}}"#, event(1), event(2), event(3));
    let path = folder.file("cut.json", &whole[..whole.len() - 60]);
    let document = document(&[&path]);
    assert_eq!(document["inputs"][0]["records"], 2, "{document}");
    assert_eq!(document["inputs"][0]["issues"].as_array().unwrap().len(), 1, "{document}");
    assert_eq!(crate::program::rules(&document), [RULE]);
}

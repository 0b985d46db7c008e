//! Captures in every way they may be stored.

use std::io::Write;

use crate::program::{FAILURE, Folder, HEALTHY, RULE, document, rules, run, run_with_input};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn encodings_and_compressions_give_the_same_finding() {
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(FAILURE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let folder = Folder::new();
    for (name, content) in [
        ("plain.log", FAILURE.as_bytes().to_vec()),
        ("bom.log", format!("\u{feff}{FAILURE}").into_bytes()),
        ("crlf.log", FAILURE.replace('\n', "\r\n").into_bytes()),
        ("utf16.log", utf16),
        ("a.gz", gzip(FAILURE.as_bytes())),
        ("members.gz", [gzip(HEALTHY.as_bytes()), gzip(FAILURE.as_bytes())].concat()),
        ("a.zst", zstd::encode_all(FAILURE.as_bytes(), 0).unwrap()),
        ("gzip-by-another-name.log", gzip(FAILURE.as_bytes())),
        ("not-gzip.gz", FAILURE.as_bytes().to_vec()),
        ("twice.gz", gzip(&gzip(FAILURE.as_bytes()))),
    ] {
        let path = folder.file(name, content);
        assert_eq!(rules(&document(&[&path])), [RULE], "{name}");
    }
}

#[test]
fn standard_input_is_a_capture() {
    for input in [FAILURE.as_bytes().to_vec(), gzip(FAILURE.as_bytes())] {
        let run = run_with_input(&["--rule-check", "-"], &input);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains(RULE));
    }
}

#[test]
fn a_folder_is_read_in_order_of_names() {
    let folder = Folder::new();
    folder.file("b.log", HEALTHY);
    folder.file("a.log", FAILURE);
    folder.file("README.md", FAILURE);
    let document = document(&[folder.path()]);
    let inputs = document["inputs"].as_array().unwrap();
    let names: Vec<_> =
        inputs.iter().map(|input| input["path"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(names[..2], ["a.log", "b.log"]);
    assert_eq!(rules(&document), [RULE]);
    assert!(document["inputs"].to_string().contains("README.md"), "set aside openly: {document}");
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends_and_is_told() {
    let folder = Folder::new();
    let file = folder.file("a.log", FAILURE);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    let run = run(["--rule-check".as_ref(), "--format".as_ref(), "json".as_ref(), folder.path().as_os_str()]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("link back to its parent"), "{}", run.stdout);
    assert_eq!(rules(&document(&[&file])), [RULE]);
}

#[test]
fn several_captures_are_one_case() {
    let folder = Folder::new();
    let (a, b) = (folder.file("a.log", FAILURE), folder.file("b.log", HEALTHY));
    let document = document(&[&b, &a]);
    assert_eq!(document["inputs"].as_array().unwrap().len(), 2);
    assert_eq!(rules(&document), [RULE]);
}

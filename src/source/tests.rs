use std::fs;
use std::io::{Cursor, empty};

use super::*;

fn load_all(captures: &[PathBuf]) -> Loaded {
    load(captures, &mut empty(), MAX_UNPACKED)
}

fn paths(loaded: &Loaded) -> Vec<&str> {
    loaded.inputs.iter().map(|input| input.path.as_str()).collect()
}

#[test]
fn order_is_as_named_and_the_readable_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["z.log", "a.log"].map(|name| folder.path().join(name));
    fs::write(&first, "z").unwrap();
    fs::write(&second, "a").unwrap();
    let missing = folder.path().join("missing.log");
    let loaded = load_all(&[first.clone(), missing.clone(), second.clone()]);
    assert_eq!(paths(&loaded), [first.to_str().unwrap(), second.to_str().unwrap()]);
    let [issue] = &loaded.issues[..] else { panic!("{:?}", loaded.issues) };
    assert_eq!(issue.path, missing.to_str().unwrap());
    assert!(issue.fatal && issue.message.contains("no such file"));
}

#[test]
fn a_file_that_is_reached_twice_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.log");
    fs::write(&file, "a").unwrap();
    let loaded = load_all(&[file.clone(), folder.path().to_owned()]);
    assert_eq!(paths(&loaded), [file.to_str().unwrap()]);
    assert!(loaded.issues[0].message.contains("the same file as"));
    assert!(!loaded.issues[0].fatal);
}

#[test]
fn standard_input_is_read_once_and_unpacked() {
    let packed = zstd::encode_all(&b"piped\n"[..], 0).unwrap();
    let captures = [PathBuf::from(STDIN), PathBuf::from(STDIN)];
    let loaded = load(&captures, &mut Cursor::new(packed), MAX_UNPACKED);
    assert_eq!(paths(&loaded), ["-"]);
    assert_eq!(&*loaded.inputs[0].bytes, b"piped\n");
    assert!(loaded.issues[0].message.contains("named twice"));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf8_is_read() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(OsStr::from_bytes(b"caf\xe9.log")), "x").unwrap();
    let loaded = load_all(&[folder.path().to_owned()]);
    assert_eq!(&*loaded.inputs[0].bytes, b"x");
    assert!(loaded.inputs[0].path.ends_with("caf\u{fffd}.log"));
}

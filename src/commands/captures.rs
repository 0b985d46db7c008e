//! Which captures a command reads: those named, what is piped in, or the sample incident.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::source::{self, Loaded, MAX_UNPACKED, STDIN};

use super::live::{Collected, TEMPORARY};
use super::output::note;
use super::sample;

/// Reads `named` captures.
///
/// With none named, somebody who feeds standard input means it to be read, and everybody else is shown the
/// sample incident, which is said on stderr. A `strict` check (one whose exit code somebody relies on) never
/// judges the sample.
///
/// # Errors
/// When a strict check has nothing to judge.
pub(super) fn load(named: &[PathBuf], strict: bool) -> anyhow::Result<Loaded> {
    if !named.is_empty() {
        if named.iter().any(|capture| capture.as_os_str() == STDIN) && io::stdin().is_terminal() {
            note("reading standard input from the terminal; end it with Ctrl-D");
        }
        return Ok(read(named));
    }
    if source::stdin_is_piped() {
        note("no capture is named: reading standard input");
        let loaded = read(&[Path::new(STDIN).to_owned()]);
        if strict || !is_empty(&loaded) {
            return Ok(loaded);
        }
        note("standard input is empty");
    } else if strict {
        bail!("nothing to check: name a CAPTURE (a file, a folder, or - for standard input)");
    }
    note("this is the built-in sample incident, not your system; name a CAPTURE to read your own logs");
    Ok(sample::incident())
}

/// Reads `named` captures and what was collected, when there is something; without it as [`load`] does.
///
/// # Errors
/// As [`load`].
pub(super) fn load_with(
    named: &[PathBuf],
    strict: bool,
    collected: Option<&Collected>,
) -> anyhow::Result<Loaded> {
    let Some(collected) = collected else { return load(named, strict) };
    let mut captures = named.to_vec();
    let manifest = &collected.ended.manifest;
    if !manifest.sources.is_empty() || !manifest.unread.is_empty() {
        captures.push(collected.folder.clone());
    }
    let mut loaded = read(&captures);
    if collected.temporary.is_some() {
        rename(&mut loaded, &collected.folder);
    }
    Ok(loaded)
}

/// Names the inputs of a temporary folder so that two runs name them alike.
fn rename(loaded: &mut Loaded, folder: &Path) {
    let paths = loaded.inputs.iter_mut().map(|input| &mut input.path);
    let paths = paths.chain(loaded.issues.iter_mut().map(|issue| &mut issue.path));
    let sources = loaded.sources.iter_mut().map(|source| &mut source.path);
    for path in paths.chain(sources) {
        if let Ok(rest) = Path::new(path.as_str()).strip_prefix(folder) {
            *path = Path::new(TEMPORARY).join(rest).to_string_lossy().into_owned();
        }
    }
}

fn read(captures: &[PathBuf]) -> Loaded {
    source::load(captures, &mut io::stdin().lock(), MAX_UNPACKED)
}

fn is_empty(loaded: &Loaded) -> bool {
    loaded.issues.is_empty()
        && loaded.sources.is_empty()
        && loaded.inputs.iter().all(|input| input.bytes.is_empty())
}

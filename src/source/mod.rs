//! Captures on disk and on standard input to [`Input`]s: folders walked, compression undone, order fixed.
//!
//! Whatever cannot be read becomes an [`Issue`] that names the path, the reason and the next step; the rest is
//! read all the same. What the bytes mean is no concern of this module. `walk.rs` is the minimal example.

pub mod aws;
mod bytes;
mod early;
mod reason;
pub mod recording;
mod stdin;
pub mod sweep;
mod unpack;
mod walk;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::model::{Bytes, Input, Issue};

pub use stdin::is_piped as stdin_is_piped;
pub use unpack::MAX_UNPACKED;

/// The name by which standard input is asked for, and by which messages call it.
pub const STDIN: &str = "-";

/// What a list of captures gave, in the order named; a folder's files by name.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Everything that could be read, decompressed.
    pub inputs: Vec<Input>,
    /// Everything that could not, and what was set aside.
    pub issues: Vec<Issue>,
}

/// Reads `captures`: files, folders, or [`STDIN`], which `stdin` stands for.
///
/// A file that is named twice, or reached twice through links, is read once. `max_unpacked` bounds what one
/// compressed input may grow to, in bytes; see [`MAX_UNPACKED`].
pub fn load(captures: &[PathBuf], stdin: &mut dyn Read, max_unpacked: u64) -> Loaded {
    let mut plan = Plan::default();
    for capture in captures {
        plan.add(capture, stdin);
    }
    let read: Vec<_> = plan.items.into_par_iter().map(|item| item.read(max_unpacked)).collect();
    let mut loaded = Loaded { inputs: Vec::with_capacity(read.len()), issues: plan.issues };
    for (input, issues) in read {
        loaded.inputs.extend(input);
        loaded.issues.extend(issues);
    }
    loaded
}

/// One thing to open.
enum Item {
    File(PathBuf),
    Stdin(Vec<u8>),
}

impl Item {
    fn read(self, max_unpacked: u64) -> (Option<Input>, Vec<Issue>) {
        let (path, bytes) = match self {
            Self::Stdin(content) => (STDIN.to_owned(), Bytes::new(content)),
            Self::File(path) => {
                let name = path.to_string_lossy().into_owned();
                match bytes::read(&path) {
                    Ok(bytes) => (name, bytes),
                    Err(error) => return (None, vec![reason::unreadable(&name, &error)]),
                }
            }
        };
        let (bytes, issue) = unpack::unpack(&path, bytes, max_unpacked);
        let readable = !issue.as_ref().is_some_and(|issue| issue.fatal);
        (readable.then_some(Input { path, bytes }), issue.into_iter().collect())
    }
}

/// What to open, each file once.
#[derive(Default)]
struct Plan {
    items: Vec<Item>,
    issues: Vec<Issue>,
    /// Resolved path of every file in `items`, with the name it was first given.
    seen: HashMap<PathBuf, String>,
    stdin_taken: bool,
}

impl Plan {
    fn add(&mut self, capture: &Path, stdin: &mut dyn Read) {
        if capture.as_os_str() == STDIN {
            self.add_stdin(stdin);
        } else if capture.is_dir() {
            let walked = walk::files(capture);
            self.issues.extend(walked.issues);
            for file in walked.files {
                self.add_file(file);
            }
        } else {
            self.add_file(capture.to_owned());
        }
    }

    fn add_file(&mut self, path: PathBuf) {
        // A path that does not resolve is kept: opening it says why.
        if let Ok(resolved) = path.canonicalize() {
            let name = path.to_string_lossy().into_owned();
            if let Some(first) = self.seen.get(&resolved) {
                let message = format!("is the same file as '{first}'; it was read once");
                self.issues.push(Issue::new(name, None, message).harmless());
                return;
            }
            self.seen.insert(resolved, name);
        }
        self.items.push(Item::File(path));
    }

    fn add_stdin(&mut self, stdin: &mut dyn Read) {
        if self.stdin_taken {
            let message = "standard input is named twice; it was read once";
            self.issues.push(Issue::new(STDIN, None, message).harmless());
            return;
        }
        self.stdin_taken = true;
        let (content, issue) = stdin::read(stdin);
        self.items.push(Item::Stdin(content));
        self.issues.extend(issue);
    }
}

#[cfg(test)]
mod tests;

//! Captures on disk and on standard input to [`Input`]s: folders walked, compression undone, order fixed.
//!
//! Whatever cannot be read becomes an [`Issue`] that names the path, the reason and the next step; the rest is
//! read all the same. What the bytes mean is no concern of this module. `walk.rs` is the minimal example.

pub mod aws;
mod bytes;
mod captures;
mod early;
mod reason;
mod recorded;
pub mod recording;
mod spool;
mod stdin;
mod stream;
pub mod sweep;
mod tail;
mod unpack;
mod walk;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::model::{Bytes, Input, Issue, LiveSource, Opening};

use recorded::Recording;

pub use captures::{Captures, Look, Piece};
pub use recorded::{gap as recorded_gap, unread_gap};
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
    /// What recorded captures say of where they come from.
    pub sources: Vec<LiveSource>,
}

impl Loaded {
    /// The inputs, and what is known of them beforehand.
    pub fn split(self) -> (Vec<Input>, Opening) {
        (self.inputs, Opening { issues: self.issues, sources: self.sources })
    }
}

/// Reads `captures`: files, folders, or [`STDIN`], which `stdin` stands for.
///
/// A file that is named twice, or reached twice through links, is read once. `max_unpacked` bounds what one
/// compressed input may grow to, in bytes; see [`MAX_UNPACKED`].
pub fn load(captures: &[PathBuf], stdin: &mut dyn Read, max_unpacked: u64) -> Loaded {
    let Plan { items, mut issues, sources, .. } = Plan::of(captures, &|_| false);
    let mut piped = None;
    if items.iter().any(|item| matches!(item, Item::Stdin)) {
        let (content, issue) = stdin::read(stdin);
        issues.extend(issue);
        piped = Some(Bytes::new(content));
    }
    let read: Vec<_> = items.into_par_iter().map(|item| item.read(piped.as_ref(), max_unpacked)).collect();
    let mut loaded = Loaded { inputs: Vec::with_capacity(read.len()), issues, sources };
    for (input, issues) in read {
        loaded.inputs.extend(input);
        loaded.issues.extend(issues);
    }
    loaded
}

/// One thing to open.
#[derive(Debug)]
enum Item {
    /// A file; of one in a recorded capture only so many bytes are records.
    File {
        path: PathBuf,
        head: Option<u64>,
    },
    Stdin,
}

impl Item {
    fn read(self, piped: Option<&Bytes>, max_unpacked: u64) -> (Option<Input>, Vec<Issue>) {
        let (path, bytes, shortened) = match self {
            Self::Stdin => (STDIN.to_owned(), piped.cloned().unwrap_or_default(), None),
            Self::File { path, head } => {
                let name = path.to_string_lossy().into_owned();
                let bytes = head.map_or_else(|| bytes::read(&path), |head| bytes::read_head(&path, head));
                match bytes {
                    Ok(bytes) => {
                        let shortened =
                            head.and_then(|head| recorded::shortened(&name, bytes.len() as u64, head));
                        (name, bytes, shortened)
                    }
                    Err(error) => return (None, vec![reason::unreadable(&name, &error)]),
                }
            }
        };
        let (bytes, issue) = unpack::unpack(&path, bytes, max_unpacked);
        let readable = !issue.as_ref().is_some_and(|issue| issue.fatal);
        (readable.then_some(Input { path, bytes }), issue.into_iter().chain(shortened).collect())
    }
}

/// What to open, each file once.
#[derive(Default)]
struct Plan {
    items: Vec<Item>,
    issues: Vec<Issue>,
    sources: Vec<LiveSource>,
    /// Resolved path of every file in `items`, with the name it was first given.
    seen: HashMap<PathBuf, String>,
    /// Recorded captures by folder.
    recordings: HashMap<PathBuf, Option<Recording>>,
    stdin_taken: bool,
}

impl Plan {
    /// What `captures` name by now. Files that somebody `knows` to be logs are not opened to find that out.
    fn of(captures: &[PathBuf], knows: &dyn Fn(&Path) -> bool) -> Self {
        let mut plan = Self::default();
        for capture in captures {
            if capture.as_os_str() == STDIN {
                plan.add_stdin();
            } else if capture.is_dir() {
                plan.add_folder(capture, knows);
            } else {
                plan.add_file(capture.clone());
            }
        }
        plan
    }

    fn add_folder(&mut self, folder: &Path, knows: &dyn Fn(&Path) -> bool) {
        let walked = walk::files(folder, knows);
        self.issues.extend(walked.issues);
        let mut missing = Vec::new();
        for folder in walked.recordings {
            // One whose file is missing has something to say, too.
            let Some(recording) = self.recording(&folder) else { continue };
            missing.extend(recording.files().filter(|file| !file.exists()));
        }
        walked.files.into_iter().chain(missing).for_each(|file| self.add_file(file));
    }

    fn add_file(&mut self, path: PathBuf) {
        // A path that does not resolve is kept: opening it says why.
        if let Ok(resolved) = path.canonicalize() {
            let name = path.to_string_lossy().into_owned();
            match self.seen.get(&resolved) {
                Some(first) => {
                    let message = format!("is the same file as '{first}'; it was read once");
                    self.issues.push(Issue::new(name, None, message).harmless());
                    return;
                }
                None => drop(self.seen.insert(resolved, name)),
            }
        }
        let recording = path.parent().and_then(|folder| self.recording(folder));
        let head = recording.and_then(|recording| recording.bytes(&path));
        let source = recording.and_then(|recording| recording.source(&path));
        let is_unfetched = recording.is_some_and(|recording| recording.is_unfetched(&path));
        self.sources.extend(source);
        if !is_unfetched {
            self.items.push(Item::File { path, head });
        }
    }

    /// What is recorded in `folder`.
    fn recording(&mut self, folder: &Path) -> Option<&Recording> {
        let Self { recordings, issues, sources, .. } = self;
        let read = || match recorded::read(folder)? {
            Ok(recording) => {
                issues.extend(recording.issue.clone());
                sources.extend(recording.unread());
                Some(recording)
            }
            Err(issue) => {
                issues.push(issue);
                None
            }
        };
        recordings.entry(folder.to_owned()).or_insert_with(read).as_ref()
    }

    fn add_stdin(&mut self) {
        if self.stdin_taken {
            self.issues.push(stdin::named_twice());
            return;
        }
        self.stdin_taken = true;
        self.items.push(Item::Stdin);
    }
}

#[cfg(test)]
mod tests;

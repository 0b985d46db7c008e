//! Captures that are looked at again and again while they grow: files and folders that are followed, standard input,
//! a capture that is being recorded.
//!
//! What was read once is kept, whatever becomes of the file: that it was truncated, replaced or removed is told.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crate::model::{Input, Issue, Opening};

use super::stream::{SoFar, Stream};
use super::tail::{Found, Identity, Tail};
use super::{Item, Plan, STDIN, bytes, reason};

/// What a first look takes of all files together: enough for a first screen.
const FIRST: u64 = 1 << 20;
/// What even the smallest share of it is.
const LEAST: u64 = 4 << 10;
/// What a further look takes of one file.
const STRETCH: u64 = 64 << 20;

/// A line of standard input without its end is taken for the last one when nothing has come for so long.
const QUIET: Duration = Duration::from_secs(1);

/// Captures, and what was read of them.
#[derive(Debug)]
pub struct Captures {
    /// Read once, at the first look.
    fixed: Vec<PathBuf>,
    followed: Vec<PathBuf>,
    /// A capture that is being recorded, and whether that is over.
    recorded: Option<(PathBuf, Arc<AtomicBool>)>,
    parts: Vec<Part>,
    /// What opening the fixed ones gave.
    opening: Opening,
    told: Option<Opening>,
    /// Inputs that are kept under another name.
    frozen: u32,
    max_unpacked: u64,
}

/// What there is at one moment.
#[derive(Debug, Default)]
pub struct Look {
    /// All inputs. Each keeps its place from look to look; its path may change.
    pub inputs: Vec<Piece>,
    /// What else is known of the captures.
    pub opening: Opening,
    /// What happened to files since the last look, a sentence each.
    pub news: Vec<String>,
    /// Whether an input is other than at the last look.
    pub has_more: bool,
    /// Whether anything is: an input, or what is known of it.
    pub has_changed: bool,
    /// Bytes that are there and come with the next looks.
    pub left: u64,
    /// Whether more may come later.
    pub may_grow: bool,
}

/// An input as far as it is known.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The input.
    pub input: Input,
    /// Whether its last line has ended, or nobody goes on writing it.
    pub is_complete: bool,
}

#[derive(Debug)]
enum Part {
    Fixed(Input),
    Tail(Box<Tail>),
    /// A file of a recorded capture, as far as its manifest promises.
    Recorded {
        path: PathBuf,
        len: u64,
        input: Option<Input>,
        issue: Option<Issue>,
    },
    Stdin {
        stream: Stream,
        seen: Option<(u64, bool)>,
        since: SystemTime,
        piece: Option<Piece>,
        issue: Option<Issue>,
    },
}

impl Captures {
    /// Captures as named, [`STDIN`] among them; files and folders are followed when `follow` says so. `max_unpacked`
    /// bounds what one compressed input may grow to, in bytes.
    pub fn new(named: &[PathBuf], follow: bool, max_unpacked: u64) -> Self {
        let files: Vec<PathBuf> = named.iter().filter(|path| path.as_os_str() != STDIN).cloned().collect();
        let (fixed, followed) = if follow { (Vec::new(), files) } else { (files, Vec::new()) };
        let mut captures = Self {
            fixed,
            followed,
            recorded: None,
            parts: Vec::new(),
            opening: Opening::default(),
            told: None,
            frozen: 0,
            max_unpacked,
        };
        let mut stdin = named.iter().filter(|path| path.as_os_str() == STDIN);
        if stdin.next().is_some() {
            captures.parts.push(Part::stdin(Stream::start(io::stdin())));
        }
        if stdin.next().is_some() {
            captures.opening.issues.push(super::stdin::named_twice());
        }
        captures
    }

    /// Follows a folder too, in which a capture is being recorded until `is_over` says otherwise.
    pub fn follow(&mut self, folder: PathBuf, is_over: Arc<AtomicBool>) {
        self.recorded = Some((folder, is_over));
    }

    /// What there is at `now`, which files' times of change are compared with.
    pub fn look(&mut self, now: SystemTime) -> Look {
        let mut look = Look::default();
        if self.told.is_none() {
            self.open_fixed();
        }
        // What is written before the end is said is there to be seen.
        let is_recording =
            self.recorded.as_ref().is_some_and(|(_, is_over)| !is_over.load(Ordering::Acquire));
        let folders: Vec<PathBuf> =
            self.followed.iter().chain(self.recorded.iter().map(|(folder, _)| folder)).cloned().collect();
        let plan = Plan::of(&folders, &|path| self.knows(path));
        look.opening = self.opening.clone();
        look.opening.issues.extend(plan.issues);
        look.opening.sources.extend(plan.sources);
        self.look_at_files(plan.items, now, &mut look);
        for part in &mut self.parts {
            look.has_more |= part.look_at_stream(now);
            part.tell(&mut look);
        }
        look.has_changed = look.has_more || self.told.as_ref() != Some(&look.opening);
        look.may_grow |= is_recording || !self.followed.is_empty();
        self.told = Some(look.opening.clone());
        look
    }

    /// Whether there is nothing to read: nothing is named, or standard input has ended without a byte.
    pub fn is_empty(&self) -> bool {
        self.followed.is_empty()
            && self.fixed.is_empty()
            && self.recorded.is_none()
            && self
                .parts
                .iter()
                .all(|part| matches!(part, Part::Stdin { stream, .. } if stream.state() == (0, false)))
    }

    /// Waits for the end of standard input.
    pub fn finish(&mut self) {
        for part in &mut self.parts {
            if let Part::Stdin { stream, .. } = part {
                stream.finish();
            }
        }
    }

    fn open_fixed(&mut self) {
        let loaded = super::load(&self.fixed, &mut io::empty(), self.max_unpacked);
        self.parts.extend(loaded.inputs.into_iter().map(Part::Fixed));
        self.opening.issues.extend(loaded.issues);
        self.opening.sources.extend(loaded.sources);
    }

    fn knows(&self, path: &Path) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Tail(tail) if tail.path == path))
    }

    fn look_at_files(&mut self, items: Vec<Item>, now: SystemTime, look: &mut Look) {
        let is_first = self.told.is_none();
        let limit = if is_first { (FIRST / items.len().max(1) as u64).max(LEAST) } else { STRETCH };
        let mut there = Vec::new();
        for item in items {
            let Item::File { path, head } = item else { continue };
            match head {
                Some(len) => look.has_more |= self.look_at_recorded(path, len),
                None => there.push((fs::metadata(&path), path)),
            }
        }
        self.settle_moves(&there, look);
        for (metadata, path) in there {
            if metadata.is_err() && self.is_gone(&path) {
                continue;
            }
            let at = match self.place_of(&path) {
                Some(at) => at,
                None => self.add(path),
            };
            self.look_at_tail(at, metadata, now, limit, look);
        }
    }

    /// Whether a file was at `path` and is not any more.
    fn is_gone(&self, path: &Path) -> bool {
        let gone = |part: &Part| matches!(part, Part::Tail(tail) if tail.is_gone && tail.path == path);
        self.parts.iter().any(gone)
    }

    fn add(&mut self, path: PathBuf) -> usize {
        self.parts.push(Part::Tail(Box::new(Tail::new(path))));
        self.parts.len() - 1
    }

    /// Where the tail of the file at `path` is.
    fn place_of(&self, path: &Path) -> Option<usize> {
        self.parts
            .iter()
            .position(|part| matches!(part, Part::Tail(tail) if !tail.is_gone && tail.path == path))
    }

    /// Finds the files again that are not where they were.
    fn settle_moves(&mut self, there: &[(io::Result<Metadata>, PathBuf)], look: &mut Look) {
        let found = |path: &Path| there.iter().find(|(_, other)| other == path)?.0.as_ref().ok();
        for part in &mut self.parts {
            let Part::Tail(tail) = part else { continue };
            if tail.is_frozen || tail.len() == 0 {
                continue;
            }
            let at_its_path = found(&tail.path);
            if at_its_path.is_some_and(|metadata| tail.is(metadata)) {
                tail.is_gone = false;
                continue;
            }
            let elsewhere = there.iter().find(|(metadata, _)| {
                metadata.as_ref().is_ok_and(|metadata| Identity::of(metadata).is_some() && tail.is(metadata))
            });
            if let Some((_, path)) = elsewhere {
                look.news.push(format!("'{}' was renamed to '{}'", tail.name, path.display()));
                look.has_more = true;
                tail.moved(path);
                continue;
            }
            look.has_more |= tail.part(self.max_unpacked);
            if at_its_path.is_some() {
                self.frozen += 1;
                let name = earlier(&tail.name, self.frozen);
                look.news.push(format!("'{}' was replaced; what it held is kept as '{name}'", tail.name));
                tail.freeze(name, replaced(tail), self.max_unpacked);
                look.has_more = true;
            }
        }
    }

    fn look_at_tail(
        &mut self,
        at: usize,
        metadata: io::Result<Metadata>,
        now: SystemTime,
        limit: u64,
        look: &mut Look,
    ) {
        let max_unpacked = self.max_unpacked;
        let Some(Part::Tail(tail)) = self.parts.get_mut(at) else { return };
        match tail.look(metadata, now, limit, max_unpacked) {
            Found::Same => {}
            Found::More => look.has_more = true,
            Found::Overwritten => {
                self.frozen += 1;
                let name = earlier(&tail.name, self.frozen);
                look.news.push(format!(
                    "'{}' was truncated or written anew; what it held is kept as '{name}'",
                    tail.name
                ));
                let path = tail.path.clone();
                tail.freeze(name, OVERWRITTEN, max_unpacked);
                look.has_more = true;
                let metadata = fs::metadata(&path);
                let at = self.add(path);
                self.look_at_tail(at, metadata, now, limit, look);
            }
        }
    }

    fn look_at_recorded(&mut self, path: PathBuf, len: u64) -> bool {
        let known = self.parts.iter_mut().find_map(|part| match part {
            Part::Recorded { path: known, len, input, issue } if *known == path => Some((len, input, issue)),
            _ => None,
        });
        let name = path.to_string_lossy().into_owned();
        let Some((known, input, issue)) = known else {
            let (input, issue) = recorded(&path, &name, len);
            self.parts.push(Part::Recorded { path, len, input, issue });
            return true;
        };
        let is_new = *known != len || issue.is_some();
        if is_new {
            (*input, *issue) = recorded(&path, &name, len);
            *known = len;
        }
        is_new
    }
}

/// What is kept of a file whose bytes are not there any more.
const OVERWRITTEN: (&str, bool) = (
    "was truncated or written anew while it was followed: this is what was read of it before, and what was written \
     after the last look at it is missing",
    true,
);

/// What is kept of a file that was replaced, and whether records may be missing.
fn replaced(tail: &Tail) -> (&'static str, bool) {
    if tail.was_open() {
        ("was replaced by another file while it was followed: this is all that it held before", false)
    } else {
        let message = "was replaced by another file while it was followed: this is what was read of it before, and \
                       what was written after the last look at it is missing";
        (message, true)
    }
}

fn earlier(name: &str, number: u32) -> String {
    format!("{name} (earlier {number})")
}

/// A file of a recorded capture: what the manifest promises, and an issue when there is less.
fn recorded(path: &Path, name: &str, len: u64) -> (Option<Input>, Option<Issue>) {
    match bytes::read_head(path, len) {
        Ok(bytes) => {
            let issue = super::recorded::shortened(name, bytes.len() as u64, len);
            (Some(Input { path: name.to_owned(), bytes }), issue)
        }
        Err(error) => (None, Some(reason::unreadable(name, &error))),
    }
}

impl Part {
    fn stdin(stream: Stream) -> Self {
        Self::Stdin { stream, seen: None, since: SystemTime::UNIX_EPOCH, piece: None, issue: None }
    }

    /// Takes what has come of standard input; returns whether there was anything, or an end.
    fn look_at_stream(&mut self, now: SystemTime) -> bool {
        let Self::Stdin { stream, seen, since, piece, issue } = self else { return false };
        let state = stream.state();
        let is_quiet = now.duration_since(*since).is_ok_and(|age| age >= QUIET);
        if *seen == Some(state) {
            let Some(piece) = piece.as_mut().filter(|piece| is_quiet && !piece.is_complete) else {
                return false;
            };
            piece.is_complete = true;
            return true;
        }
        let SoFar { bytes, is_open, issue: fault } = stream.so_far();
        *seen = Some((bytes.len() as u64, is_open));
        *since = now;
        *issue = fault;
        *piece = Some(Piece { input: Input { path: STDIN.to_owned(), bytes }, is_complete: !is_open });
        true
    }

    fn tell(&self, look: &mut Look) {
        let Look { inputs, opening, left, may_grow, .. } = look;
        match self {
            Self::Fixed(input) => inputs.push(Piece { input: input.clone(), is_complete: true }),
            Self::Tail(tail) => {
                let is_complete = tail.is_complete;
                inputs.extend(tail.input().map(|input| Piece { input, is_complete }));
                opening.issues.extend(tail.issues());
                *left += tail.left;
            }
            Self::Recorded { input, issue, .. } => {
                inputs.extend(input.clone().map(|input| Piece { input, is_complete: true }));
                opening.issues.extend(issue.clone());
            }
            Self::Stdin { piece, issue, seen, .. } => {
                inputs.extend(piece.clone());
                opening.issues.extend(issue.clone());
                *may_grow |= seen.is_some_and(|(_, is_open)| is_open);
            }
        }
    }
}

#[cfg(test)]
mod tests;

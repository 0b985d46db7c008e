//! A file that is followed: what is new is read, and that it was truncated, replaced or removed is noticed.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::{Bytes, Input, Issue};

use super::spool::Spool;
use super::{reason, unpack};

/// A line without its end is taken for the last one when nobody has written for so long.
const QUIET: Duration = Duration::from_secs(1);

/// How much of what was read is compared with the file, to notice that it was written anew.
const GUARD: u64 = 256;

/// One file on disk, whatever its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// `None` where files have no identity of their own.
    #[cfg(unix)]
    #[allow(clippy::unnecessary_wraps, reason = "not every system has one")]
    pub(super) fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self(metadata.dev(), metadata.ino()))
    }

    /// `None` where files have no identity of their own.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

/// What tells that a file has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// A followed file.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) path: PathBuf,
    /// How messages name it.
    pub(super) name: String,
    identity: Option<Identity>,
    seen: Option<Stamp>,
    spool: Spool,
    /// The last bytes in the spool.
    guard: Vec<u8>,
    /// Kept open once the file grows, so that what is written before a rename is not missed.
    file: Option<File>,
    /// Bytes that are in the file and not in the spool.
    pub(super) left: u64,
    /// What is in the spool, decompressed.
    bytes: Bytes,
    /// Whether the last line ends, or nobody goes on writing it.
    pub(super) is_complete: bool,
    /// Whether the file is not at its path any more.
    pub(super) is_gone: bool,
    /// Whether it is kept as it was, under another name.
    pub(super) is_frozen: bool,
    /// What is wrong with its content, and with reading it.
    damage: Option<Issue>,
    fault: Option<Issue>,
    /// What became of the file.
    end: Option<Issue>,
}

/// What a look at a file found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// Nothing new.
    Same,
    /// More of it, or an end.
    More,
    /// What was read is not in the file any more: it was truncated, or written anew.
    Overwritten,
}

impl Tail {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            name: path.to_string_lossy().into_owned(),
            path,
            identity: None,
            seen: None,
            spool: Spool::default(),
            guard: Vec::new(),
            file: None,
            left: 0,
            bytes: Bytes::new(Vec::new()),
            is_complete: false,
            is_gone: false,
            is_frozen: false,
            damage: None,
            fault: None,
            end: None,
        }
    }

    /// Whether it is this file.
    pub(super) fn is(&self, metadata: &Metadata) -> bool {
        self.identity.is_none() || self.identity == Identity::of(metadata)
    }

    /// Reads at most `limit` bytes of what is new in the file that `metadata` is of.
    pub(super) fn look(
        &mut self,
        metadata: io::Result<Metadata>,
        now: SystemTime,
        limit: u64,
        max_unpacked: u64,
    ) -> Found {
        let found = metadata.and_then(|metadata| self.take_in(&metadata, now, limit));
        let (found, fault) = match found {
            Ok(found) => (found, None),
            Err(error) if self.spool.len() == 0 => {
                (Found::Same, Some(reason::unreadable(&self.name, &error)))
            }
            Err(error) => {
                let message = format!(
                    "cannot be read beyond its first {} bytes: {}",
                    self.spool.len(),
                    reason::reason(&error)
                );
                (Found::Same, Some(Issue::new(&self.name, None, message)))
            }
        };
        self.fault = fault;
        if found == Found::More {
            self.unpack(max_unpacked);
        }
        found
    }

    fn take_in(&mut self, metadata: &Metadata, now: SystemTime, limit: u64) -> io::Result<Found> {
        self.is_gone = false;
        let stamp = Stamp::of(metadata);
        let is_quiet = stamp.modified.is_none_or(|at| now.duration_since(at).is_ok_and(|age| age >= QUIET));
        let is_first = self.seen.is_none();
        if self.spool.len() == 0 && !self.is(metadata) {
            self.file = None;
            self.identity = None;
        }
        self.identity = self.identity.or_else(|| Identity::of(metadata));
        if self.seen == Some(stamp) && self.left == 0 {
            let ends = is_quiet && !self.is_complete;
            self.is_complete |= is_quiet;
            return Ok(if ends { Found::More } else { Found::Same });
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        let actual = file.metadata()?;
        if !self.is(&actual) {
            // Replaced a moment ago; the next look finds that out.
            return Ok(Found::Same);
        }
        let stamp = Stamp::of(&actual);
        if stamp.len < self.spool.len() || !self.begins_alike(&mut file)? {
            return Ok(Found::Overwritten);
        }
        file.seek(SeekFrom::Start(self.spool.len()))?;
        let taken = self.spool.take_in(&mut file, limit)?;
        self.left = stamp.len.saturating_sub(self.spool.len());
        self.seen = Some(stamp);
        if !is_first {
            self.file = Some(file);
        }
        let was_complete = self.is_complete;
        self.is_complete = is_quiet && self.left == 0;
        Ok(if is_first || taken > 0 || was_complete != self.is_complete { Found::More } else { Found::Same })
    }

    /// Whether the last bytes that were read still stand where they stood.
    fn begins_alike(&self, file: &mut File) -> io::Result<bool> {
        let end = self.spool.len();
        let start = end.saturating_sub(GUARD);
        let mut there = Vec::with_capacity(GUARD as usize);
        file.seek(SeekFrom::Start(start))?;
        file.take(end - start).read_to_end(&mut there)?;
        Ok(there == self.guard)
    }

    /// Reads what was still written to the file before it was renamed or removed, and is not at its path any more.
    /// Returns whether there was anything.
    pub(super) fn part(&mut self, max_unpacked: u64) -> bool {
        let was_gone = std::mem::replace(&mut self.is_gone, true);
        let taken = self.file.as_mut().map_or(Ok(0), |file| {
            file.seek(SeekFrom::Start(self.spool.len()))?;
            self.spool.take_in(file, u64::MAX)
        });
        let taken = taken.unwrap_or_default();
        self.left = 0;
        let ends = !std::mem::replace(&mut self.is_complete, true);
        if taken > 0 || ends {
            self.unpack(max_unpacked);
        }
        taken > 0 || ends || !was_gone
    }

    /// Whether it was held open, so that nothing that was written to it under another name is missing.
    pub(super) fn was_open(&self) -> bool {
        self.file.is_some()
    }

    /// Ends it: what it holds stays as it is, under another name. `end` says why, and whether records may be missing.
    pub(super) fn freeze(&mut self, name: String, (message, loses): (&str, bool), max_unpacked: u64) {
        // With its line the coverage knows from when on something is missing.
        let issue = Issue::new(&name, Some(self.lines()).filter(|lines| *lines > 0), message);
        self.end = Some(if loses { issue } else { issue.harmless() });
        self.name = name;
        (self.is_complete, self.is_gone, self.is_frozen) = (true, true, true);
        (self.file, self.fault, self.left) = (None, None, 0);
        self.unpack(max_unpacked);
    }

    /// Calls it by another path, where it was moved to.
    pub(super) fn moved(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
        self.name = path.to_string_lossy().into_owned();
        self.is_gone = false;
    }

    fn unpack(&mut self, max_unpacked: u64) {
        match self.spool.bytes() {
            Ok(bytes) => {
                self.guard = bytes[bytes.len().saturating_sub(GUARD as usize)..].to_vec();
                (self.bytes, self.damage) = unpack::unpack(&self.name, bytes, max_unpacked);
            }
            Err(error) => self.damage = Some(reason::unreadable(&self.name, &error)),
        }
    }

    /// How many bytes were read.
    pub(super) fn len(&self) -> u64 {
        self.spool.len()
    }

    /// Number of its last line.
    fn lines(&self) -> u32 {
        u32::try_from(memchr::memchr_iter(b'\n', &self.bytes).count()).unwrap_or(u32::MAX)
    }

    /// What was read of it; `None` when nothing could be.
    pub(super) fn input(&self) -> Option<Input> {
        let is_unreadable = self.fault.as_ref().is_some_and(|issue| issue.fatal);
        (!is_unreadable).then(|| Input { path: self.name.clone(), bytes: self.bytes.clone() })
    }

    /// Everything that is wrong with it.
    pub(super) fn issues(&self) -> impl Iterator<Item = Issue> + '_ {
        let partial =
            (self.left > 0).then(|| Issue::new(&self.name, None, "only its beginning is read so far"));
        let gone = (self.is_gone && !self.is_frozen).then(|| {
            let message = "was removed or renamed while it was followed; what was read of it is kept";
            Issue::new(&self.name, None, message).harmless()
        });
        let known = [&self.damage, &self.fault].into_iter().flatten().cloned();
        known.chain(self.end.clone()).chain(gone).chain(partial)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    const ALL: u64 = u64::MAX;

    fn look(tail: &mut Tail, now: SystemTime, limit: u64) -> Found {
        tail.look(fs::metadata(&tail.path), now, limit, ALL)
    }

    fn text(tail: &Tail) -> String {
        String::from_utf8(tail.input().unwrap().bytes.to_vec()).unwrap()
    }

    #[test]
    fn only_what_is_new_is_taken_and_an_end_is_told_when_it_is_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "one\ntw").unwrap();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        let mut tail = Tail::new(path.clone());
        assert_eq!(look(&mut tail, written, ALL), Found::More);
        assert_eq!((text(&tail).as_str(), tail.is_complete), ("one\ntw", false));
        assert_eq!(look(&mut tail, written, ALL), Found::Same);
        assert_eq!(look(&mut tail, written + QUIET, ALL), Found::More);
        assert!(tail.is_complete);
        assert_eq!(look(&mut tail, written + QUIET, ALL), Found::Same);
        File::options().append(true).open(&path).unwrap().write_all(b"o\n").unwrap();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(look(&mut tail, written, ALL), Found::More);
        assert_eq!((text(&tail).as_str(), tail.is_complete), ("one\ntwo\n", false));
    }

    #[test]
    fn a_large_file_comes_in_stretches() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        fs::write(&path, "0123456789").unwrap();
        let mut tail = Tail::new(path);
        let now = SystemTime::UNIX_EPOCH;
        for (expected, left) in [("0123", 6), ("01234567", 2), ("0123456789", 0)] {
            assert_eq!(look(&mut tail, now, 4), Found::More);
            assert_eq!((text(&tail).as_str(), tail.left), (expected, left));
            assert_eq!(tail.issues().any(|issue| issue.loses_records), left > 0);
        }
        assert_eq!(look(&mut tail, now, 4), Found::Same);
    }

    #[test]
    fn a_file_that_was_written_anew_is_told_and_keeps_what_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        for other in ["short\n", "as long as it was before, and longer still\n"] {
            fs::write(&path, "as long as it is\n").unwrap();
            let mut tail = Tail::new(path.clone());
            assert_eq!(look(&mut tail, SystemTime::UNIX_EPOCH, ALL), Found::More);
            fs::write(&path, other).unwrap();
            assert_eq!(look(&mut tail, SystemTime::UNIX_EPOCH, ALL), Found::Overwritten, "{other}");
            assert_eq!(text(&tail), "as long as it is\n");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why_until_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut tail = Tail::new(path.clone());
        assert_eq!(look(&mut tail, SystemTime::UNIX_EPOCH, ALL), Found::Same);
        assert!(tail.input().is_none() && tail.issues().any(|issue| issue.fatal));
        fs::write(&path, "x\n").unwrap();
        assert_eq!(look(&mut tail, SystemTime::UNIX_EPOCH, ALL), Found::More);
        assert!(tail.input().is_some() && tail.issues().next().is_none());
    }
}

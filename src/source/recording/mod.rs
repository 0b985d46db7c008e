//! A live session is a capture being written: a folder of JSON lines with a manifest, safe against a kill at any byte.
//!
//! Records are appended and synced first, the manifest is replaced after them. Whoever opens the folder again cuts
//! each file to the length that the manifest promises and goes on from its cursors: no gap, nothing twice.

mod manifest;
#[cfg(test)]
mod tests;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub use manifest::{
    Asked, AskedTraces, FILE, Hole, Kind, Manifest, ManifestError, Origin, Recorded, SCHEMA, Unread, Watched,
};

/// Held while a program writes into the folder.
const LOCK: &str = ".lock";

/// Why a capture cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is something in the folder already.
    #[error("'{}' is not empty; name a new folder, or go on with this capture: --resume {}", .0.display(), .0.display())]
    NotEmpty(PathBuf),
    /// There is no capture to go on with.
    #[error("'{}' holds no capture that can be resumed: {}; start a new one with --out", .0.display(), .1)]
    NoCapture(PathBuf, String),
    /// Another program writes it.
    #[error("another agentcore-triage is writing '{}'; stop it first, or name another folder", .0.display())]
    Busy(PathBuf),
    /// The disk or the file system says no.
    #[error("'{}' cannot be written: {}; what was written before is kept, go on with: --resume {}", .path.display(), .source, .folder.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The capture.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl RecordError {
    /// Whether the same may succeed later: somebody makes space.
    pub fn is_passing(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        matches!(self, Self::Io { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded))
    }
}

/// Writes one capture. Only one at a time holds a folder.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    manifest: Manifest,
    /// Fields of the manifest that a later program wrote and this one drops.
    unknown: Vec<String>,
    streams: Vec<Stream>,
    /// Why the last commit failed.
    trouble: Option<String>,
    /// Whether the manifest on disk is older than `manifest`.
    is_changed: bool,
    /// Dropping it frees the folder.
    _lock: File,
}

/// The file of one source.
#[derive(Debug)]
struct Stream {
    file: File,
    path: PathBuf,
    /// Lines that are not on disk yet.
    pending: Vec<u8>,
    records: u64,
}

impl Recorder {
    /// Begins a capture in `folder`, which is made when it is not there and must be empty when it is.
    ///
    /// # Errors
    /// When the folder is not empty, is being written, or cannot be made.
    pub fn create(folder: &Path, tool: String, redacted: bool) -> Result<Self, RecordError> {
        make(folder).map_err(|source| io_error(folder, folder, source))?;
        let lock = lock(folder)?;
        let entries = fs::read_dir(folder).map_err(|source| io_error(folder, folder, source))?;
        if entries.flatten().any(|entry| entry.file_name() != LOCK) {
            return Err(RecordError::NotEmpty(folder.to_owned()));
        }
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            tool,
            redacted,
            sources: Vec::new(),
            prefixes: Vec::new(),
            unread: Vec::new(),
        };
        let recorder = Self {
            folder: folder.to_owned(),
            manifest,
            unknown: Vec::new(),
            streams: Vec::new(),
            trouble: None,
            is_changed: false,
            _lock: lock,
        };
        recorder.write_manifest()?;
        Ok(recorder)
    }

    /// Goes on with the capture in `folder`. Whatever a crash left behind the last commit is cut off.
    ///
    /// # Errors
    /// When there is no capture, its manifest cannot be read, a file is shorter than the manifest says, or it is
    /// being written.
    pub fn resume(folder: &Path) -> Result<Self, RecordError> {
        let no_capture = |why: String| RecordError::NoCapture(folder.to_owned(), why);
        let read = || fs::read(folder.join(FILE)).map_err(|error| no_capture(format!("{FILE}: {error}")));
        // Without a capture no lock is left behind; what it says counts only once nobody else writes.
        read()?;
        let lock = lock(folder)?;
        let text = read()?;
        let (manifest, unknown) = Manifest::parse(&text).map_err(|error| no_capture(error.to_string()))?;
        let mut streams = Vec::new();
        for source in &manifest.sources {
            let name = Path::new(&source.file);
            if name.components().count() != 1 || name.file_name() != Some(name.as_os_str()) {
                return Err(no_capture(format!("{FILE} names a file outside the folder")));
            }
            let path = folder.join(name);
            let fail = |source| io_error(&path, folder, source);
            let mut file = File::options().read(true).write(true).open(&path).map_err(fail)?;
            if file.metadata().map_err(fail)?.len() < source.bytes {
                return Err(no_capture(format!("{} is shorter than {FILE} says", source.file)));
            }
            file.set_len(source.bytes).map_err(fail)?;
            file.seek(SeekFrom::End(0)).map_err(fail)?;
            streams.push(Stream { file, path, pending: Vec::new(), records: 0 });
        }
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
            unknown,
            streams,
            trouble: None,
            is_changed: false,
            _lock: lock,
        })
    }

    /// What the capture says about itself, as of the last commit.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The place of a source in [`Manifest::sources`]: the one with the same kind, name, pattern, account and
    /// Region, which is asked for the traces that are named now, else a new one.
    /// `source.file` and the counts are set here.
    ///
    /// # Errors
    /// When its file cannot be made.
    pub fn source(&mut self, source: Recorded) -> Result<usize, RecordError> {
        let known = self.manifest.sources.iter().position(|known| {
            (known.kind, &known.name, &known.origin.region, &known.origin.account, &known.pattern)
                == (source.kind, &source.name, &source.origin.region, &source.origin.account, &source.pattern)
        });
        if let Some(known) = known {
            let asked = &mut self.manifest.sources[known].traces;
            self.is_changed |= *asked != source.traces;
            *asked = source.traces;
            return Ok(known);
        }
        let number = self.manifest.sources.len() + 1;
        let file_name = format!("{number:03}-{}.jsonl", plain(&source.name));
        let path = self.folder.join(&file_name);
        let file = private().create(true).truncate(true).open(&path);
        let file = file.map_err(|source| io_error(&path, &self.folder, source))?;
        self.streams.push(Stream { file, path, pending: Vec::new(), records: 0 });
        self.manifest.sources.push(Recorded { file: file_name, bytes: 0, records: 0, ..source });
        self.is_changed = true;
        Ok(number - 1)
    }

    /// Says that log groups are looked for under a prefix.
    pub fn watch(&mut self, watched: Watched) {
        if !self.manifest.prefixes.contains(&watched) {
            self.manifest.prefixes.push(watched);
            self.is_changed = true;
        }
    }

    /// Says what could not be looked up at all, in place of what was said before of the same.
    pub fn unread(&mut self, unread: Unread) {
        if !self.manifest.unread.contains(&unread) {
            self.is_read(unread.kind, &unread.name);
            self.manifest.unread.push(unread);
            self.is_changed = true;
        }
    }

    /// Says that a source is not [`unread`](Self::unread) any more.
    pub fn is_read(&mut self, kind: Asked, name: &str) {
        let count = self.manifest.unread.len();
        self.manifest.unread.retain(|known| (known.kind, known.name.as_str()) != (kind, name));
        self.is_changed |= self.manifest.unread.len() != count;
    }

    /// Fields of the manifest that a later version of this program wrote. They are lost with the next commit.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Why the last commit failed and what to do; `None` when it did not. What it was to write waits for the next one.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Adds a record, one JSON value on one line. It is on disk after the next [`commit`](Self::commit).
    pub fn append(&mut self, source: usize, record: &serde_json::Value) {
        let stream = &mut self.streams[source];
        // A value always serialises; its line feeds are escaped.
        stream.pending.extend_from_slice(record.to_string().as_bytes());
        stream.pending.push(b'\n');
        stream.records += 1;
    }

    /// The committed records of a source, from the first on.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn read(&self, source: usize) -> Result<impl Read + use<>, RecordError> {
        let file = File::open(&self.streams[source].path).map_err(|error| self.io_error(source, error))?;
        Ok(file.take(self.manifest.sources[source].bytes))
    }

    /// An error about the file of a source.
    pub fn io_error(&self, source: usize, error: io::Error) -> RecordError {
        io_error(&self.streams[source].path, &self.folder, error)
    }

    /// Bytes that wait for a commit.
    pub fn pending(&self) -> usize {
        self.streams.iter().map(|stream| stream.pending.len()).sum()
    }

    /// Puts what was added on disk, then the manifest with what `update` changes in it: cursors and gaps.
    ///
    /// # Errors
    /// When something cannot be written, a full disk say. The capture is then as of the last commit and what was
    /// added since is still waiting: a later commit may succeed.
    pub fn commit(&mut self, update: impl FnOnce(&mut [Recorded])) -> Result<(), RecordError> {
        let result = self.try_commit(update);
        self.trouble = result.as_ref().err().map(ToString::to_string);
        result
    }

    fn try_commit(&mut self, update: impl FnOnce(&mut [Recorded])) -> Result<(), RecordError> {
        for (stream, source) in self.streams.iter_mut().zip(&self.manifest.sources) {
            if let Err(error) = stream.write(source.bytes) {
                return Err(io_error(&stream.path, &self.folder, error));
            }
        }
        let before = self.manifest.clone();
        for (stream, source) in self.streams.iter().zip(&mut self.manifest.sources) {
            source.bytes += stream.pending.len() as u64;
            source.records += stream.records;
        }
        update(&mut self.manifest.sources);
        if !self.is_changed && self.manifest == before {
            return Ok(());
        }
        if let Err(error) = self.write_manifest() {
            self.manifest = before;
            return Err(error);
        }
        self.is_changed = false;
        for stream in &mut self.streams {
            stream.pending.clear();
            stream.records = 0;
        }
        Ok(())
    }

    fn write_manifest(&self) -> Result<(), RecordError> {
        let path = self.folder.join(FILE);
        let write = || -> io::Result<()> {
            let mut beside = tempfile::Builder::new().prefix(".manifest").tempfile_in(&self.folder)?;
            serde_json::to_writer_pretty(&mut beside, &self.manifest)?;
            beside.write_all(b"\n")?;
            beside.as_file().sync_data()?;
            beside.persist(&path).map_err(|error| error.error)?;
            // The rename itself must survive a power cut, too.
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|source| io_error(&path, &self.folder, source))
    }
}

impl Stream {
    /// Writes what waits behind `committed` bytes. A half-written tail of an earlier failure is overwritten.
    fn write(&mut self, committed: u64) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.file.seek(SeekFrom::Start(committed))?;
        let written = self.file.write_all(&self.pending).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Readers of the folder must not meet half a record; a failure here leaves it to `resume`.
            let _ = self.file.set_len(committed);
        }
        written
    }
}

/// Makes a folder that only its owner may look into: logs hold what is nobody else's business.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// How a file is opened that only its owner may read.
fn private() -> fs::OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true);
    options
}

fn io_error(path: &Path, folder: &Path, source: io::Error) -> RecordError {
    RecordError::Io { path: path.to_owned(), folder: folder.to_owned(), source }
}

fn lock(folder: &Path) -> Result<File, RecordError> {
    let path = folder.join(LOCK);
    let file = private().create(true).truncate(false).open(&path);
    let file = file.map_err(|source| io_error(&path, folder, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RecordError::Busy(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(io_error(&path, folder, source)),
    }
}

/// A log group's name as part of a file name: no separators, nothing hidden, bounded.
fn plain(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let plain = plain.trim_matches(['-', '.']);
    let from = plain.len().saturating_sub(80);
    plain[from..].trim_start_matches(['-', '.']).to_owned()
}

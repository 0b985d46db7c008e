//! Captures for the screens, which show what is there while more arrives: from a pipe always, from files with
//! `--follow`.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::runtime::Reading;
use crate::source::{self, Loaded, MAX_UNPACKED, STDIN};

use super::sample;

/// Bytes that one read of standard input takes at most.
const CHUNK: usize = 64 << 10;

/// Captures that may grow.
pub(super) struct Feed {
    named: Vec<PathBuf>,
    follow: bool,
    stdin: Option<Stream>,
    /// Whether the sample stands in for an empty standard input.
    sample: bool,
}

impl Feed {
    /// The captures named; without any, what is piped in, or else the sample.
    pub(super) fn new(named: &[PathBuf], follow: bool) -> Self {
        let piped = named.is_empty() && source::stdin_is_piped();
        let named = if piped { vec![Path::new(STDIN).to_owned()] } else { named.to_vec() };
        let reads_stdin = named.iter().any(|capture| capture.as_os_str() == STDIN);
        let sample = named.is_empty() || piped;
        Self { named, follow, stdin: reads_stdin.then(|| Stream::start(io::stdin())), sample }
    }

    /// What is there now.
    pub(super) fn read(&mut self) -> Reading {
        let (piped, is_open) = self.stdin.as_ref().map(Stream::so_far).unwrap_or_default();
        let nothing = self.sample && !is_open && piped.is_empty();
        let loaded = if nothing {
            sample::incident()
        } else {
            source::load(&self.named, &mut Cursor::new(piped), MAX_UNPACKED)
        };
        Reading { loaded, may_grow: is_open || (self.follow && !nothing) }
    }

    /// Everything, once it is there.
    pub(super) fn whole(mut self) -> Loaded {
        if let Some(stdin) = &mut self.stdin {
            stdin.finish();
        }
        self.read().loaded
    }
}

/// Standard input, taken in as it comes.
struct Stream {
    shared: Arc<Mutex<Taken>>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Taken {
    bytes: Vec<u8>,
    has_ended: bool,
}

impl Stream {
    fn start(mut input: impl Read + Send + 'static) -> Self {
        let shared = Arc::new(Mutex::new(Taken::default()));
        let writer = shared.clone();
        let thread = thread::spawn(move || {
            let mut chunk = vec![0; CHUNK];
            loop {
                let read = match input.read(&mut chunk) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read.unwrap_or(0),
                };
                let mut taken = writer.lock().unwrap_or_else(PoisonError::into_inner);
                taken.bytes.extend_from_slice(&chunk[..read]);
                taken.has_ended = read == 0;
                if taken.has_ended {
                    return;
                }
            }
        });
        Self { shared, thread: Some(thread) }
    }

    /// What has come, and whether more may.
    fn so_far(&self) -> (Vec<u8>, bool) {
        let taken = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        (taken.bytes.clone(), !taken.has_ended)
    }

    fn finish(&mut self) {
        if let Some(thread) = self.thread.take() {
            // It cannot panic; if it did, what it took is still there.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_taken_whole() {
        let mut stream = Stream::start(Cursor::new(vec![7; 3 * CHUNK + 1]));
        stream.finish();
        let (bytes, is_open) = stream.so_far();
        assert_eq!((bytes.len(), is_open), (3 * CHUNK + 1, false));
    }

    #[test]
    fn a_file_that_is_followed_may_grow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, "one\n").unwrap();
        let mut feed = Feed::new(std::slice::from_ref(&path), true);
        let first = feed.read();
        std::fs::write(&path, "one\ntwo\n").unwrap();
        let second = feed.read();
        assert!(first.may_grow && second.may_grow);
        assert_eq!(second.loaded.inputs[0].bytes.len(), 8);
        assert!(!Feed::new(&[path], false).read().may_grow);
    }
}

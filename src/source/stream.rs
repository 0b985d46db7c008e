//! Standard input, taken in as it comes while somebody looks at what is there.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::model::{Bytes, Issue};

use super::spool::Spool;
use super::{STDIN, reason};

/// Bytes that one read takes at most.
const CHUNK: usize = 64 << 10;

/// A pipe that a thread reads to its end.
#[derive(Debug)]
pub(super) struct Stream {
    shared: Arc<Mutex<Taken>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Taken {
    spool: Spool,
    has_ended: bool,
    issue: Option<Issue>,
}

/// What has come of a stream.
#[derive(Debug)]
pub(super) struct SoFar {
    pub(super) bytes: Bytes,
    pub(super) is_open: bool,
    pub(super) issue: Option<Issue>,
}

impl Stream {
    pub(super) fn start(input: impl Read + Send + 'static) -> Self {
        let shared = Arc::new(Mutex::new(Taken::default()));
        let writer = Arc::clone(&shared);
        Self { shared, thread: Some(thread::spawn(move || take_in(input, &writer))) }
    }

    /// How many bytes have come, and whether more may.
    pub(super) fn state(&self) -> (u64, bool) {
        let taken = locked(&self.shared);
        (taken.spool.len(), !taken.has_ended)
    }

    /// What has come.
    pub(super) fn so_far(&self) -> SoFar {
        let taken = locked(&self.shared);
        let (bytes, fault) = match taken.spool.bytes() {
            Ok(bytes) => (bytes, None),
            Err(error) => (Bytes::new(Vec::new()), Some(reason::unreadable(STDIN, &error))),
        };
        SoFar { bytes, is_open: !taken.has_ended, issue: fault.or_else(|| taken.issue.clone()) }
    }

    /// Waits for the end.
    pub(super) fn finish(&mut self) {
        if let Some(thread) = self.thread.take() {
            // It cannot panic; if it did, what it took is still there.
            let _ = thread.join();
        }
    }
}

fn locked(shared: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take_in(mut input: impl Read, shared: &Mutex<Taken>) {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read,
        };
        let mut taken = locked(shared);
        let kept = read.and_then(|read| taken.spool.append(&chunk[..read]).map(|()| read));
        if let Ok(1..) = kept {
            continue;
        }
        taken.issue = kept.err().map(|error| broken(taken.spool.len(), &error));
        taken.has_ended = true;
        return;
    }
}

/// Reading failed, or the temporary folder is full: what came before is kept.
fn broken(len: u64, error: &io::Error) -> Issue {
    let reason = reason::reason(error);
    if len == 0 {
        return reason::unreadable(STDIN, error);
    }
    let message = format!(
        "standard input broke off after {len} bytes, which were read: {reason}; when the temporary folder is full, \
         set TMPDIR to another one"
    );
    Issue::new(STDIN, None, message)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_stream_is_taken_whole() {
        let content: Vec<u8> = (0..=40 * CHUNK).map(|at| (at % 251) as u8).collect();
        let mut stream = Stream::start(Cursor::new(content.clone()));
        stream.finish();
        let SoFar { bytes, is_open, issue } = stream.so_far();
        assert!(*bytes == content[..] && !is_open && issue.is_none());
    }

    #[test]
    fn what_came_before_a_failure_is_kept_and_said() {
        struct Breaks;
        impl Read for Breaks {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("cable cut"))
            }
        }
        let mut stream = Stream::start(Cursor::new("one\n").chain(Breaks));
        stream.finish();
        let SoFar { bytes, is_open, issue } = stream.so_far();
        assert_eq!((&*bytes, is_open), (&b"one\n"[..], false));
        assert!(issue.unwrap().message.contains("after 4 bytes"));
    }
}

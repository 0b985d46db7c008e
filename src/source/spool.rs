//! Bytes of an input that grows, kept where nobody else can change them.
//!
//! Few are kept in memory. More go to a temporary file without a name, which is mapped: whoever truncates the log that
//! they came from does not touch it. `TMPDIR` says where it lies.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::model::Bytes;

use super::bytes::{self, MAP_FROM};

/// Appended to, never changed.
#[derive(Debug, Default)]
pub(super) struct Spool {
    memory: Vec<u8>,
    /// Instead of `memory`, from [`MAP_FROM`] bytes on. Its cursor is at `len`.
    file: Option<File>,
    len: u64,
}

impl Spool {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Adds bytes: all, or none when the disk is full.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.take_in(&mut &*bytes, bytes.len() as u64).map(|_| ())
    }

    /// Adds at most `limit` bytes of `source`; returns how many there were.
    pub(super) fn take_in(&mut self, source: &mut impl Read, limit: u64) -> io::Result<u64> {
        if self.file.is_none() && self.len.saturating_add(limit) >= MAP_FROM {
            self.move_to_file()?;
        }
        let mut source = source.take(limit);
        let Some(file) = &mut self.file else {
            let read = source.read_to_end(&mut self.memory);
            // What came before an error is taken back; the next attempt reads it again.
            self.memory.truncate(read.as_ref().map_or(self.len, |read| self.len + *read as u64) as usize);
            self.len = self.memory.len() as u64;
            return read.map(|read| read as u64);
        };
        let copied = io::copy(&mut source, file);
        if let Ok(copied) = &copied {
            self.len += copied;
        } else {
            file.set_len(self.len)?;
            file.seek(SeekFrom::Start(self.len))?;
        }
        copied
    }

    fn move_to_file(&mut self) -> io::Result<()> {
        let mut file = tempfile::tempfile()?;
        file.write_all(&self.memory)?;
        self.file = Some(file);
        self.memory = Vec::new();
        Ok(())
    }

    /// What was added so far.
    pub(super) fn bytes(&self) -> io::Result<Bytes> {
        match &self.file {
            Some(file) => bytes::map(file, self.len),
            None => Ok(Bytes::new(self.memory.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_out_stays_as_it_was() {
        let mut spool = Spool::default();
        let mut expected = Vec::new();
        let mut earlier = Vec::new();
        for round in 0..9_u8 {
            let chunk = vec![round; 300_000];
            spool.append(&chunk).unwrap();
            expected.extend(chunk);
            earlier.push((spool.bytes().unwrap(), expected.len()));
        }
        assert!(spool.file.is_some());
        for (bytes, len) in earlier {
            assert!(*bytes == expected[..len]);
        }
    }

    #[test]
    fn no_more_is_taken_than_allowed() {
        let mut spool = Spool::default();
        let mut source: &[u8] = b"0123456789";
        assert_eq!(spool.take_in(&mut source, 4).unwrap(), 4);
        assert_eq!((&*spool.bytes().unwrap(), spool.len()), (&b"0123"[..], 4));
        assert_eq!(spool.take_in(&mut source, 100).unwrap(), 6);
        assert_eq!(&*spool.bytes().unwrap(), b"0123456789");
    }
}

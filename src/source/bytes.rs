//! The bytes of a file: mapped when it is large, read when it is small or no regular file.
//!
//! This is the only module of the crate with `unsafe` code, for one call: [`MmapOptions::map`]. The map is read-only and
//! private, and its bytes are handed out as `&[u8]` for as long as the map lives. That is sound as long as nobody
//! changes the file meanwhile, which the operating system does not promise:
//!
//! - *Appended to*: harmless, the map keeps the length it was made with.
//! - *Overwritten in place*: readers may see a mixture of old and new bytes. Every reader in this crate treats
//!   its input as arbitrary bytes, validates UTF-8 where it needs it and indexes with bounds checks, so the
//!   answer may then be about a mixture, never about memory outside the map.
//! - *Truncated*: touching a page past the new end raises `SIGBUS` and the process ends. Nothing has been written
//!   by then but a temporary file, because an output replaces its target in one step at the end.
//!
//! Log files that rotate are renamed or appended to, so this is the trade that `ripgrep` and others make as well.
//! Small files, where mapping gains nothing, are copied and have none of this. Nor have files that are followed, which
//! somebody is expected to rotate while they are read: they are copied into a [`Spool`](super::spool::Spool), and what
//! is mapped is that file, which has no name and only grows.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use memmap2::{Mmap, MmapOptions};

use crate::model::Bytes;

/// Files below this many bytes are read: a page fault per 4 KiB costs more than one copy.
pub(super) const MAP_FROM: u64 = 1 << 20;

/// The content of the file at `path`. Pipes and devices are read to their end.
pub(super) fn read(path: &Path) -> io::Result<Bytes> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() && metadata.len() >= MAP_FROM {
        return map(&file, metadata.len());
    }
    let mut content = Vec::with_capacity(metadata.len() as usize);
    file.read_to_end(&mut content)?;
    Ok(Bytes::new(content))
}

/// The first `len` bytes of the regular file at `path`, fewer when it holds fewer.
pub(super) fn read_head(path: &Path, len: u64) -> io::Result<Bytes> {
    let file = File::open(path)?;
    let len = len.min(file.metadata()?.len());
    if len >= MAP_FROM {
        return map(&file, len);
    }
    let mut content = Vec::with_capacity(len as usize);
    file.take(len).read_to_end(&mut content)?;
    Ok(Bytes::new(content))
}

/// Maps the first `len` bytes of `file`, which holds as many.
#[allow(unsafe_code, reason = "mapping has no safe form; the module's documentation argues it")]
pub(super) fn map(file: &File, len: u64) -> io::Result<Bytes> {
    // SAFETY: the map is read-only and owned by the returned `Bytes`. What a change of the file underneath can
    // do is set out in the module's documentation.
    let mapped: Mmap = unsafe { MmapOptions::new().len(len as usize).map(file)? };
    Ok(Bytes::new(mapped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_gives_the_same_bytes_as_a_small_one() {
        let folder = tempfile::tempdir().unwrap();
        for length in [0, 10, MAP_FROM as usize - 1, MAP_FROM as usize, MAP_FROM as usize + 5] {
            let content: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let path = folder.path().join(length.to_string());
            std::fs::write(&path, &content).unwrap();
            assert_eq!(&*read(&path).unwrap(), &content[..], "{length} bytes");
            for head in [0, length / 2, length, length + 7] {
                let expected = &content[..head.min(length)];
                assert_eq!(&*read_head(&path, head as u64).unwrap(), expected, "{head} of {length}");
            }
        }
    }

    #[test]
    fn a_folder_is_an_error() {
        assert!(read(tempfile::tempdir().unwrap().path()).is_err());
    }
}

//! Captures for the screens, which show what is there while more arrives: from a pipe always, from files with
//! `--follow`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::model::Input;
use crate::runtime::Recording;
use crate::source::{self, Captures, Loaded, Look, MAX_UNPACKED, Piece, STDIN};

use super::sample;

/// Captures that may grow.
pub(super) struct Feed {
    captures: Captures,
    /// Whether the sample stands in for what is empty.
    sample: bool,
}

impl Feed {
    /// The captures named, and a folder that is being recorded; without any, what is piped in, or else the sample.
    pub(super) fn new(named: &[PathBuf], follow: bool, recorded: Option<Recording>) -> Self {
        let is_bare = named.is_empty() && recorded.is_none();
        let piped = is_bare && source::stdin_is_piped();
        let named = if piped { vec![Path::new(STDIN).to_owned()] } else { named.to_vec() };
        let mut captures = Captures::new(&named, follow, MAX_UNPACKED);
        if let Some(Recording { folder, is_over }) = recorded {
            captures.follow(folder, is_over);
        }
        Self { captures, sample: is_bare }
    }

    /// What is there now.
    pub(super) fn look(&mut self, now: SystemTime) -> Look {
        if self.sample && self.captures.is_empty() {
            return sample_look();
        }
        self.captures.look(now)
    }

    /// Everything, once it is there.
    pub(super) fn whole(mut self) -> Loaded {
        self.captures.finish();
        let Look { inputs, opening, .. } = self.look(SystemTime::UNIX_EPOCH);
        let inputs = inputs.into_iter().map(|piece| piece.input).collect();
        Loaded { inputs, issues: opening.issues, sources: opening.sources }
    }
}

fn sample_look() -> Look {
    let piece = |input: Input| Piece { input, is_complete: true };
    let inputs = sample::incident().inputs.into_iter().map(piece).collect();
    Look { inputs, has_more: true, has_changed: true, ..Look::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_followed_may_grow() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, "one\n").unwrap();
        let mut feed = Feed::new(std::slice::from_ref(&path), true, None);
        let first = feed.look(SystemTime::UNIX_EPOCH);
        std::fs::write(&path, "one\ntwo\n").unwrap();
        let second = feed.look(SystemTime::UNIX_EPOCH);
        assert!(first.may_grow && second.may_grow);
        assert_eq!(&*second.inputs[0].input.bytes, b"one\ntwo\n");
        assert!(!Feed::new(&[path], false, None).look(SystemTime::UNIX_EPOCH).may_grow);
    }

    #[test]
    fn nothing_named_and_nothing_piped_is_the_sample() {
        let feed = Feed { captures: Captures::new(&[], false, MAX_UNPACKED), sample: true };
        assert!(feed.whole().inputs.iter().any(|input| input.path == "sample/gateway.json"));
    }
}

//! Shared, immutable input bytes: a mapped file or an owned buffer.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Bytes of one input; cloning shares them.
#[derive(Clone)]
pub struct Bytes(Arc<dyn AsRef<[u8]> + Send + Sync>);

impl Bytes {
    /// Shares `owner`'s bytes.
    pub fn new(owner: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self(Arc::new(owner))
    }

    /// The first `end` bytes, shared.
    #[must_use]
    pub fn head(&self, end: usize) -> Self {
        Self::new(Head { whole: self.clone(), end })
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::new([])
    }
}

/// The beginning of somebody's bytes.
struct Head {
    whole: Bytes,
    end: usize,
}

impl AsRef<[u8]> for Head {
    fn as_ref(&self) -> &[u8] {
        self.whole.get(..self.end).unwrap_or(&self.whole)
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", self.len())
    }
}

/// One thing to read: a file, standard input, or a document found inside another one.
#[derive(Clone, Debug)]
pub struct Input {
    /// How messages name it: the path as given, `-` for standard input, `outer!inner` for an embedded one.
    pub path: String,
    /// Its content, decompressed.
    pub bytes: Bytes,
}

/// What a root-cause report of this program begins with. A file that does is no log: it quotes the failures it explains
/// and would be taken for evidence.
pub const REPORT_TITLE: &str = "AgentCore root-cause report";

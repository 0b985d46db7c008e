//! The sample incident, embedded in the binary so that it works wherever that is copied to.

use include_dir::{Dir, include_dir};

use crate::model::{Bytes, Input};
use crate::source::Loaded;

/// An incident of several layers with one cause; its own read-me tells the story.
static SAMPLE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/samples/schema-mismatch");

/// The captures of the sample, by name, as if its folder had been named.
pub(super) fn incident() -> Loaded {
    let mut inputs: Vec<Input> = SAMPLE
        .files()
        .filter(|file| file.path().extension().is_none_or(|extension| extension != "md"))
        .map(|file| Input {
            path: format!("sample/{}", file.path().display()),
            bytes: Bytes::new(file.contents()),
        })
        .collect();
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    Loaded { inputs, ..Loaded::default() }
}

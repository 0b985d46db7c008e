//! Everything known so far: inputs in, snapshots out.

mod snapshot;

pub use snapshot::Snapshot;

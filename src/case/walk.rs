//! Walks of requests: gathers what [`walk`](crate::walk) needs from the index.

use super::Case;
use crate::model::{RequestKey, Signal, SignalKey, Walk};
use crate::walk::{self, Scene};

/// Signals of one request that a walk reads in full; a longer one is read at the places that matter.
const MAX_READ: usize = 2_000;

impl Case {
    /// The way of request `key` through the layers; a walk without any step taken when there is no such request.
    ///
    /// Costs the reading of the request's own signals, at most some thousands.
    pub fn walk(&self, key: RequestKey) -> Walk {
        let Some(request) = self.correlation.requests.get(key.index()) else { return Walk::unseen(key) };
        let keys = request.signals.iter().map(|link| link.signal).take(MAX_READ);
        let signals: Vec<(SignalKey, Signal)> = keys.map(|key| (key, self.signal(key))).collect();
        walk::walk(&Scene { request, signals: &signals, coverage: &self.coverage })
    }
}

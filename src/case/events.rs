//! Which signals are events of rules: reads in full only the records that may matter.

use rayon::prelude::*;

use super::Progress;
use super::index::Index;
use super::read::Reading;
use crate::model::{RequestKey, SignalKey};
use crate::rules::{Catalogue, EventHit, Hits};

/// Finds the anchors of rules, then the other events of the rules that have one. `hidden` signals, in order, are none.
/// What is found when cancelled is of no use.
pub(super) fn find(
    index: &Index,
    request_of: &[Option<RequestKey>],
    catalogue: &Catalogue,
    hidden: &[SignalKey],
    progress: &Progress,
) -> Hits {
    let is_hidden = |key: SignalKey| hidden.binary_search(&key).is_ok();
    let candidates = keys(index, |key| index.readings[key.index()] == Reading::Candidate && !is_hidden(key));
    let mut found = matches(index, &candidates, catalogue, progress);
    if let Some(next) = catalogue.follow_up(&found, &index.briefs, &index.spans, request_of) {
        let wanted = keys(index, |key| {
            let (brief, request) = (&index.briefs[key.index()], request_of[key.index()]);
            !is_hidden(key)
                && match index.readings[key.index()] {
                    Reading::Candidate => false,
                    Reading::Decoded => next.wants(request, brief, None),
                    Reading::Skimmed => next.wants(request, brief, Some(index.raw(key))),
                }
        });
        found.extend(matches(index, &wanted, catalogue, progress));
    }
    Hits::collect(found)
}

fn keys(index: &Index, wanted: impl Fn(SignalKey) -> bool + Sync) -> Vec<SignalKey> {
    (0..index.briefs.len() as u32).into_par_iter().map(SignalKey).filter(|key| wanted(*key)).collect()
}

fn matches(
    index: &Index,
    signals: &[SignalKey],
    catalogue: &Catalogue,
    progress: &Progress,
) -> Vec<(SignalKey, EventHit)> {
    let events = |key: &SignalKey| {
        let key = *key;
        let hits = index.skimmed(key).and_then(|signal| catalogue.match_message(&signal, index.raw(key)));
        let hits = hits.unwrap_or_else(|| catalogue.match_signal(&index.signal(key)));
        hits.into_iter().map(move |event| (key, event))
    };
    signals.par_iter().filter(|_| !progress.is_cancelled()).flat_map_iter(events).collect()
}

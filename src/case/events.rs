//! Which signals are events of rules: reads in full only the records that may matter.

use rayon::prelude::*;

use super::Progress;
use super::index::Index;
use super::read::Reading;
use crate::model::{Owners, SignalKey};
use crate::rules::{Catalogue, Hits};

/// Signals whose events wait to be added at a time.
const GROUP: usize = 1 << 14;

/// Finds the anchors of rules, then the other events of the rules that have one. `hidden` signals, in order, are none.
/// What is found when cancelled is of no use.
pub(super) fn find(
    index: &Index,
    request_of: &Owners,
    catalogue: &Catalogue,
    hidden: &[SignalKey],
    progress: &Progress,
) -> Hits {
    let is_hidden = |key: SignalKey| hidden.binary_search(&key).is_ok();
    let candidates = keys(index, |key| index.readings[key.index()] == Reading::Candidate && !is_hidden(key));
    let mut hits = Hits::default();
    matches(index, &candidates, catalogue, progress, &mut hits);
    if let Some(next) = catalogue.follow_up(&hits, &index.briefs, request_of) {
        let wanted = keys(index, |key| {
            let (brief, request) = (&index.briefs.at(key.index()), request_of.get(key));
            !is_hidden(key)
                && match index.readings[key.index()] {
                    Reading::Candidate => false,
                    Reading::Decoded => next.wants(request, brief, None),
                    Reading::Skimmed => next.wants(request, brief, Some(index.raw(key))),
                }
        });
        matches(index, &wanted, catalogue, progress, &mut hits);
    }
    hits.shrink();
    hits
}

fn keys(index: &Index, wanted: impl Fn(SignalKey) -> bool + Sync) -> Vec<SignalKey> {
    (0..index.briefs.len() as u32).into_par_iter().map(SignalKey).filter(|key| wanted(*key)).collect()
}

/// Adds the events that `signals` are, group by group, so that what they captured is shared soon.
fn matches(
    index: &Index,
    signals: &[SignalKey],
    catalogue: &Catalogue,
    progress: &Progress,
    hits: &mut Hits,
) {
    let events = |key: &SignalKey| {
        let key = *key;
        let hits = index.skimmed(key).and_then(|signal| catalogue.match_message(&signal, index.raw(key)));
        let hits = hits.unwrap_or_else(|| catalogue.match_signal(&index.signal(key)));
        hits.into_iter().map(move |event| (key, event))
    };
    for group in signals.chunks(GROUP) {
        if progress.is_cancelled() {
            break;
        }
        hits.add(group.par_iter().flat_map_iter(events).collect::<Vec<_>>());
    }
    hits.settle();
}

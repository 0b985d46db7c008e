//! Which signals belong to which request: both directions, each in one piece of memory for a whole case.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use super::{Link, RequestKey, SignalKey};

/// The signals of one request, in canonical order: its part of a table that all requests of a case share.
#[derive(Clone, Default)]
pub struct Links {
    all: Arc<Vec<Link>>,
    start: u32,
    end: u32,
}

impl Links {
    /// The part `range` of a shared table; empty when the table does not hold it.
    pub fn part(all: &Arc<Vec<Link>>, range: Range<u32>) -> Self {
        Self { all: Arc::clone(all), start: range.start, end: range.end }
    }

    /// The links.
    pub fn as_slice(&self) -> &[Link] {
        self.all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl Deref for Links {
    type Target = [Link];
    fn deref(&self) -> &[Link] {
        self.as_slice()
    }
}

impl From<Vec<Link>> for Links {
    /// A table of its own.
    fn from(links: Vec<Link>) -> Self {
        Self { start: 0, end: links.len() as u32, all: Arc::new(links) }
    }
}

impl<'a> IntoIterator for &'a Links {
    type Item = &'a Link;
    type IntoIter = std::slice::Iter<'a, Link>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Links {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

/// For each signal of a case the request it belongs to, in 4 bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Owners(Vec<u32>);

/// No request: a case of `u32` signals never has so many.
const NOBODY: u32 = u32::MAX;

impl Owners {
    /// The request of a signal; `None` when it belongs to none, and for a signal of another case.
    pub fn get(&self, signal: SignalKey) -> Option<RequestKey> {
        self.0.get(signal.index()).copied().filter(|key| *key != NOBODY).map(RequestKey)
    }

    /// Notes to which request a signal belongs.
    pub fn set(&mut self, signal: SignalKey, request: RequestKey) {
        if let Some(owner) = self.0.get_mut(signal.index()) {
            *owner = request.0;
        }
    }

    /// The requests of all signals, in canonical order.
    pub fn iter(&self) -> impl Iterator<Item = Option<RequestKey>> {
        (0..self.0.len() as u32).map(|signal| self.get(SignalKey(signal)))
    }

    /// As many signals of no request.
    pub fn nobody(signals: usize) -> Self {
        Self(vec![NOBODY; signals])
    }
}

impl FromIterator<Option<RequestKey>> for Owners {
    fn from_iter<T: IntoIterator<Item = Option<RequestKey>>>(requests: T) -> Self {
        Self(requests.into_iter().map(|request| request.map_or(NOBODY, |key| key.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LinkReason;

    #[test]
    fn parts_of_a_table_are_told_apart_and_equal_by_what_they_hold() {
        let link = |signal| Link { signal: SignalKey(signal), reason: LinkReason::Trace };
        let all = Arc::new(vec![link(1), link(4), link(2)]);
        let (one, other) = (Links::part(&all, 0..2), Links::part(&all, 2..3));
        assert_eq!((one.len(), other.first().map(|link| link.signal)), (2, Some(SignalKey(2))));
        assert_eq!(one, Links::from(vec![link(1), link(4)]));
        assert!(Links::part(&all, 2..9).is_empty() && Links::default().is_empty());
    }

    #[test]
    fn an_owner_is_known_once_it_was_set() {
        let mut owners = Owners::nobody(2);
        owners.set(SignalKey(1), RequestKey(7));
        owners.set(SignalKey(5), RequestKey(7));
        assert_eq!(owners, [None, Some(RequestKey(7))].into_iter().collect());
        assert_eq!((owners.get(SignalKey(0)), owners.get(SignalKey(5))), (None, None));
        assert_eq!(owners.iter().flatten().count(), 1);
    }
}

//! Which groups are unfolded.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::order::GroupBy;
use super::table::Table;

/// All groups or none, except some. By name, since the numbers of groups change with the data.
#[derive(Debug, Default)]
pub(super) struct Unfolded {
    all: bool,
    except: BTreeSet<String>,
}

impl Unfolded {
    /// All groups, or none.
    pub(super) fn all(all: bool) -> Self {
        Self { all, except: BTreeSet::new() }
    }

    /// Unfolds a group, or folds it.
    pub(super) fn set(&mut self, name: &str, is_open: bool) {
        if is_open == self.all {
            self.except.remove(name);
        } else {
            self.except.insert(name.to_owned());
        }
    }

    /// Tells by a group's number whether it is unfolded.
    pub(super) fn by_number(&self, table: &Table, by: GroupBy) -> impl Fn(u32) -> bool + use<> {
        let except: FxHashSet<u32> =
            self.except.iter().filter_map(|name| table.group_named(by, name)).collect();
        let all = self.all;
        move |number| all != except.contains(&number)
    }
}

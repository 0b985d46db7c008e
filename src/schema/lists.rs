//! Lists of tools, put together from pages and read.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::declare::Declared;
use super::find::Found;
use super::names;
use crate::model::{ListOrigin, SignalKey};

/// Different lists that are read; comparing is done for each pair.
const MAX_LISTS: usize = 200;
/// Open lists in which the predecessor of a page is looked for.
const OPEN_PAGES: usize = 64;

/// Tools as found in one record.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Path of the input.
    pub path: String,
    /// Line in it, from 1.
    pub line: u32,
    /// The record.
    pub signal: SignalKey,
    /// Who wrote it, where somebody said so.
    pub origin: Option<ListOrigin>,
    /// The cursor that the request asked with; the outer `None` where the request is not known.
    pub cursor: Option<Option<String>>,
    /// What was found.
    pub found: Found,
}

/// One list, read.
#[derive(Debug)]
pub(super) struct List {
    pub(super) label: String,
    pub(super) signal: SignalKey,
    pub(super) origin: ListOrigin,
    /// The Gateway target in front of the server, where it is known.
    pub(super) target: Option<String>,
    pub(super) seen: u32,
    pub(super) tools: Vec<Declared>,
}

/// Every list of a case, in order of label.
#[derive(Debug, Default)]
pub struct Lists {
    pub(super) all: Vec<List>,
    pub(super) unreadable: Vec<String>,
    /// Tools by their own name, without the target's.
    by_name: FxHashMap<String, Vec<(usize, usize)>>,
}

impl Lists {
    /// Joins pages, drops repetitions, reads what is left. `target` is the Gateway target in front of the servers.
    pub fn read(listings: Vec<Listing>, target: Option<&str>) -> Self {
        let mut lists = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut left_out = 0_u32;
        for listing in joined(listings) {
            let label = format!("{}:{}", listing.path, listing.line);
            let origin = origin(&listing);
            let content = listing.found.tools.as_slice();
            let key = format!("{origin} {:?} {}", listing.found.target, Value::from(content));
            if let Some(&at) = known.get(&key) {
                lists.all[at].seen += 1;
                continue;
            }
            if lists.all.len() >= MAX_LISTS {
                left_out += 1;
                continue;
            }
            known.insert(key, lists.all.len());
            if listing.found.next.is_some() {
                lists
                    .unreadable
                    .push(format!("{label}: the list goes on (nextCursor), the next page is not here"));
            }
            let tools = lists.tools(content, &label);
            let target = match origin {
                ListOrigin::Gateway => None,
                _ => listing.found.target.clone().or_else(|| target.map(str::to_owned)),
            };
            lists.all.push(List { label, signal: listing.signal, origin, target, seen: 1, tools });
        }
        if left_out > 0 {
            lists.unreadable.push(format!("{left_out} further lists that differ from the first {MAX_LISTS}"));
        }
        lists.all.sort_by(|a, b| a.label.cmp(&b.label).then(a.signal.cmp(&b.signal)));
        for (list, tools) in lists.all.iter().enumerate() {
            for (tool, declared) in tools.tools.iter().enumerate() {
                let name = names::split(&declared.name).1;
                lists.by_name.entry(name.to_owned()).or_default().push((list, tool));
            }
        }
        lists
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Says that something is no list, or not a whole one.
    pub fn note_unreadable(&mut self, what: String) {
        self.unreadable.push(what);
    }

    fn tools(&mut self, items: &[Value], label: &str) -> Vec<Declared> {
        let mut tools: Vec<Declared> = items.iter().filter_map(Declared::read).collect();
        if tools.len() < items.len() {
            let nameless = items.len() - tools.len();
            self.unreadable.push(format!("{label}: {nameless} of {} entries have no name", items.len()));
        }
        for tool in &tools {
            if let Some(what) = tool.left_out {
                self.unreadable.push(format!("{label}: tool {}: {what}", tool.name));
            }
        }
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        tools
    }

    pub(super) fn tool(&self, (list, tool): (usize, usize)) -> &Declared {
        &self.all[list].tools[tool]
    }

    /// The declarations that a call of `name` meets: those of the same name; and, across the Gateway's prefix,
    /// that of the only list which can be meant.
    pub(super) fn called(&self, name: &str) -> Vec<(usize, usize)> {
        let (prefix, own) = names::split(name);
        let (mut found, mut across) = (Vec::new(), Vec::new());
        for &at in self.by_name.get(own).map(Vec::as_slice).unwrap_or_default() {
            let declared = &self.tool(at).name;
            let target = self.all[at.0].target.as_deref();
            if declared == name {
                found.push(at);
            } else if names::split(declared).0.is_some() != prefix.is_some()
                && (prefix.is_none() || target.is_none() || target == prefix)
            {
                across.push(at);
            }
        }
        if across.len() == 1 {
            found.append(&mut across);
        }
        found
    }
}

fn origin(listing: &Listing) -> ListOrigin {
    let names = listing.found.tools.iter().filter_map(|tool| tool.get("name")?.as_str());
    match listing.origin {
        Some(origin) => origin,
        None if listing.found.is_inline => ListOrigin::Target,
        None if names::are_prefixed(names) => ListOrigin::Gateway,
        None => ListOrigin::Server,
    }
}

/// Pages, and bare tools that follow each other, as one list each.
fn joined(listings: Vec<Listing>) -> Vec<Listing> {
    let mut whole: Vec<Listing> = Vec::new();
    for listing in listings {
        let before = match &listing.cursor {
            Some(None) => None,
            Some(Some(cursor)) => whole
                .iter_mut()
                .rev()
                .take(OPEN_PAGES)
                .find(|other| other.path == listing.path && other.found.next.as_ref() == Some(cursor)),
            None => whole.last_mut().filter(|other| {
                let both_loose = other.found.is_loose && listing.found.is_loose;
                other.path == listing.path
                    && other.cursor.is_none()
                    && (both_loose || other.found.next.is_some())
            }),
        };
        match before {
            Some(before) => {
                Arc::make_mut(&mut before.found.tools).extend(listing.found.tools.iter().cloned());
                before.found.next = listing.found.next;
            }
            None => whole.push(listing),
        }
    }
    whole
}

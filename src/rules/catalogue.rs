//! All rules, compiled together.

use std::path::PathBuf;
use std::sync::OnceLock;

use memchr::memmem::Finder;

use crate::model::{Brief, Briefs, Level, Owners, Signal};

use super::anchor::{self, FollowUp};
use super::docket::Hits;
use super::error::{LoadError, UnknownRule, nearest};
use super::event::{Event, EventHit, EventKey, Reach};
use super::folder;
use super::prefilter::{Needles, Prefilter};
use super::read::{Place, read_rule};
use super::rule::Rule;
use super::switches::Switches;

/// The rules that judge.
#[derive(Debug, Default)]
pub struct Catalogue {
    rules: Vec<Rule>,
    compiled: OnceLock<Compiled>,
}

/// What depends on the whole set of rules; made when first asked for.
#[derive(Debug)]
struct Compiled {
    prefilter: Prefilter,
    /// Announces events by their message texts.
    messages: Needles,
    /// Events that no message text announces: decided by fields, or by expressions without literals.
    unannounced: Vec<u32>,
    /// The same events, each with texts of which one is in its record.
    by_fields: Vec<(u32, Vec<Finder<'static>>)>,
    /// Signals that the anchors without a required text can be, one per anchor.
    unfiltered: Vec<Reach>,
    /// Per event, the position of its rule.
    rule_of: Vec<u32>,
    /// Per event, whether its rule waits for it before it looks for others.
    is_anchor: Vec<bool>,
}

impl Catalogue {
    /// The embedded rules.
    pub fn builtin() -> Result<Self, Vec<LoadError>> {
        let mut errors = Vec::new();
        let rules = folder::built_in(&mut errors);
        if errors.is_empty() { Ok(Self::of(rules)) } else { Err(errors) }
    }

    /// The rules of `dirs` alone, with what is wrong in them.
    pub fn from_dirs(dirs: &[PathBuf]) -> (Self, Vec<LoadError>) {
        Self::default().with_dirs(dirs)
    }

    /// Adds the rules below `dirs`; a rule of the same id takes the place of the one that was there.
    ///
    /// Every mistake of every file is reported, and every rule without a mistake is in the catalogue.
    #[must_use = "the catalogue comes back with what is wrong in the folders"]
    pub fn with_dirs(self, dirs: &[PathBuf]) -> (Self, Vec<LoadError>) {
        let mut errors = Vec::new();
        let mut rules = self.rules;
        for dir in dirs {
            for rule in folder::on_disk(std::slice::from_ref(dir), &mut errors) {
                rules.retain(|known| known.id() != rule.id());
                rules.push(rule);
            }
        }
        (Self::of(rules), errors)
    }

    /// A catalogue of one rule given as text; `path` names it in errors. Its folder and examples are not looked at.
    pub fn from_text(path: &str, text: &str) -> Result<Self, Vec<LoadError>> {
        let place = Place { folder: None, layer: None };
        Ok(Self::of(vec![read_rule(path, text, &place)?]))
    }

    pub(crate) fn of(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.id().cmp(b.id()));
        let mut next = 0;
        for rule in &mut rules {
            rule.first_event = next;
            next += rule.events.len() as u32;
        }
        Self { rules, compiled: OnceLock::new() }
    }

    /// Takes the rule `id` out.
    pub fn disable(&mut self, id: &str) -> Result<(), UnknownRule> {
        let at = self.position(id)?;
        self.rules.remove(at);
        *self = Self::of(std::mem::take(&mut self.rules));
        Ok(())
    }

    /// Gives the rule `id` another severity.
    pub fn set_severity(&mut self, id: &str, level: Level) -> Result<(), UnknownRule> {
        let at = self.position(id)?;
        self.rules[at].meta.severity = level;
        Ok(())
    }

    fn position(&self, id: &str) -> Result<usize, UnknownRule> {
        self.rules.binary_search_by(|rule| rule.id().cmp(id)).map_err(|_| UnknownRule {
            id: id.to_owned(),
            nearest: nearest(id, self.rules.iter().map(Rule::id)).map(str::to_owned),
        })
    }

    /// All rules, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule `id`, or the nearest id that exists.
    pub fn rule(&self, id: &str) -> Result<&Rule, UnknownRule> {
        self.position(id).map(|at| &self.rules[at])
    }

    /// A stable digest of what judges: text and severity of every rule that is on. 32 hex digits (FNV-1a, 128 bit).
    pub fn digest(&self, switches: &Switches) -> String {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let on = self.rules.iter().filter(|rule| !switches.is_off(rule.id()));
        let parts = on.flat_map(|rule| [rule.text.as_str(), switches.level(&rule.meta).word()]);
        let bytes = parts.flat_map(|part| part.bytes().chain([0]));
        let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
        format!("{hash:032x}")
    }

    /// Number of events; their keys are `0..event_count()`.
    pub fn event_count(&self) -> usize {
        self.compiled().rule_of.len()
    }

    /// Finds the records in raw bytes that may be the *anchors* of rules: events without one of which a rule has
    /// nothing to say.
    pub fn prefilter(&self) -> &Prefilter {
        &self.compiled().prefilter
    }

    /// Whether a record that the prefilter passed over must be read nevertheless: some event without a required
    /// text could be this signal. Almost always `false`.
    pub fn wants(&self, brief: &Brief) -> bool {
        self.compiled().unfiltered.iter().any(|reach| reach.holds(brief))
    }

    /// Every event that `signal` is, but for those that its compact form alone decides: judging adds them.
    pub fn match_signal(&self, signal: &Signal) -> Vec<EventHit> {
        let compiled = self.compiled();
        let announced = compiled.messages.events_in(&signal.message);
        let hits = announced.iter().chain(&compiled.unannounced).filter_map(|key| {
            let event = EventKey(*key);
            let captures = self.event(event)?.find(signal)?;
            Some(EventHit { event, captures })
        });
        let mut hits: Vec<EventHit> = hits.collect();
        hits.sort_by_key(|hit| hit.event);
        hits
    }

    /// The same, for a signal of which only the message and the compact form are known. `None` when an event may be
    /// this signal that only its tree can tell; `raw` are its record's bytes.
    pub fn match_message(&self, signal: &Signal, raw: &[u8]) -> Option<Vec<EventHit>> {
        let compiled = self.compiled();
        let announced = compiled.messages.events_in(&signal.message);
        let unannounced =
            compiled.by_fields.iter().filter(|(_, parts)| parts.iter().any(|part| part.find(raw).is_some()));
        let keys = announced.into_iter().chain(unannounced.map(|(key, _)| *key));
        let mut hits = Vec::new();
        for event in keys.map(EventKey) {
            let asked = self.event(event)?;
            if !asked.allows(signal.layer, signal.kind, signal.severity, signal.outcome) {
                continue;
            }
            if asked.needs_tree() {
                return None;
            }
            hits.extend(asked.find(signal).map(|captures| EventHit { event, captures }));
        }
        hits.sort_by_key(|hit| hit.event);
        Some(hits)
    }

    /// What else to look for, once the anchors were `found` in a case. `None` when that is everything.
    pub fn follow_up(&self, found: &Hits, briefs: &Briefs, request_of: &Owners) -> Option<FollowUp> {
        anchor::follow_up(self, found, briefs, request_of)
    }

    /// The anchors of a rule of this catalogue.
    pub(crate) fn anchors_of(&self, rule: &Rule) -> impl Iterator<Item = EventKey> {
        let is_anchor = &self.compiled().is_anchor;
        (rule.first_event..).take(rule.events.len()).filter(|key| is_anchor[*key as usize]).map(EventKey)
    }

    /// The events of a rule that are not its anchors and must be read to be told.
    pub(crate) fn unanchored_of<'a>(&'a self, rule: &'a Rule) -> impl Iterator<Item = (u32, &'a Event)> {
        let is_anchor = &self.compiled().is_anchor;
        let keyed = (rule.first_event..).zip(&rule.events);
        keyed.filter(|(key, event)| !is_anchor[*key as usize] && !event.is_brief())
    }

    /// The event of `key`, and through it the rule.
    pub(crate) fn event(&self, key: EventKey) -> Option<&Event> {
        let rule = self.rules.get(*self.compiled().rule_of.get(key.0 as usize)? as usize)?;
        rule.events.get((key.0 - rule.first_event) as usize)
    }

    /// The rule that an event belongs to, and the event's name, for displays.
    pub fn event_name(&self, key: EventKey) -> Option<(&str, &str)> {
        let rule = self.rules.get(*self.compiled().rule_of.get(key.0 as usize)? as usize)?;
        Some((rule.id(), self.event(key)?.name.as_str()))
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| compile(&self.rules))
    }
}

/// The events that no message announces, each with the texts of its field tests; the empty text, which is in every
/// record, where there are none.
fn by_fields(read: &[(u32, &Event)]) -> Vec<(u32, Vec<Finder<'static>>)> {
    let unannounced = read.iter().filter(|(_, event)| event.message_needles().is_empty());
    let finders = |event: &Event| {
        let exact: Option<Vec<_>> = event
            .needles()
            .iter()
            .map(|needle| (!needle.any_case).then(|| Finder::new(&needle.bytes).into_owned()))
            .collect();
        exact.filter(|finders| !finders.is_empty()).unwrap_or_else(|| vec![Finder::new(b"").into_owned()])
    };
    unannounced.map(|(key, event)| (*key, finders(event))).collect()
}

fn compile(rules: &[Rule]) -> Compiled {
    let rule_of: Vec<u32> =
        rules.iter().enumerate().flat_map(|(at, rule)| rule.events.iter().map(move |_| at as u32)).collect();
    let mut is_anchor = vec![false; rule_of.len()];
    for rule in rules {
        for event in anchor::anchors(rule) {
            is_anchor[rule.first_event as usize + event] = true;
        }
    }
    let events = rules.iter().flat_map(|rule| &rule.events).zip(0u32..);
    let read: Vec<(u32, &Event)> =
        events.filter(|(event, _)| !event.is_brief()).map(|(event, key)| (key, event)).collect();
    let first: Vec<(u32, &Event)> =
        read.iter().copied().filter(|(key, _)| is_anchor[*key as usize]).collect();
    let keys = |wanted: &dyn Fn(&Event) -> bool| {
        read.iter().filter(|(_, event)| wanted(event)).map(|(key, _)| *key).collect()
    };
    Compiled {
        prefilter: Prefilter::new(&first),
        messages: Needles::new(read.iter().map(|(key, event)| (*key, event.message_needles()))),
        by_fields: by_fields(&read),
        unannounced: keys(&|event| event.message_needles().is_empty()),
        unfiltered: first
            .iter()
            .filter(|(_, event)| event.needles().is_empty())
            .map(|(_, event)| event.reach())
            .collect(),
        rule_of,
        is_anchor,
    }
}

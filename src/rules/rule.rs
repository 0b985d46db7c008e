//! A rule, read and checked.

use std::borrow::Cow;

use crate::model::{FixStep, RuleMeta};

use super::condition::{By, Condition};
use super::event::Event;
use super::template::Template;

/// Folders of the catalogue: layers and subjects.
pub const LAYERS: &[&str] = &[
    "gateway",
    "runtime",
    "protocol",
    "observability",
    "model",
    "memory",
    "identity",
    "credentials",
    "client",
];

/// What an example of a rule proves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExampleKind {
    /// The rule fires.
    Match,
    /// The rule does not fire.
    NearMiss,
}

/// A capture that proves a rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// File name inside the rule's folder.
    pub name: String,
    /// What it proves.
    pub kind: ExampleKind,
    /// Its bytes as stored.
    pub bytes: Cow<'static, [u8]>,
}

impl Example {
    /// The capture to read: a `.log` example without its `##` comment lines.
    pub fn capture(&self) -> Cow<'_, [u8]> {
        let is_log = self.name.to_ascii_lowercase().ends_with(".log");
        if !is_log || memchr::memmem::find(&self.bytes, b"##").is_none() {
            return Cow::Borrowed(&self.bytes);
        }
        let lines = self.bytes.split_inclusive(|byte| *byte == b'\n');
        Cow::Owned(lines.filter(|line| !line.starts_with(b"##")).flatten().copied().collect())
    }

    /// The example that a file of this name is, if any.
    pub(crate) fn kind_of(name: &str) -> Option<ExampleKind> {
        let is_capture = [".log", ".json", ".jsonl"].iter().any(|end| name.ends_with(end));
        match name {
            _ if !is_capture => None,
            _ if name.starts_with("match") => Some(ExampleKind::Match),
            _ if name.starts_with("near-miss") => Some(ExampleKind::NearMiss),
            _ => None,
        }
    }
}

/// The condition of a rule and what it is judged over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct When {
    pub(crate) by: By,
    pub(crate) condition: Condition,
}

/// What speaks for a rule, or excludes it, where its own condition says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Plea {
    pub(crate) is_for: bool,
    pub(crate) when: When,
    pub(crate) text: Template,
}

/// Templates of a rule, in the order of its fix steps.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    pub(crate) message: Template,
    pub(crate) fix: Vec<(Template, Option<Template>)>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// What it says about itself.
    pub meta: RuleMeta,
    /// Path of its file; `builtin:…` for an embedded one.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// Its examples, by name.
    pub examples: Vec<Example>,
    pub(crate) events: Vec<Event>,
    pub(crate) when: When,
    pub(crate) pleas: Vec<Plea>,
    pub(crate) templates: Templates,
    /// Catalogue key of its first event.
    pub(crate) first_event: u32,
}

impl Rule {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.meta.id
    }

    /// Its fix with every placeholder that `value` knows filled in; the others show their own words.
    pub fn fix(&self, value: &dyn Fn(&str) -> Option<String>) -> Vec<FixStep> {
        let steps = self.meta.fix.iter().zip(&self.templates.fix);
        let fill = |(step, (text, command)): (&FixStep, &(Template, Option<Template>))| FixStep {
            text: text.fill(value),
            command: command.as_ref().map(|command| command.fill(value)),
            source: step.source.clone(),
        };
        steps.map(fill).collect()
    }

    /// Every condition of the rule: its own first.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &When> {
        std::iter::once(&self.when).chain(self.pleas.iter().map(|plea| &plea.when))
    }
}

//! One list: what its declarations risk, and what happened to calls by them.

use super::advise;
use super::declare::{Declared, Form, JsonType, Leaf, TYPE_LIST};
use super::evidence::{Calls, Evidence, LeafCalls};
use super::findings::{finding, hit, named};
use super::lists::List;
use crate::model::{Level, ListOrigin, SchemaFinding, SchemaRisk};

/// Audits one list.
pub(super) struct ListAudit<'a> {
    pub(super) list: &'a List,
    pub(super) at: usize,
    pub(super) evidence: &'a Evidence,
    pub(super) findings: &'a mut Vec<SchemaFinding>,
}

impl ListAudit<'_> {
    pub(super) fn run(&mut self) {
        let (mut fragile, mut closed) = (Vec::new(), Vec::new());
        for (position, tool) in self.list.tools.iter().enumerate() {
            self.name(tool);
            if tool.is_closed {
                match self.evidence.meta.get(&(self.at, position)) {
                    Some(calls) => self.closed(std::slice::from_ref(&tool.name), Some(calls)),
                    None => closed.push(tool.name.clone()),
                }
            }
            if self.list.origin == ListOrigin::Target {
                self.unsupported(tool);
            }
            for (leaf_position, leaf) in tool.leaves.iter().enumerate() {
                let calls = self.evidence.leaves.get(&(self.at, position, leaf_position));
                if !self.leaf(position, tool, leaf, calls) {
                    fragile.extend(
                        fragile_type(leaf).map(|kind| format!("{}.{} ({kind})", tool.name, leaf.path)),
                    );
                }
            }
        }
        if !closed.is_empty() {
            self.closed(&closed, None);
        }
        if !fragile.is_empty() {
            self.fragile(&fragile);
        }
    }

    pub(super) fn add(
        &mut self,
        risk: SchemaRisk,
        level: Level,
        tool: Option<&str>,
        fill: impl FnOnce(&mut SchemaFinding),
    ) {
        let mut found = finding(risk, level, &self.list.label);
        found.tool = tool.map(str::to_owned);
        fill(&mut found);
        self.findings.push(found);
    }

    /// Judges one parameter; whether there is anything to say of it.
    fn leaf(&mut self, position: usize, tool: &Declared, leaf: &Leaf, calls: Option<&LeafCalls>) -> bool {
        let none = LeafCalls::default();
        let calls = calls.unwrap_or(&none);
        if !calls.stale.is_empty() {
            self.stale(tool, leaf, calls);
        }
        let is_inline = self.list.origin == ListOrigin::Target;
        let (failed, sent) = (!calls.failed.is_empty(), !calls.sent.is_empty());
        match &leaf.form {
            // In a target's inline schema these are keywords that the API does not take at all.
            Form::Reference(_) | Form::Union(_) | Form::Untyped if is_inline && !failed => true,
            Form::Reference(_) if failed || !leaf.is_inside_reference => {
                self.reference((self.at, position), tool, leaf, calls);
                true
            }
            Form::Union(_) | Form::Untyped if failed || sent || !leaf.is_inside_reference => {
                self.untyped(tool, leaf, calls);
                true
            }
            Form::Plain(_) if failed || sent => {
                self.sent_as_string(tool, leaf, calls);
                true
            }
            _ => leaf.is_inside_reference,
        }
    }

    fn reference(&mut self, at: (usize, usize), tool: &Declared, leaf: &Leaf, calls: &LeafCalls) {
        let internal = self.evidence.internal.get(&at).filter(|_| calls.failed.is_empty());
        let level = if calls.failed.is_empty() { Level::Warning } else { Level::Error };
        let suspected = internal.map_or_else(String::new, |calls| {
            let count = calls.count();
            format!(
                "; {count} of the tool's calls here ended in the Gateway's nameless internal error, which this is known to cause, but the capture does not prove it"
            )
        });
        let origin = self.list.origin;
        self.add(SchemaRisk::Reference, level, Some(&tool.name), |found| {
            found.parameter = Some(leaf.path.clone());
            found.declared.clone_from(&leaf.words);
            found.message = format!(
                "The Gateway's schema model has only type, properties, required, items and description, so a reference cannot be kept; calls of such tools were answered with an internal error before the target was called{suspected}."
            );
            found.recommended = advise::flat(tool, origin, leaf);
            found.source = Some(advise::FLAT_PARAMETERS.to_owned());
            found.command = (origin != ListOrigin::Target).then(advise::synchronize);
            hit(found, internal.unwrap_or(&calls.failed));
        });
    }

    fn untyped(&mut self, tool: &Declared, leaf: &Leaf, calls: &LeafCalls) {
        let failed = !calls.failed.is_empty();
        let level = if failed { Level::Error } else { Level::Warning };
        let origin = self.list.origin;
        let why = untyped_because(leaf);
        let happened = happened(calls);
        self.add(SchemaRisk::Untyped, level, Some(&tool.name), |found| {
            found.parameter = Some(leaf.path.clone());
            found.declared.clone_from(&leaf.words);
            found.message = format!("{why}; {happened}.");
            found.recommended = advise::plain(tool, origin, leaf, None);
            found.source = Some(advise::FLAT_PARAMETERS.to_owned());
            found.command = Some(advise::synchronize());
            found.not = Some(advise::not_strings());
            hit(found, if failed { &calls.failed } else { &calls.sent });
        });
    }

    fn sent_as_string(&mut self, tool: &Declared, leaf: &Leaf, calls: &LeafCalls) {
        let failed = !calls.failed.is_empty();
        let level = if failed { Level::Error } else { Level::Warning };
        let origin = self.list.origin;
        self.add(SchemaRisk::SentAsString, level, Some(&tool.name), |found| {
            found.parameter = Some(leaf.path.clone());
            found.declared.clone_from(&leaf.words);
            found.message = format!("The type is plain, and still {}.", happened(calls));
            found.recommended = format!(
                "{}; where the caller is yours, convert the argument before the call",
                advise::described(tool, origin, leaf)
            );
            found.source = Some(advise::FLAT_PARAMETERS.to_owned());
            found.not = Some(advise::not_strings());
            hit(found, if failed { &calls.failed } else { &calls.sent });
        });
    }

    /// A Gateway refused what this list allows: it holds another schema.
    fn stale(&mut self, tool: &Declared, leaf: &Leaf, calls: &LeafCalls) {
        let wants = calls.stale_type.map_or("another type", |kind| kind.word());
        self.add(SchemaRisk::Drift, Level::Error, Some(&tool.name), |found| {
            found.parameter = Some(leaf.path.clone());
            found.declared = format!("{}; refused because {wants} is expected", leaf.words);
            found.message =
                "A call was refused for a value that this list allows: whoever refused it checks against another schema."
                    .into();
            found.recommended = "deploy the server that declares the type you want, then let the Gateway read its tools again".into();
            found.command = Some(advise::synchronize());
            found.source = Some(advise::SYNCHRONIZE.to_owned());
            hit(found, &calls.stale);
        });
    }

    fn closed(&mut self, tools: &[String], calls: Option<&Calls>) {
        let level = if calls.is_some() { Level::Error } else { Level::Warning };
        let single = if let [tool] = tools { Some(tool.clone()) } else { None };
        self.add(SchemaRisk::Closed, level, single.as_deref(), |found| {
            found.declared = match single {
                Some(_) => "additionalProperties: false".to_owned(),
                None => format!("additionalProperties: false in {} tools: {}", tools.len(), named(tools)),
            };
            found.message = "A `_meta` object that tracing adds to a call was reported to be refused by such a schema at a Gateway; then every call of the tool fails (one report, not verified here).".into();
            found.recommended =
                r#"drop "additionalProperties": false, or declare "_meta": {"type": "object"} as optional and ignore it"#.into();
            found.command = Some(advise::synchronize());
            found.source = Some(advise::CLOSED_SCHEMA.to_owned());
            if let Some(calls) = calls {
                hit(found, calls);
            }
        });
    }

    fn fragile(&mut self, parameters: &[String]) {
        self.add(SchemaRisk::Fragile, Level::Info, None, |found| {
            found.declared = format!("{} not declared as strings: {}", parameters.len(), named(parameters));
            found.message = "Models sometimes send such values as strings, which a Gateway refuses; nobody did in this capture.".into();
            found.recommended = "keep the plain types; say \"integer, not a string\" in the descriptions".into();
            found.source = Some(advise::FLAT_PARAMETERS.to_owned());
            found.not = Some(advise::not_strings());
        });
    }

    fn unsupported(&mut self, tool: &Declared) {
        for (path, keywords) in &tool.unsupported {
            self.add(SchemaRisk::UnsupportedKeyword, Level::Error, Some(&tool.name), |found| {
                found.parameter = (!path.is_empty()).then(|| path.clone());
                found.declared = keywords.join(", ");
                found.message = "The inline schema of a target has only type, properties, required, items and description; the SDK and the CLI refuse other members before anything is sent.".into();
                found.recommended = "leave them out; put allowed values, formats and defaults into the description".into();
                found.source = Some(advise::API_SCHEMA.to_owned());
            });
        }
    }
}

/// The type of a plain parameter that is no string.
fn fragile_type(leaf: &Leaf) -> Option<&'static str> {
    match leaf.form {
        Form::Plain(kind) if kind != JsonType::String => Some(kind.word()),
        _ => None,
    }
}

/// Why no plain type is known for a parameter, as far as that is known.
fn untyped_because(leaf: &Leaf) -> &'static str {
    match &leaf.form {
        Form::Union(_) if leaf.words.ends_with(TYPE_LIST) => {
            "The API's schema model takes one type for a property, not a list; what a Gateway makes of it is not verified"
        }
        Form::Union(_) => {
            "No `type` of its own survives: a Gateway's tools/list was seen to show such a property with a description only, so models guess a string while the check still wants the declared types"
        }
        _ => "Without a `type` models guess one, mostly a string",
    }
}

/// What calls of the capture met here.
fn happened(calls: &LeafCalls) -> &'static str {
    if !calls.failed.is_empty() && calls.by_gateway {
        "a Gateway refused calls of this capture for the type of the value, and the same arguments fail every time"
    } else if !calls.failed.is_empty() {
        "calls of this capture sent another type and the server itself, which was reached, refused the value"
    } else if !calls.sent.is_empty() {
        "callers of this capture send strings; that none is seen to fail by it may be the server's conversion, and a Gateway does not convert"
    } else {
        "no call of this capture is seen to fail by it"
    }
}

//! From lists and evidence to findings.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::declare::{Declared, Form, Leaf, default_text};
use super::evidence::{Calls, Evidence, LeafCalls, Orphan, Seen};
use super::lists::{List, Lists};
use super::{advise, drift, names, refusal};
use crate::model::{
    Level, ListOrigin, Parameter, SchemaAudit, SchemaFinding, SchemaRisk, SignalKey, Tool, ToolList,
};

/// Findings that are kept, the worst.
const MAX_FINDINGS: usize = 2_000;
/// Tools or parameters that a compact finding names; the rest is counted.
const MAX_NAMED: usize = 8;

/// Judges every declaration. `place` names a signal for people: path and line.
pub fn audit(lists: &Lists, seen: &Seen, place: &dyn Fn(SignalKey) -> String) -> SchemaAudit {
    let evidence = Evidence::gather(lists, seen);
    let mut findings = Vec::new();
    for (at, list) in lists.all.iter().enumerate() {
        Auditor { list, at, evidence: &evidence, findings: &mut findings }.run();
    }
    drift::compare(lists, &evidence, &mut findings);
    findings.extend(evidence.orphans.iter().map(|((tool, path), orphan)| refused(tool, path, orphan, place)));
    let mut unreadable = lists.unreadable.clone();
    let findings = settle(lists, findings, &mut unreadable);
    SchemaAudit { lists: lists.all.iter().map(shown).collect(), findings, unreadable }
}

/// A finding without what only some have.
pub(super) fn finding(risk: SchemaRisk, level: Level, list: &str) -> SchemaFinding {
    SchemaFinding {
        risk,
        level,
        tool: None,
        parameter: None,
        declared: String::new(),
        message: String::new(),
        recommended: String::new(),
        command: None,
        not: None,
        source: None,
        list: list.to_owned(),
        calls: Vec::new(),
        hits: 0,
    }
}

/// Attaches the calls that hit it.
pub(super) fn hit(finding: &mut SchemaFinding, calls: &Calls) {
    finding.hits = calls.count();
    finding.calls = calls.shown();
}

/// `a, b, c and 4 more`.
pub(super) fn named(names: &[String]) -> String {
    let shown = names.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_NAMED) {
        0 => shown,
        rest => format!("{shown} and {rest} more"),
    }
}

fn shown(list: &List) -> ToolList {
    let parameter = |leaf: &Leaf| Parameter {
        path: leaf.path(),
        declared: leaf.words.clone(),
        required: leaf.required,
        default: leaf.default.as_ref().map(default_text),
    };
    let tool = |tool: &Declared| Tool {
        name: tool.name.clone(),
        parameters: tool.leaves.iter().map(parameter).collect(),
    };
    let room = list.tools.iter().map(|tool| names::room(&tool.name)).min();
    ToolList {
        label: list.label.clone(),
        signal: Some(list.signal),
        origin: list.origin,
        seen: list.seen,
        target_room: room.filter(|_| list.origin != ListOrigin::Gateway),
        tools: list.tools.iter().map(tool).collect(),
    }
}

/// Drops what a server's list already says of a Gateway's copy, sorts, and bounds.
fn settle(lists: &Lists, findings: Vec<SchemaFinding>, unreadable: &mut Vec<String>) -> Vec<SchemaFinding> {
    let is_gateway = |finding: &SchemaFinding| {
        lists.all.iter().any(|list| list.label == finding.list && list.origin == ListOrigin::Gateway)
    };
    let key = |finding: &SchemaFinding| {
        let tool = finding.tool.as_deref().map(|tool| names::split(tool).1.to_owned());
        (finding.risk, tool, finding.parameter.clone())
    };
    let (copies, mut kept): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_gateway);
    let said: BTreeSet<_> = kept.iter().map(key).collect();
    kept.extend(copies.into_iter().filter(|copy| copy.tool.is_none() || !said.contains(&key(copy))));
    kept.sort_by(|a, b| {
        let order = |finding: &SchemaFinding| (Reverse(finding.level), finding.tool.is_none());
        order(a).cmp(&order(b)).then_with(|| {
            let place = |finding: &SchemaFinding| {
                (finding.tool.clone(), finding.parameter.clone(), finding.risk, finding.list.clone())
            };
            place(a).cmp(&place(b))
        })
    });
    if kept.len() > MAX_FINDINGS {
        unreadable.push(format!("{} further findings, none worse, are left out", kept.len() - MAX_FINDINGS));
        kept.truncate(MAX_FINDINGS);
    }
    kept
}

/// Audits one list.
struct Auditor<'a> {
    list: &'a List,
    at: usize,
    evidence: &'a Evidence,
    findings: &'a mut Vec<SchemaFinding>,
}

impl Auditor<'_> {
    fn run(&mut self) {
        let (mut fragile, mut closed) = (Vec::new(), Vec::new());
        for (position, tool) in self.list.tools.iter().enumerate() {
            self.name(tool);
            if tool.is_closed {
                match self.evidence.meta.get(&(self.at, position)) {
                    Some(calls) => self.closed(vec![tool.name.clone()], Some(calls)),
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
                        fragile_type(leaf).map(|kind| format!("{}.{} ({kind})", tool.name, leaf.path())),
                    );
                }
            }
        }
        if !closed.is_empty() {
            self.closed(closed, None);
        }
        if !fragile.is_empty() {
            self.fragile(&fragile);
        }
    }

    fn add(
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
            found.parameter = Some(leaf.path());
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
        let happened = if failed {
            "and calls of this capture failed by it"
        } else if calls.sent.is_empty() {
            "no call of this capture failed by it"
        } else {
            "and callers of this capture do send strings"
        };
        self.add(SchemaRisk::Untyped, level, Some(&tool.name), |found| {
            found.parameter = Some(leaf.path());
            found.declared.clone_from(&leaf.words);
            found.message = format!(
                "No `type` of its own survives at the Gateway, which then shows a description only, so models guess a string while the check still wants the declared type; {happened}."
            );
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
        let declared = leaf.words.as_str();
        self.add(SchemaRisk::SentAsString, level, Some(&tool.name), |found| {
            found.parameter = Some(leaf.path());
            found.declared = declared.to_owned();
            found.message = if failed {
                "Callers sent a value of another type and were refused; the same arguments fail every time.".to_owned()
            } else {
                "Callers sent a string; that it did not fail by this is the server's conversion, a Gateway does not convert and would refuse it.".to_owned()
            };
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
            found.parameter = Some(leaf.path());
            found.declared = format!("{}; refused because {wants} is expected", leaf.words);
            found.message =
                "A call was refused for a value that this list allows: whoever refused it checks against another schema."
                    .to_owned();
            found.recommended = "deploy the server that declares the type you want, then let the Gateway read its tools again".to_owned();
            found.command = Some(advise::synchronize());
            found.source = Some(advise::SYNCHRONIZE.to_owned());
            hit(found, &calls.stale);
        });
    }

    fn closed(&mut self, tools: Vec<String>, calls: Option<&Calls>) {
        let level = if calls.is_some() { Level::Error } else { Level::Warning };
        let single = if let [tool] = tools.as_slice() { Some(tool.clone()) } else { None };
        self.add(SchemaRisk::Closed, level, single.as_deref(), |found| {
            found.declared = match single {
                Some(_) => "additionalProperties: false".to_owned(),
                None => format!("additionalProperties: false in {} tools: {}", tools.len(), named(&tools)),
            };
            found.message = "A `_meta` object that tracing adds to a call was reported to be refused by such a schema at a Gateway; then every call of the tool fails (one report, not verified here).".to_owned();
            found.recommended =
                r#"drop "additionalProperties": false, or declare "_meta": {"type": "object"} as optional and ignore it"#.to_owned();
            found.command = Some(advise::synchronize());
            found.source = Some(advise::CLOSED_SCHEMA.to_owned());
            if let Some(calls) = calls {
                hit(found, calls);
            }
        });
    }

    fn fragile(&mut self, parameters: &[String]) {
        self.add(SchemaRisk::Fragile, Level::Info, None, |found| {
            found.declared = format!("{} parameters that are no strings: {}", parameters.len(), named(parameters));
            found.message = "Models sometimes send such values as strings, which a Gateway refuses; nobody did in this capture.".to_owned();
            found.recommended = "keep the plain types; say \"integer, not a string\" in the descriptions".to_owned();
            found.source = Some(advise::FLAT_PARAMETERS.to_owned());
            found.not = Some(advise::not_strings());
        });
    }

    fn unsupported(&mut self, tool: &Declared) {
        for (path, keywords) in &tool.unsupported {
            self.add(SchemaRisk::UnsupportedKeyword, Level::Error, Some(&tool.name), |found| {
                found.parameter = (!path.is_empty()).then(|| path.clone());
                found.declared = keywords.join(", ");
                found.message = "The inline schema of a target has only type, properties, required, items and description; the SDK and the CLI refuse other members before anything is sent.".to_owned();
                found.recommended = "leave them out; put allowed values, formats and defaults into the description".to_owned();
                found.source = Some(advise::API_SCHEMA.to_owned());
            });
        }
    }

    fn name(&mut self, tool: &Declared) {
        let full = match (&self.list.target, self.list.origin) {
            (Some(target), ListOrigin::Server | ListOrigin::Target) => {
                format!("{target}{}{}", names::SEPARATOR, tool.name)
            }
            _ => tool.name.clone(),
        };
        let length = full.chars().count();
        let is_open = self.list.target.is_none() && self.list.origin != ListOrigin::Gateway;
        let no_room = is_open && names::room(&tool.name) == 0;
        if length > names::MAX_NAME || no_room {
            let calls = &self.evidence.name_length;
            let level = if calls.is_empty() { Level::Warning } else { Level::Error };
            let (target, own) = names::split(&full);
            let room = names::room(own);
            let advice = match (target, room) {
                (_, 0) => format!(
                    "a tool name of at most {} characters",
                    names::MAX_NAME - names::SEPARATOR.len() - 1
                ),
                (Some(_), _) => format!("a target name of at most {room} characters, or a shorter tool name"),
                (None, _) => format!("a tool name of at most {} characters", names::MAX_NAME),
            };
            self.add(SchemaRisk::NameTooLong, level, Some(&tool.name), |found| {
                found.declared = format!("{full} ({length} characters)");
                found.message = "Converse takes tool names of at most 64 characters, the target's prefix included, and refuses the whole request when one is longer.".to_owned();
                found.recommended = advice;
                found.source = Some(advise::TOOL_NAME.to_owned());
                hit(found, calls);
            });
        }
        let characters = names::refused_characters(&tool.name);
        if !characters.is_empty() {
            let calls = &self.evidence.name_characters;
            let level = if calls.is_empty() { Level::Warning } else { Level::Error };
            let characters: Vec<String> = characters.iter().map(|c| format!("{c:?}")).collect();
            self.add(SchemaRisk::NameCharacters, level, Some(&tool.name), |found| {
                found.declared = named(&characters);
                found.message = "Converse takes only letters, digits, underscore and hyphen in tool names and refuses the whole request otherwise.".to_owned();
                found.recommended = "a name of letters, digits, underscores and hyphens".to_owned();
                found.source = Some(advise::TOOL_NAME.to_owned());
                hit(found, calls);
            });
        }
    }
}

/// The type of a plain parameter that is no string.
fn fragile_type(leaf: &Leaf) -> Option<&'static str> {
    match leaf.form {
        Form::Plain(kind) if kind != super::declare::JsonType::String => Some(kind.word()),
        _ => None,
    }
}

/// A refusal about what no list declares: the refusal itself says the type.
fn refused(tool: &str, path: &str, orphan: &Orphan, place: &dyn Fn(SignalKey) -> String) -> SchemaFinding {
    let nullable = orphan.expected.iter().any(|word| word == "null");
    let risk = if nullable { SchemaRisk::Untyped } else { SchemaRisk::SentAsString };
    let first = orphan.calls.shown().first().map(|(_, signal)| place(*signal)).unwrap_or_default();
    let mut found = finding(risk, Level::Error, &first);
    found.tool = (!tool.is_empty()).then(|| tool.to_owned());
    found.parameter = Some(path.to_owned());
    let who = if orphan.by_gateway { "the Gateway's" } else { "the server's" };
    found.declared =
        format!("{} (by {who} refusal; no tools/list here declares it)", orphan.expected.join(" or "));
    found.message = format!(
        "Callers sent a value of type {} and were refused{}.",
        orphan.found,
        if nullable {
            "; that null would pass shows an optional parameter, whose schema keeps no `type`"
        } else {
            ""
        }
    );
    let leaf = Leaf {
        steps: vec![path.rsplit('.').next().unwrap_or(path).to_owned()],
        form: refusal::wanted(&orphan.expected).map_or(Form::Untyped, Form::Plain),
        words: String::new(),
        required: false,
        default: None,
        is_inside_reference: false,
    };
    let unknown = Declared {
        name: tool.to_owned(),
        leaves: Vec::new(),
        is_python: false,
        is_closed: false,
        unsupported: Vec::new(),
        left_out: None,
    };
    found.recommended = advise::plain(&unknown, ListOrigin::Server, &leaf, None);
    found.source = Some(advise::FLAT_PARAMETERS.to_owned());
    found.command = Some(advise::synchronize());
    found.not = Some(advise::not_strings());
    hit(&mut found, &orphan.calls);
    found
}

//! Why a rule fired, or did not, condition by condition.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::case;
use crate::commands::judgement::Judgement;
use crate::commands::output::tell_unreadable;
use crate::commands::{Outcome, Target, captures};
use crate::model::{Signal, SignalKey};
use crate::report;
use crate::rules::{Explanation, Node, State};
use crate::text::Door;

/// Longest line, in characters: a condition quotes expressions and what they found.
const MAX_LINE: usize = 400;
/// Longest excerpt of a signal, in characters.
const MAX_EXCERPT: usize = 120;

/// What to explain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explain {
    /// The rule.
    pub id: String,
    /// Files, folders, `-`.
    pub captures: Vec<PathBuf>,
    /// By which rules.
    pub judgement: Judgement,
    /// Whether secrets are masked.
    pub redact: bool,
}

/// Tells how far the rule got in the scopes where it got furthest. Whether it fired does not change the outcome.
///
/// # Errors
/// When there is no such rule, or stdout cannot be written.
pub fn explain(asked: &Explain) -> anyhow::Result<Outcome> {
    let (options, rules_whole) = asked.judgement.options()?;
    let loaded = captures::load(&asked.captures, true)?;
    let door = Door { redact: asked.redact };
    let inputs_whole = tell_unreadable(&loaded.issues, door);
    let (inputs, opening) = loaded.split();
    let explained = case::explain(inputs, opening, &options, &asked.id)?;
    let page = Page { id: &asked.id, signals: &explained.signals, door };
    Target::Stdout.write(|out| page.write(&explained.scopes, out))?;
    Ok(if rules_whole && inputs_whole { Outcome::Clean } else { Outcome::Unusable })
}

/// The verdicts on one rule.
struct Page<'a> {
    id: &'a str,
    signals: &'a BTreeMap<SignalKey, Signal>,
    door: Door,
}

impl Page<'_> {
    fn write(&self, scopes: &[Explanation], out: &mut dyn Write) -> io::Result<()> {
        for scope in scopes {
            let Explanation { scope, state, root, .. } = scope;
            writeln!(out, "{} {} {}", self.id, verdict(*state), self.door.line(scope, MAX_LINE))?;
            self.node(root, 1, out)?;
            writeln!(out)?;
        }
        match scopes.first().map_or(0, |scope| scope.unkeyed) {
            0 => Ok(()),
            count => writeln!(out, "signals that lack the key of the scope and were not judged: {count}"),
        }
    }

    fn node(&self, node: &Node, depth: usize, out: &mut dyn Write) -> io::Result<()> {
        let indent = "  ".repeat(depth);
        writeln!(out, "{indent}{} {}", mark(node.state), self.door.line(&node.condition, MAX_LINE))?;
        for note in &node.notes {
            writeln!(out, "{indent}      {}", self.door.line(note, MAX_LINE))?;
        }
        // A group rests on what its members rest on, which stands there.
        if node.members.is_empty() {
            for carrier in &node.signals {
                let Some(signal) = self.signals.get(&carrier.signal) else { continue };
                writeln!(out, "{indent}      {}", self.signal(signal, carrier.matched.as_deref()))?;
            }
        }
        node.members.iter().try_for_each(|member| self.node(member, depth + 1, out))
    }

    /// `path:line  time  layer  excerpt`.
    fn signal(&self, signal: &Signal, matched: Option<&str>) -> String {
        let place = format!("{}:{}", signal.origin.path, signal.origin.line);
        let time = signal.timestamp.map_or_else(|| "no time".to_owned(), |at| at.to_string());
        let excerpt = report::excerpt(signal, matched, self.door, MAX_EXCERPT);
        format!("{}  {time}  {}  {excerpt}", self.door.line(&place, MAX_LINE), signal.layer)
    }
}

fn verdict(state: State) -> &'static str {
    match state {
        State::Fires => "fires",
        State::Quiet => "is quiet",
        State::Undetermined => "is undetermined",
    }
}

fn mark(state: State) -> &'static str {
    match state {
        State::Fires => "[yes]",
        State::Quiet => "[no] ",
        State::Undetermined => "[?]  ",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Bytes, Input};
    use crate::rules::Catalogue;

    fn explained(rule: &str, log: &str) -> String {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/semantics"));
        let (catalogue, errors) = Catalogue::builtin().unwrap().with_dirs(&[folder]);
        assert!(errors.is_empty(), "{errors:?}");
        let options = case::Options { catalogue, lateness: Duration::ZERO, filter: None };
        let input = Input { path: "agent.jsonl".to_owned(), bytes: Bytes::new(log.to_owned()) };
        let explained = case::explain(vec![input], Vec::new(), &options, rule).unwrap();
        let page = Page { id: rule, signals: &explained.signals, door: Door { redact: true } };
        let mut out = Vec::new();
        page.write(&explained.scopes, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_verdict_names_the_lines_it_rests_on_and_how_far_it_got() {
        let line = |time: &str, message: &str, request: &str| {
            format!(
                r#"{{"timestamp": "2026-01-20T14:{time}Z", "level": "INFO", "message": "{message}", "logger": "bedrock_agentcore.app", "requestId": "{request}"}}"#
            )
        };
        let started = line("00:00.000", "tool call started", "r1");
        let late = [
            started.clone(),
            line("00:09.000", "tool call finished", "r1"),
            line("10:00.000", "still alive", "r9"),
        ];
        let pages = [
            explained("call-never-answered", &late.join("\n")),
            explained("call-never-answered", &format!("{started}\n")),
            explained("call-never-answered", &line("10:00.000", "still alive", "r9")),
        ];
        insta::assert_snapshot!("explain", pages.join("----\n"));
    }
}

//! Why a rule fired, or did not, condition by condition.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::case;
use crate::commands::judgement::Judgement;
use crate::commands::output::tell_unreadable;
use crate::commands::{Outcome, Target, captures};
use crate::rules::{Explanation, Node, State};
use crate::text::Door;

/// Longest line, in characters: a condition quotes expressions and what they found.
const MAX_LINE: usize = 400;

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
    let explanations = case::explain(loaded.inputs, loaded.issues, &options, &asked.id)?;
    Target::Stdout.write(|out| {
        explanations.iter().try_for_each(|explanation| write_scope(&asked.id, explanation, door, out))
    })?;
    Ok(if rules_whole && inputs_whole { Outcome::Clean } else { Outcome::Unusable })
}

fn write_scope(id: &str, explanation: &Explanation, door: Door, out: &mut dyn Write) -> io::Result<()> {
    let Explanation { scope, state, root, unkeyed, .. } = explanation;
    writeln!(out, "{id} {} in {}", verdict(*state), door.line(scope, MAX_LINE))?;
    write_node(root, 1, door, out)?;
    if *unkeyed > 0 {
        writeln!(out, "  {unkeyed} signals lack the key of the scope and were not judged")?;
    }
    writeln!(out)
}

fn write_node(node: &Node, depth: usize, door: Door, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    writeln!(out, "{indent}{} {}", mark(node.state), door.line(&node.condition, MAX_LINE))?;
    node.notes.iter().try_for_each(|note| writeln!(out, "{indent}    {}", door.line(note, MAX_LINE)))?;
    node.members.iter().try_for_each(|member| write_node(member, depth + 1, door, out))
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

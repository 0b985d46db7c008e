//! Captures to a report and a verdict.

use std::env;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use crate::case::{self, Snapshot};
use crate::model::Level;
use crate::report::{self, Format};
use crate::text::Door;

use super::judgement::Judgement;
use super::output::{Target, tell_unreadable};
use super::{Outcome, captures};

/// A check, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// Files, folders, `-`; without any, what is piped in or the sample.
    pub captures: Vec<PathBuf>,
    /// Whether somebody relies on the exit code, so that the sample is no substitute.
    pub strict: bool,
    /// By which rules.
    pub judgement: Judgement,
    /// In which format.
    pub format: Format,
    /// Where to.
    pub output: Target,
    /// Least severity that fails; `None` for never.
    pub fail_on: Option<Level>,
    /// Whether secrets are masked.
    pub redact: bool,
    /// When text is coloured.
    pub colour: Colour,
}

/// When text is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or the terminal is a dumb one.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Reads the captures, judges them, writes the report.
///
/// What cannot be read (an input, a rule, the accepted findings) is told on stderr, the rest is judged and
/// written, and the outcome is [`Outcome::Unusable`].
///
/// # Errors
/// When the options contradict what there is, or the report cannot be written.
pub fn check(check: &Check) -> anyhow::Result<Outcome> {
    let (options, rules_whole) = check.judgement.options()?;
    let loaded = captures::load(&check.captures, check.strict)?;
    let snapshot = case::analyse(loaded.inputs, loaded.issues, &options);
    let style = report::Options {
        door: Door { redact: check.redact },
        color: check.colours(),
        width: terminal_width(&check.output),
        fail_on: check.fail_on,
        tool_version: env!("CARGO_PKG_VERSION"),
    };
    check.output.write(|out| report::write(check.format, &snapshot, &style, None, out))?;
    let issues = snapshot.inputs.iter().flat_map(|input| &input.issues);
    let inputs_whole = tell_unreadable(issues, style.door);
    Ok(if !(rules_whole && inputs_whole) {
        Outcome::Unusable
    } else if fails(&snapshot, check.fail_on) {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

impl Check {
    fn colours(&self) -> bool {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                is_terminal(&self.output)
                    && !is_set("NO_COLOR")
                    && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
            }
        }
    }
}

fn is_terminal(output: &Target) -> bool {
    *output == Target::Stdout && io::stdout().is_terminal()
}

fn terminal_width(output: &Target) -> Option<usize> {
    let (width, _) = is_terminal(output).then(terminal_size::terminal_size).flatten()?;
    Some(usize::from(width.0))
}

/// Whether a finding is at or above the threshold.
fn fails(snapshot: &Snapshot, fail_on: Option<Level>) -> bool {
    fail_on.is_some_and(|least| snapshot.findings.iter().any(|finding| finding.severity >= least))
}

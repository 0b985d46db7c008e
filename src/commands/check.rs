//! Captures to a report and a verdict.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Context;

use crate::case::Case;
use crate::model::Level;
use crate::report::{self, Baseline, Format, rca};
use crate::text::Door;

use super::judgement::Judgement;
use super::live::{self, Sources};
use super::output::{Target, note, tell_unreadable};
use super::progress::Talk;
use super::{Outcome, captures};

/// A check, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// Files, folders, `-`; without any, what is piped in or the sample.
    pub captures: Vec<PathBuf>,
    /// What is read from AWS besides; nothing else is read when nothing else is named.
    pub live: Option<Sources>,
    /// Whether a gap is a failure.
    pub fail_on_gaps: bool,
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
    /// The check document of an earlier run, whose findings are accepted.
    pub expect: Option<PathBuf>,
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
/// written, and the outcome is [`Outcome::Unusable`], or [`Outcome::Partial`] for a live source.
///
/// # Errors
/// When the options contradict what there is, or the report cannot be written.
pub fn check(check: &Check) -> anyhow::Result<Outcome> {
    let (options, rules_whole) = check.judgement.options()?;
    let (baseline, baseline_whole) = baseline(check.expect.as_deref());
    let door = Door { redact: check.redact };
    let live = check.live.as_ref().map(|sources| live::read(sources, door, Talk::Brief)).transpose()?;
    let loaded = captures::load_with(&check.captures, check.strict, live.as_ref())?;
    let (inputs, opening) = loaded.split();
    let case = Case::open(inputs, opening, &options);
    let snapshot = case.snapshot(&options);
    let comparison = baseline.map(|baseline| baseline.compare(&snapshot));
    let style = report::Options {
        door,
        color: check.colour.applies(&check.output),
        width: terminal_width(&check.output),
        fail_on: check.fail_on,
        tool_version: env!("CARGO_PKG_VERSION"),
    };
    check.output.write(|out| match check.format {
        Format::Markdown => {
            let stops = rca::stops(&case, &snapshot);
            report::write_summary(&snapshot, &style, comparison.as_ref(), &stops, out)
        }
        format => report::write(format, &snapshot, &style, comparison.as_ref(), out),
    })?;
    let issues = snapshot.inputs.iter().flat_map(|input| &input.issues);
    let inputs_whole = tell_unreadable(issues, style.door);
    let is_partial = live.is_some_and(|live| live.is_partial)
        || (check.fail_on_gaps && snapshot.coverage.gaps.iter().any(|gap| !gap.is_asked_for));
    Ok(if is_partial {
        Outcome::Partial
    } else if !(rules_whole && baseline_whole && inputs_whole) {
        Outcome::Unusable
    } else if report::fails(&snapshot, check.fail_on, comparison.as_ref()) {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

impl Colour {
    /// Whether text that goes to `output` is coloured.
    pub(super) fn applies(self, output: &Target) -> bool {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                is_terminal(output)
                    && !is_set("NO_COLOR")
                    && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
            }
        }
    }
}

fn is_terminal(output: &Target) -> bool {
    *output == Target::Stdout && io::stdout().is_terminal()
}

/// Columns of the terminal that `output` is.
pub(super) fn terminal_width(output: &Target) -> Option<usize> {
    let (width, _) = is_terminal(output).then(terminal_size::terminal_size).flatten()?;
    Some(usize::from(width.0))
}

/// The findings that are accepted, and whether the file that says so could be read. When it could not, that is
/// told on stderr and the check goes on without it.
fn baseline(path: Option<&Path>) -> (Option<Baseline>, bool) {
    let Some(path) = path else { return (None, true) };
    match read_baseline(path) {
        Ok(baseline) => (Some(baseline), true),
        Err(error) => {
            note(&format!("error: --expect: {error:#}"));
            (None, false)
        }
    }
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let name = path.to_string_lossy();
    let bytes = fs::read(path).with_context(|| format!("'{name}' cannot be read; check the path"))?;
    Ok(Baseline::read(&name, &bytes)?)
}

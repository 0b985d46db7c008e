//! Captures to a root-cause report.

use std::path::PathBuf;

use crate::case::{Baseline, Case};
use crate::model::Level;
use crate::report::{self, rca};
use crate::text::Door;

use super::baseline::{self, NamedBaseline};
use super::judgement::Judgement;
use super::live::{self, Sources};
use super::output::{Target, tell_unreadable};
use super::progress::Talk;
use super::{Outcome, captures};

/// A report, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Files, folders, `-`; without any, what is piped in or the sample.
    pub captures: Vec<PathBuf>,
    /// What is read from AWS besides; nothing else is read when nothing else is named.
    pub live: Option<Sources>,
    /// Whether a gap is a failure.
    pub fail_on_gaps: bool,
    /// What the failed request is compared with: a capture, or a request of these captures.
    pub baseline: Option<String>,
    /// By which rules.
    pub judgement: Judgement,
    /// Where to; a name that ends in `.html` or `.htm` makes it an HTML page.
    pub output: Target,
    /// Least severity that fails; `None` for never.
    pub fail_on: Option<Level>,
    /// Whether secrets are masked.
    pub redact: bool,
}

/// Reads the captures, judges them, writes the report.
///
/// What cannot be read is told on stderr, the rest is judged and reported, and the outcome is [`Outcome::Unusable`],
/// or [`Outcome::Partial`] for a live source.
///
/// # Errors
/// When the options contradict what there is, or the report cannot be written.
pub fn report(report: &Report) -> anyhow::Result<Outcome> {
    let (options, rules_whole) = report.judgement.options()?;
    let door = Door { redact: report.redact };
    let live = report.live.as_ref().map(|sources| live::read(sources, door, Talk::Brief)).transpose()?;
    let loaded = captures::load_with(&report.captures, false, live.as_ref())?;
    let (inputs, opening) = loaded.split();
    let case = Case::open(inputs, opening, &options);
    let snapshot = case.snapshot(&options);
    let named =
        report.baseline.as_deref().map(|named| baseline::resolve(named, &case, &options)).transpose()?;
    let baseline = named.as_ref().map_or(Baseline::Automatic, NamedBaseline::as_baseline);
    let material = rca::Material { case: &case, snapshot: &snapshot, baseline };
    let version = env!("CARGO_PKG_VERSION");
    let write = if report.is_page() { rca::html } else { rca::markdown };
    report.output.write(|out| write(material, door, version, out))?;
    let issues = snapshot.inputs.iter().flat_map(|input| &input.issues);
    let inputs_whole = tell_unreadable(issues, door);
    let is_partial = live.is_some_and(|live| live.is_partial)
        || (report.fail_on_gaps && snapshot.coverage.gaps.iter().any(|gap| !gap.is_asked_for));
    Ok(if is_partial {
        Outcome::Partial
    } else if !(rules_whole && inputs_whole) {
        Outcome::Unusable
    } else if report::fails(&snapshot, report.fail_on, None) {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

impl Report {
    /// Whether it is written as an HTML page.
    fn is_page(&self) -> bool {
        let Target::File(path) = &self.output else { return false };
        path.extension().is_some_and(|extension| {
            extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
        })
    }
}

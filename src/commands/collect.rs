//! Live sources to a capture, without judging it.

use std::io::{self, Write};

use crate::runtime::live::Place;
use crate::source::recording::{Hole, Kind, Manifest, Recorded};
use crate::text::Door;

use super::Outcome;
use super::live::{self, Collected, Sources};
use super::output::Target;
use super::progress::Talk;

/// A collection, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collect {
    /// What, and where to.
    pub sources: Sources,
    /// Whether a gap is a failure.
    pub fail_on_gaps: bool,
}

/// Names and reasons in the summary, in characters.
const MAX: usize = 2_000;

/// Gaps that are written for one source; the rest is counted.
const GAPS: usize = 20;

/// The summary names sources and errors, no log text.
const DOOR: Door = Door { redact: true };

/// Collects until everything is there or Ctrl-C, and sums up what the capture holds.
///
/// A source that failed makes the outcome [`Outcome::Partial`].
///
/// # Errors
/// When other words are needed, or the capture cannot be written at all.
pub fn collect(asked: &Collect) -> anyhow::Result<Outcome> {
    let collected = live::read(&asked.sources, DOOR, Talk::Full)?;
    Target::Stdout.write(|out| summary(&collected, &asked.sources.place, out))?;
    let manifest = &collected.ended.manifest;
    let has_gaps =
        !manifest.unread.is_empty() || manifest.sources.iter().any(|source| !source.gaps.is_empty());
    let fails = collected.is_partial || (asked.fail_on_gaps && has_gaps);
    Ok(if fails { Outcome::Partial } else { Outcome::Clean })
}

fn summary(collected: &Collected, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let Manifest { sources, unread, .. } = &collected.ended.manifest;
    for source in sources {
        self::source(source, out)?;
    }
    for unread in unread {
        writeln!(out, "{}: not fetched", DOOR.line(&unread.name, MAX))?;
        gap(&unread.gap, out)?;
    }
    let records: u64 = sources.iter().map(|source| source.records).sum();
    let gaps = sources.iter().map(|source| source.gaps.len()).sum::<usize>() + unread.len();
    let folder = collected.folder.display();
    writeln!(out, "{records} records of {} sources in '{folder}', {gaps} gaps", sources.len())?;
    if *place != Place::Temporary {
        let folder = crate::model::shell_word(&folder.to_string());
        writeln!(out, "read it: agentcore-triage {folder}")?;
        writeln!(out, "go on:   agentcore-triage collect --resume {folder}")?;
    }
    Ok(())
}

fn source(source: &Recorded, out: &mut dyn Write) -> io::Result<()> {
    let name = DOOR.line(&source.name, MAX);
    let what = match source.kind {
        Kind::LogGroup => "events",
        Kind::Traces => "records",
    };
    let size = live::bytes(source.bytes);
    writeln!(out, "{name} ({}): {} {what}, {size}", source.origin.region, source.records)?;
    for gap in source.gaps.iter().take(GAPS) {
        self::gap(gap, out)?;
    }
    match source.gaps.len().saturating_sub(GAPS) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more gaps; manifest.json has all"),
    }
}

fn gap(gap: &Hole, out: &mut dyn Write) -> io::Result<()> {
    let instant =
        |at: Option<crate::model::Timestamp>, open: &str| at.map_or(open.to_owned(), |at| at.to_string());
    let (start, end) = (instant(gap.start, "the beginning"), instant(gap.end, "the end"));
    writeln!(out, "  gap from {start} to {end}: {}", DOOR.line(&gap.reason, MAX))?;
    match &gap.fill {
        Some(command) => writeln!(out, "    fill it: {}", DOOR.line(command, MAX)),
        None => Ok(()),
    }
}

//! Whether rules hold: their files are read, and their examples run through a case like any capture.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rayon::prelude::*;

use crate::case;
use crate::commands::judgement::{built_in, tell};
use crate::commands::{Outcome, Target};
use crate::model::{Bytes, Finding, Input, Level};
use crate::rules::{self, Catalogue, ExampleFailure, Lint, LoadError, Rule};

/// Replays each rule on its own examples, with the whole catalogue judging: a match example must yield this rule
/// and no other at warning or above that `explains` does not tie to it; a near miss must not yield it. With a
/// `folder`, its rules are tested beside the built-in ones.
///
/// # Errors
/// When stdout cannot be written.
pub fn test(folder: Option<&Path>) -> anyhow::Result<Outcome> {
    let asked = Asked::load(folder)?;
    tell(&asked.broken);
    let options = case::Options { catalogue: asked.catalogue, lateness: Duration::ZERO, filter: None };
    let rules: Vec<&Rule> =
        options.catalogue.rules().iter().filter(|rule| asked.ids.contains(rule.id())).collect();
    let failures: Vec<ExampleFailure> =
        rules.par_iter().flat_map_iter(|rule| replay(rule, &options)).collect();
    let examples: usize = rules.iter().map(|rule| rule.examples.len()).sum();
    Target::Stdout.write(|out| {
        failures.iter().try_for_each(|failure| writeln!(out, "{failure}"))?;
        writeln!(out, "{} rules, {examples} examples, {} failures", rules.len(), failures.len())
    })?;
    Ok(match (asked.broken.is_empty(), failures.is_empty()) {
        (false, _) => Outcome::Unusable,
        (true, false) => Outcome::Findings,
        (true, true) => Outcome::Clean,
    })
}

fn replay(rule: &Rule, options: &case::Options) -> Vec<ExampleFailure> {
    let run = |name: &str, bytes: &[u8]| -> Vec<Finding> {
        let input = Input { path: name.to_owned(), bytes: Bytes::new(bytes.to_vec()) };
        case::analyse(vec![input], Vec::new(), options).findings
    };
    rules::test_rule(&options.catalogue, rule, &run)
}

/// Reads rule files, tells every mistake, and what a reviewer would say. Mistakes are [`Outcome::Unusable`],
/// warnings [`Outcome::Findings`].
///
/// # Errors
/// When stdout cannot be written.
pub fn lint(folder: Option<&Path>) -> anyhow::Result<Outcome> {
    let asked = Asked::load(folder)?;
    let lints: Vec<Lint> =
        rules::lint(&asked.catalogue).into_iter().filter(|lint| asked.ids.contains(&lint.rule)).collect();
    Target::Stdout.write(|out| {
        asked.broken.iter().try_for_each(|mistake| writeln!(out, "error: {mistake}\n"))?;
        lints
            .iter()
            .try_for_each(|lint| writeln!(out, "{}: {}\n  --> {}\n", lint.level, lint.message, lint.path))?;
        writeln!(
            out,
            "{} rules can be read, {} mistakes, {}",
            asked.ids.len(),
            asked.broken.len(),
            advice(&lints)
        )
    })?;
    let worst = lints.iter().map(|lint| lint.level).max();
    Ok(match (asked.broken.is_empty(), worst) {
        (false, _) | (true, Some(Level::Error)) => Outcome::Unusable,
        (true, Some(Level::Warning)) => Outcome::Findings,
        (true, Some(Level::Info) | None) => Outcome::Clean,
    })
}

fn advice(lints: &[Lint]) -> String {
    let count = |level: Level| lints.iter().filter(|lint| lint.level == level).count();
    let words = Level::ALL.iter().rev().map(|level| format!("{} {level}", count(*level)));
    format!("advice: {}", words.collect::<Vec<_>>().join(", "))
}

/// The rules in question within the catalogue that judges.
struct Asked {
    ids: BTreeSet<String>,
    catalogue: Catalogue,
    broken: Vec<LoadError>,
}

impl Asked {
    /// The rules of `folder`, or the built-in ones.
    fn load(folder: Option<&Path>) -> anyhow::Result<Self> {
        let ids = |catalogue: &Catalogue| catalogue.rules().iter().map(|rule| rule.id().to_owned()).collect();
        let catalogue = built_in()?;
        let Some(folder) = folder else {
            return Ok(Self { ids: ids(&catalogue), catalogue, broken: Vec::new() });
        };
        let folders = [folder.to_owned()];
        let (own, _) = Catalogue::from_dirs(&folders);
        let (catalogue, broken) = catalogue.with_dirs(&folders);
        Ok(Self { ids: ids(&own), catalogue, broken })
    }
}

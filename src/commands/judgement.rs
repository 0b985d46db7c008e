//! By which rules, and how, captures are judged.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};

use crate::case;
use crate::filter::Filter;
use crate::model::Level;
use crate::rules::{Catalogue, LoadError};

use super::output::note;

/// What a person chose about judging.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Judgement {
    /// Folders of rules besides the built-in catalogue.
    pub rules: Vec<PathBuf>,
    /// Rules that are left out.
    pub disable: Vec<String>,
    /// Rules whose findings get another severity.
    pub severity: Vec<(String, Level)>,
    /// Expression that a signal must satisfy to be judged.
    pub filter: Option<String>,
    /// How late a signal may arrive, in event time.
    pub lateness: Duration,
}

impl Judgement {
    /// What the case needs, and whether every rule file could be read. Broken rules are told on stderr and left
    /// out; the others judge.
    ///
    /// # Errors
    /// When a rule is named that does not exist, or the filter is no expression.
    pub(super) fn options(&self) -> anyhow::Result<(case::Options, bool)> {
        let (mut catalogue, broken) = catalogue(&self.rules)?;
        tell(&broken);
        for (rule, level) in &self.severity {
            catalogue.set_severity(rule, *level).context("--severity")?;
        }
        for rule in &self.disable {
            catalogue.disable(rule).context("--disable")?;
        }
        let filter = self.filter.as_deref().map(Filter::parse).transpose().context("--filter")?;
        Ok((case::Options { catalogue, lateness: self.lateness, filter }, broken.is_empty()))
    }
}

/// The built-in rules and those of `folders`, with what is wrong in the folders.
///
/// # Errors
/// When a built-in rule is broken, which a test of the build excludes.
pub(super) fn catalogue(folders: &[PathBuf]) -> anyhow::Result<(Catalogue, Vec<LoadError>)> {
    Ok(built_in()?.with_dirs(folders))
}

/// The built-in rules.
pub(super) fn built_in() -> anyhow::Result<Catalogue> {
    Catalogue::builtin().map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        anyhow!("built-in rules cannot be read, please report this:\n{}", errors.join("\n"))
    })
}

/// Tells mistakes in rule files on stderr.
pub(super) fn tell(mistakes: &[LoadError]) {
    for mistake in mistakes {
        note(&format!("error: {mistake}"));
    }
}

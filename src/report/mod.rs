//! A snapshot as bytes: text for people, JSON, SARIF, `JUnit`, GitHub annotations, Markdown.
//!
//! Every format is written from one [`Document`], whose strings have all passed the door; none of them sees the
//! snapshot itself. [`catalogue`] writes what there is to say about the rules themselves.

pub mod catalogue;
mod document;
mod excerpt;
mod expect;
mod github;
mod health;
mod json;
mod junit;
mod markdown;
mod markup;
mod paper;
pub mod rca;
mod rule;
mod sarif;
mod schema;
mod summary;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

pub use document::Document;
pub use excerpt::of as excerpt;
pub use expect::{Baseline, Comparison, ExpectError, Expected, fails, fingerprint};
pub use health::{HealthDocument, HealthFormat, write_health};
pub use schema::{SchemaDocument, SchemaFormat, write_schema};

use crate::case::Snapshot;
use crate::model::Level;
use crate::text::Door;

/// How the report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people.
    Text,
    /// The check document, `agentcore-triage/check/1`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// `JUnit` XML.
    Junit,
    /// GitHub workflow commands.
    Github,
    /// A job summary.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] =
        &[Self::Text, Self::Json, Self::Sarif, Self::Junit, Self::Github, Self::Markdown];
}

/// What the caller decides.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// What log text may show.
    pub door: Door,
    /// Whether text is coloured.
    pub color: bool,
    /// Width of the terminal in columns; `None` when there is none.
    pub width: Option<usize>,
    /// Findings at or above this level fail the check; `None` for never.
    pub fail_on: Option<Level>,
    /// Version of this program.
    pub tool_version: &'a str,
}

/// Writes one report, ended by a line feed. With a comparison, findings that are expected are marked as such.
pub fn write(
    format: Format,
    snapshot: &Snapshot,
    options: &Options<'_>,
    comparison: Option<&Comparison>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document::new(snapshot, options.door, options.tool_version);
    match format {
        Format::Text => text::write(&document, comparison, options.color, options.width, out),
        Format::Json => json::write(&document, out),
        Format::Sarif => sarif::write(&document, comparison, out),
        Format::Junit => junit::write(&document, options.fail_on, comparison, out),
        Format::Github => github::write(&document, comparison, out),
        Format::Markdown => markdown::write(&document, comparison, &[], out),
    }
}

/// Writes the job summary with a sentence for each root cause on where its request stopped, as [`rca::stops`] gives them.
pub fn write_summary(
    snapshot: &Snapshot,
    options: &Options<'_>,
    comparison: Option<&Comparison>,
    stops: &[(String, String)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document::new(snapshot, options.door, options.tool_version);
    let line = |text: &str| options.door.line(text, 2_000);
    let stops: Vec<_> = stops.iter().map(|(rule, verdict)| (line(rule), line(verdict))).collect();
    markdown::write(&document, comparison, &stops, out)
}

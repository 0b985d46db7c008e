//! The audit of tools' input schemas.

use std::path::PathBuf;

use anyhow::bail;

use crate::case::{AuditOptions, Case};
use crate::model::Level;
use crate::report::{self, SchemaDocument, SchemaFormat};
use crate::text::Door;

use super::judgement::Judgement;
use super::output::{Target, note, tell_unreadable};
use super::{Outcome, captures};

/// An audit, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    /// Files, folders, `-`: captures and lists of tools.
    pub captures: Vec<PathBuf>,
    /// Lists that the server wrote.
    pub servers: Vec<PathBuf>,
    /// Lists that a Gateway wrote.
    pub gateways: Vec<PathBuf>,
    /// Name of the Gateway target in front of the server.
    pub target: Option<String>,
    /// In which format.
    pub format: SchemaFormat,
    /// Where to.
    pub output: Target,
    /// Least level that fails; `None` for never.
    pub fail_on: Option<Level>,
    /// Whether secrets are masked.
    pub redact: bool,
    /// When text is coloured.
    pub colour: super::Colour,
}

/// Audits every list of tools in the captures, against every call in them.
///
/// When there is nothing to audit, or a list that was named cannot be read, the outcome is
/// [`Outcome::Unusable`]: a check that looked at nothing must not pass.
///
/// # Errors
/// When nothing is named, or the audit cannot be written.
pub fn schema(asked: &Schema) -> anyhow::Result<Outcome> {
    let all: Vec<PathBuf> =
        [&asked.captures, &asked.servers, &asked.gateways].into_iter().flatten().cloned().collect();
    if asked.target.as_deref().is_some_and(str::is_empty) {
        bail!("--target: the name is empty");
    }
    let (options, _) = Judgement::default().options()?;
    let loaded = captures::load(&all, true)?;
    let door = Door { redact: asked.redact };
    let inputs_whole = tell_unreadable(&loaded.issues, door);
    let (inputs, opening) = loaded.split();
    let case = Case::open(inputs, opening, &options);
    let names = |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let audit = case.audit_as(&AuditOptions {
        servers: names(&asked.servers),
        gateways: names(&asked.gateways),
        target: asked.target.clone(),
    });
    let document = SchemaDocument::new(&audit, &case, door, env!("CARGO_PKG_VERSION"));
    let (color, width) = (asked.colour.applies(&asked.output), super::check::terminal_width(&asked.output));
    asked.output.write(|out| report::write_schema(asked.format, &document, color, width, out))?;
    let is_empty = audit.lists.is_empty() && audit.findings.is_empty();
    if is_empty {
        note(
            "error: there is no list of tools here: save the answer to tools/list, or a client's exchanges, and name that file",
        );
    }
    let fails = |level| audit.findings.iter().any(|finding| finding.level >= level);
    Ok(if is_empty || !inputs_whole || !audit.unreadable.is_empty() {
        Outcome::Unusable
    } else if asked.fail_on.is_some_and(fails) {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

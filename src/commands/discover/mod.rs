//! What an account holds: agent runtimes, gateways, memories, and the log groups that exist.

mod document;
mod table;

use crate::runtime::live;
use crate::source::aws::discovery::{Discovery, discover as list};
use crate::source::aws::selection::{Wanted, only};
use crate::source::aws::{Connection, LiveError};
use crate::text::Door;

use super::Outcome;
use super::output::{MAX_NOTE, Target, note};
use document::Document;

/// A list, as asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discover {
    /// The one runtime or gateway to show, with its neighbours; all without.
    pub only: Option<Wanted>,
    /// How to reach the account.
    pub connection: Connection,
    /// In which format.
    pub format: ListFormat,
    /// Where to.
    pub output: Target,
}

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListFormat {
    /// For people.
    Text,
    /// One document with everything: `agentcore-triage/discover/1`.
    Json,
}

/// Secrets have no place in names, but who knows.
const DOOR: Door = Door { redact: true };

/// Lists what there is. What could not be listed is told, and the outcome is [`Outcome::Partial`].
///
/// # Errors
/// When the name means nothing or several things, or the output cannot be written.
pub fn discover(asked: &Discover) -> anyhow::Result<Outcome> {
    let connection = asked.connection.clone();
    let found = live::block_on(async move {
        let account = connection.open().await?;
        Ok::<Discovery, LiveError>(list(&account).await)
    })?;
    let mut found = match found {
        Ok(found) => found,
        Err(error) => {
            note(DOOR.line(&format!("error: {error}"), MAX_NOTE).as_str());
            return Ok(Outcome::Partial);
        }
    };
    if let Some(wanted) = &asked.only
        && let Err(error) = only(&mut found, wanted)
    {
        if error.is_usage() {
            anyhow::bail!("{}", DOOR.line(&error.to_string(), MAX_NOTE));
        }
        note(DOOR.line(&format!("error: {error}"), MAX_NOTE).as_str());
        return Ok(Outcome::Partial);
    }
    let document = Document::new(&found, DOOR);
    asked.output.write(|out| match asked.format {
        ListFormat::Text => table::write(&document, &asked.connection, out),
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &document)?;
            out.write_all(b"\n")
        }
    })?;
    for problem in &document.problems {
        note(&format!("error: {problem}"));
    }
    Ok(if document.problems.is_empty() { Outcome::Clean } else { Outcome::Partial })
}

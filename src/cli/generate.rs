//! What is generated from the definition of the command line: shell completions and the manual page.

use clap::Command;
use clap_complete::Shell;

use crate::commands::{Outcome, Target};

/// Writes the completion script for `shell` to stdout.
pub(super) fn completions(shell: Shell, mut command: Command) -> anyhow::Result<Outcome> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, &name, &mut script);
    let script = if shell == Shell::Bash { mended(&script, &name) } else { script };
    Target::Stdout.write(|out| out.write_all(&script))?;
    Ok(Outcome::Clean)
}

/// The generator for Bash takes a hyphen in the program's name for the step to a subcommand wherever it labels a
/// branch, and not where it asks for one: no subcommand would complete (`clap_complete` 4.6, `aot/shells/bash.rs`).
fn mended(script: &[u8], name: &str) -> Vec<u8> {
    let (label, asked) = (name.replace('-', "__subcmd__"), name.replace('-', "__"));
    String::from_utf8_lossy(script).replace(&label, &asked).into_bytes()
}

/// Writes the manual page (roff) to stdout.
pub(super) fn manual(command: &Command) -> anyhow::Result<Outcome> {
    let page = super::manual::page(command)?;
    Target::Stdout.write(|out| out.write_all(page.as_bytes()))?;
    Ok(Outcome::Clean)
}

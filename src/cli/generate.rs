//! What is generated from the definition of the command line: shell completions and the manual page.

use clap::Command;
use clap_complete::Shell;

use crate::commands::{Outcome, Target};

/// Writes the completion script for `shell` to stdout.
pub(super) fn completions(shell: Shell, mut command: Command) -> anyhow::Result<Outcome> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    Target::Stdout.write(|out| out.write_all(&script))?;
    Ok(Outcome::Clean)
}

/// Writes the manual page (roff) to stdout.
pub(super) fn manual(command: Command) -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Target::Stdout.write(|out| out.write_all(&page))?;
    Ok(Outcome::Clean)
}

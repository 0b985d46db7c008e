//! The words of the command line to a validated command, and its outcome to an exit code.

mod arguments;
mod generate;
mod help;
mod manual;
mod screens;
mod values;

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::commands::{self, Outcome, rules};

use arguments::{Arguments, Mode, RulesCommand, Subcommand};

/// Options that contradict each other, told like any other misuse.
#[derive(Debug)]
struct Misuse(String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Misuse {}

/// Runs the program with `words`, the first of which is its own name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let outcome = match Arguments::try_parse_from(words) {
        Ok(arguments) => dispatch(arguments),
        Err(error) => return usage(&error),
    };
    match outcome {
        Ok(outcome) => outcome.exit_code(),
        Err(error) if error.is::<Misuse>() => {
            usage(&Arguments::command().error(ErrorKind::ArgumentConflict, error))
        }
        Err(error) => {
            complain(&format!("{error:#}"));
            Outcome::Unusable.exit_code()
        }
    }
}

fn dispatch(arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments.subcommand {
        None => match arguments.check.try_into().map_err(Misuse)? {
            Mode::Check(check) => commands::check(&check),
            Mode::Report(report) => commands::report(&report),
            Mode::View(view) => commands::view(&view),
            Mode::Keys(output) => commands::print_keys(&output),
            Mode::Print(view, print) => commands::print_screen(&view, &print),
        },
        Some(Subcommand::Rules { command }) => run_rules(command),
        Some(Subcommand::Schema(arguments)) => commands::schema(&arguments.into()),
        Some(Subcommand::Discover(arguments)) => commands::discover(&arguments.try_into().map_err(Misuse)?),
        Some(Subcommand::Collect(arguments)) => commands::collect(&arguments.try_into().map_err(Misuse)?),
        Some(Subcommand::Iam(arguments)) => commands::iam(&arguments.into()),
        Some(Subcommand::Doctor(arguments)) => commands::doctor(&(*arguments).into()),
        Some(Subcommand::Completions { shell }) => generate::completions(shell, Arguments::command()),
        Some(Subcommand::Man) => generate::manual(&Arguments::command()),
    }
}

fn run_rules(command: RulesCommand) -> anyhow::Result<Outcome> {
    match command {
        RulesCommand::List { rules } => rules::list(&rules.rules),
        RulesCommand::Show { id, rules } => rules::show(&id, &rules.rules),
        RulesCommand::Test { folder } => rules::test(folder.as_deref()),
        RulesCommand::Lint { folder } => rules::lint(folder.as_deref()),
        RulesCommand::New { id, layer, into } => rules::new(&id, &layer, &into),
        RulesCommand::Docs { folder } => rules::docs(&folder),
        RulesCommand::Fields => rules::fields(),
        RulesCommand::Explain(arguments) => rules::explain(&arguments.into()),
    }
}

/// Prints help and version to stdout (0), a usage error to stderr (2).
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe behind `--help` is nobody's failure.
    let _ = error.print();
    if error.use_stderr() { Outcome::Unusable.exit_code() } else { Outcome::Clean.exit_code() }
}

/// Tells on stderr what went wrong; when even that is closed, the exit code says it alone.
fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {message}");
}

//! Options of the program without a subcommand: judge, report, or show the screens.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::{self, Check, Judgement, Print, Report, Target, View};
use crate::filter;
use crate::model::Level;

use super::super::screens::ScreenArguments;
use super::super::values::{self, Threshold};
use super::live::{KeepArguments, SourceArguments};
use super::{ColourName, FormatName, Lateness, RuleFolders};

#[derive(Args, Debug)]
pub(in crate::cli) struct CheckArguments {
    /// Read this file or folder, or standard input for '-'
    ///
    /// Folders are read with everything below them. Gzip and zstd are undone and the format is told from the
    /// content, whatever the name. Without any, piped standard input is read, or else the built-in sample incident.
    #[arg(value_name = "CAPTURE", value_hint = ValueHint::AnyPath)]
    captures: Vec<PathBuf>,

    /// Judge the captures and let the exit code say whether something was found
    #[arg(long, help_heading = "Check")]
    rule_check: bool,

    /// Fail from this severity on: error, warning, info or never [default: error with --rule-check, else never]
    #[arg(long, value_name = "LEVEL", value_parser = values::threshold(), hide_possible_values = true, help_heading = "Check")]
    fail_on: Option<Threshold>,

    /// Write a root-cause report to FILE ('-' for standard output)
    ///
    /// Markdown to paste into an issue or a post-mortem; a name that ends in .html makes it a page of its own. The
    /// exit code tells of unreadable input only, unless --fail-on is given.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["rule_check", "expect", "format", "output", "color"],
        help_heading = "Report"
    )]
    report: Option<PathBuf>,

    /// Compare the failed request with a healthy one of this capture, or with the request of this id
    ///
    /// An existing path is a capture; all else is a trace id or request id of CAPTURE, or its beginning. Without the
    /// option, the healthy request that is nearest in kind is chosen: the same tool, the same target, the same gateway.
    #[arg(long, value_name = "CAPTURE|REQUEST", requires = "report", help_heading = "Report")]
    baseline: Option<String>,

    /// Accept the findings of an earlier run
    ///
    /// FILE is the JSON document of an earlier check. Only findings that it does not have, and those that it has
    /// and that no longer appear, fail the check.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Check")]
    expect: Option<PathBuf>,

    /// Fail, with exit code 3, when something of what was asked for could not be read
    #[arg(long, help_heading = "Check")]
    fail_on_gaps: bool,

    #[command(flatten)]
    sources: SourceArguments,

    #[command(flatten)]
    keep: KeepArguments,

    #[command(flatten)]
    rules: RuleFolders,

    /// Leave out a rule (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    disable: Vec<String>,

    /// Judge a rule's findings as info, warning or error (repeatable)
    #[arg(
        long,
        value_name = "RULE=LEVEL",
        value_delimiter = ',',
        value_parser = values::severity,
        help_heading = "Rules"
    )]
    severity: Vec<(String, Level)>,

    /// Judge only signals for which this expression holds
    #[arg(
        long,
        value_name = "EXPR",
        long_help = format!("Judge only signals for which this expression holds\n\n{}", filter::HELP),
        help_heading = "Rules"
    )]
    filter: Option<String>,

    #[command(flatten)]
    lateness: Lateness,

    /// Write in this format [default: text]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    format: Option<FormatName>,

    /// Write to FILE instead of standard output; FILE is replaced in one step, at the end
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    output: Option<PathBuf>,

    /// Show secrets as they are
    ///
    /// Access keys, tokens, passwords and cookies are masked unless this is given.
    #[arg(long, help_heading = "Output")]
    no_redact: bool,

    /// Colour the text; auto heeds NO_COLOR and colours only what a terminal shows
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourName::Auto, help_heading = "Output")]
    color: ColourName,

    #[command(flatten)]
    screen: ScreenArguments,
}

/// What to do when no subcommand is named.
#[derive(Debug)]
pub(in crate::cli) enum Mode {
    /// Judge, and print what was found.
    Check(Check),
    /// Write a root-cause report.
    Report(Report),
    /// Show the screens.
    View(View),
    /// Print one frame of a screen.
    Print(View, Print),
    /// Print the key table.
    Keys(Target),
}

impl CheckArguments {
    /// Whether nothing but the screens was asked for.
    fn is_plain(&self) -> bool {
        !self.rule_check
            && self.report.is_none()
            && self.fail_on.is_none()
            && self.expect.is_none()
            && self.format.is_none()
            && self.output.is_none()
            && !self.fail_on_gaps
    }
}

impl TryFrom<CheckArguments> for Mode {
    type Error = String;

    /// # Errors
    /// When options contradict each other.
    fn try_from(typed: CheckArguments) -> Result<Self, String> {
        let is_plain = typed.is_plain();
        let mut live = typed.sources.sources(typed.keep, typed.screen.follow, !typed.no_redact)?;
        if let Some(live) = &mut live
            && typed.fail_on_gaps
        {
            // What is not final yet would be a gap.
            live.settle();
        }
        let judgement = Judgement {
            rules: typed.rules.rules,
            disable: typed.disable,
            severity: typed.severity,
            filter: typed.filter,
            lateness: typed.lateness.lateness,
        };
        let unless_told = Threshold(typed.rule_check.then_some(Level::Error));
        let fail_on = typed.fail_on.unwrap_or(unless_told).0;
        let redact = !typed.no_redact;
        let output = Target::of(typed.output.as_deref());
        if typed.screen.print_keys {
            return Ok(Self::Keys(output));
        }
        let print = typed.screen.print(output.clone());
        let shows = print.is_none() && is_plain && commands::has_terminal();
        if typed.screen.follow && live.is_none() && !shows {
            return Err(
                "--follow is for the screens, which need a terminal, and for live sources (--runtime, --gateway, --log-group); leave it out to judge what a file holds now"
                    .to_owned(),
            );
        }
        if print.is_some() || shows {
            let view = View {
                captures: typed.captures,
                live,
                judgement,
                redact,
                theme: typed.screen.theme,
                ascii: typed.screen.ascii,
                follow: typed.screen.follow,
            };
            return Ok(match print {
                Some(print) => Self::Print(view, print),
                None => Self::View(view),
            });
        }
        if let Some(path) = typed.report {
            let output = Target::of(Some(&path));
            return Ok(Self::Report(Report {
                captures: typed.captures,
                live,
                fail_on_gaps: typed.fail_on_gaps,
                baseline: typed.baseline,
                judgement,
                output,
                fail_on,
                redact,
            }));
        }
        Ok(Self::Check(Check {
            captures: typed.captures,
            live,
            fail_on_gaps: typed.fail_on_gaps,
            strict: typed.rule_check,
            judgement,
            format: typed.format.unwrap_or(FormatName::Text).into(),
            output,
            fail_on,
            expect: typed.expect,
            redact,
            colour: typed.color.into(),
        }))
    }
}

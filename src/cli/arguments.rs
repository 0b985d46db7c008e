//! The definition of the command line: what may be typed, and what it means.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::commands::rules::Explain;
use crate::commands::{self, Check, Colour, Judgement, Print, Report, Schema, Target, View};
use crate::filter;
use crate::model::Level;
use crate::report::{Format, SchemaFormat};

use super::help;
use super::screens::ScreenArguments;
use super::values::{self, Threshold};

#[derive(Parser, Debug)]
#[command(
    name = "agentcore-triage",
    version,
    about = "Find out why a call on Amazon Bedrock AgentCore failed",
    long_about = help::LONG_ABOUT,
    after_help = help::AFTER_HELP,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) check: CheckArguments,
    #[command(subcommand)]
    pub(super) subcommand: Option<Subcommand>,
}

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
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
    #[arg(long, value_name = "LEVEL", value_parser = values::threshold, help_heading = "Check")]
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

/// Where rules come from besides the built-in catalogue.
#[derive(Args, Debug)]
pub(super) struct RuleFolders {
    /// Add the rules of a folder; one with the id of a built-in rule replaces it (repeatable)
    #[arg(long = "rules", value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct Lateness {
    /// Wait this long, in event time, for a late signal before its absence counts: 500ms, 5s, 2m
    ///
    /// A rule about something that did not happen is decided only when the capture goes on for longer than this
    /// past the deadline; otherwise the rule is undetermined.
    #[arg(
        long = "lateness",
        value_name = "DURATION",
        value_parser = values::duration,
        default_value = "0s",
        help_heading = "Rules"
    )]
    pub(super) lateness: Duration,
}

#[derive(clap::Subcommand, Debug)]
pub(super) enum Subcommand {
    /// List, show, test and write rules
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Audit tools' input schemas: what fails at a Gateway or with a model that sends strings
    ///
    /// Reads every tools/list answer in the captures, or saved alone, and holds it against the calls beside it.
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    Completions {
        /// Write it for this shell
        shell: Shell,
    },
    /// Print the manual page (roff)
    Man,
}

#[derive(clap::Subcommand, Debug)]
pub(super) enum RulesCommand {
    /// List every rule with its severity and title
    List {
        #[command(flatten)]
        rules: RuleFolders,
    },
    /// Show what a rule looks for, why it happens and how to fix it
    Show {
        /// Show this rule
        id: String,
        #[command(flatten)]
        rules: RuleFolders,
    },
    /// Replay each rule on its own examples
    Test {
        /// Test the rules of this folder instead of the built-in ones
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
    /// Check rule files without running them
    Lint {
        /// Check the rules of this folder instead of the built-in ones
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
    /// Start a new rule: a commented rule file with both kinds of examples
    New {
        /// Name it so: small letters, digits and hyphens, stating the problem
        id: String,
        /// Put it below this layer's folder
        #[arg(long, value_name = "LAYER", default_value = "runtime")]
        layer: String,
        /// Put the layer's folder below this one
        #[arg(long, value_name = "DIR", default_value = "rules", value_hint = ValueHint::DirPath)]
        into: PathBuf,
    },
    /// Write the catalogue's documentation: an index and a page for each rule
    Docs {
        /// Write below this folder; pages of rules that are gone are deleted
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// List the field names that rules and filters may use
    Fields,
    /// Tell why a rule fired on captures or did not, condition by condition
    Explain(ExplainArguments),
}

#[derive(Args, Debug)]
pub(super) struct ExplainArguments {
    /// Explain this rule
    #[arg(value_name = "RULE")]
    id: String,
    /// On these captures
    #[arg(value_name = "CAPTURE", required = true, value_hint = ValueHint::AnyPath)]
    captures: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleFolders,
    #[command(flatten)]
    lateness: Lateness,
    /// Show secrets as they are
    #[arg(long)]
    no_redact: bool,
}

#[derive(Args, Debug)]
pub(super) struct SchemaArguments {
    /// Read this file or folder, or standard input for '-': a capture, or a saved tools/list answer
    #[arg(value_name = "CAPTURE", value_hint = ValueHint::AnyPath)]
    captures: Vec<PathBuf>,
    /// Read this tools/list answer as the server's own (repeatable)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    server: Vec<PathBuf>,
    /// Read this tools/list answer as a Gateway's, and compare it with the server's (repeatable)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    gateway: Vec<PathBuf>,
    /// Name of the Gateway target in front of the server: it prefixes every tool
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Write in this format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = SchemaFormatName::Text)]
    format: SchemaFormatName,
    /// Write to FILE instead of standard output; FILE is replaced in one step, at the end
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Fail from this level on: error, warning, info or never
    #[arg(long, value_name = "LEVEL", value_parser = values::threshold, default_value = "error")]
    fail_on: Threshold,
    /// Show secrets as they are
    #[arg(long)]
    no_redact: bool,
    /// Colour the text; auto heeds NO_COLOR and colours only what a terminal shows
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourName::Auto)]
    color: ColourName,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum SchemaFormatName {
    /// For people
    Text,
    /// One document with everything
    Json,
    /// For an issue or a chat
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum FormatName {
    /// For people
    Text,
    /// One document with everything
    Json,
    /// SARIF 2.1.0, for code-scanning services
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Workflow annotations of GitHub
    Github,
    /// For an issue or a chat
    Markdown,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum ColourName {
    Auto,
    Always,
    Never,
}

/// What to do when no subcommand is named.
#[derive(Debug)]
pub(super) enum Mode {
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
    }
}

impl From<CheckArguments> for Mode {
    fn from(typed: CheckArguments) -> Self {
        let is_plain = typed.is_plain();
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
            return Self::Keys(output);
        }
        let print = typed.screen.print(output.clone());
        if print.is_some() || (is_plain && commands::has_terminal()) {
            let view = View {
                captures: typed.captures,
                judgement,
                redact,
                theme: typed.screen.theme,
                ascii: typed.screen.ascii,
                follow: typed.screen.follow,
            };
            return match print {
                Some(print) => Self::Print(view, print),
                None => Self::View(view),
            };
        }
        if let Some(path) = typed.report {
            let output = Target::of(Some(&path));
            return Self::Report(Report {
                captures: typed.captures,
                baseline: typed.baseline,
                judgement,
                output,
                fail_on,
                redact,
            });
        }
        Self::Check(Check {
            captures: typed.captures,
            strict: typed.rule_check,
            judgement,
            format: typed.format.unwrap_or(FormatName::Text).into(),
            output,
            fail_on,
            expect: typed.expect,
            redact,
            colour: typed.color.into(),
        })
    }
}

impl From<ExplainArguments> for Explain {
    fn from(typed: ExplainArguments) -> Self {
        Self {
            id: typed.id,
            captures: typed.captures,
            judgement: Judgement {
                rules: typed.rules.rules,
                lateness: typed.lateness.lateness,
                ..Judgement::default()
            },
            redact: !typed.no_redact,
        }
    }
}

impl From<SchemaArguments> for Schema {
    fn from(typed: SchemaArguments) -> Self {
        Self {
            captures: typed.captures,
            servers: typed.server,
            gateways: typed.gateway,
            target: typed.target,
            format: match typed.format {
                SchemaFormatName::Text => SchemaFormat::Text,
                SchemaFormatName::Json => SchemaFormat::Json,
                SchemaFormatName::Markdown => SchemaFormat::Markdown,
            },
            output: Target::of(typed.output.as_deref()),
            fail_on: typed.fail_on.0,
            redact: !typed.no_redact,
            colour: typed.color.into(),
        }
    }
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Json => Self::Json,
            FormatName::Sarif => Self::Sarif,
            FormatName::Junit => Self::Junit,
            FormatName::Github => Self::Github,
            FormatName::Markdown => Self::Markdown,
        }
    }
}

impl From<ColourName> for Colour {
    fn from(name: ColourName) -> Self {
        match name {
            ColourName::Auto => Self::Auto,
            ColourName::Always => Self::Always,
            ColourName::Never => Self::Never,
        }
    }
}

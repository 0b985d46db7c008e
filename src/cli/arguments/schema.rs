//! `schema`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::commands::{Schema, Target};
use crate::report::SchemaFormat;

use super::super::values::{self, Threshold};
use super::ColourName;

#[derive(Args, Debug)]
pub(in crate::cli) struct SchemaArguments {
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
    #[arg(long, value_name = "LEVEL", value_parser = values::threshold(), hide_possible_values = true, default_value = "error")]
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

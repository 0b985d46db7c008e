//! What can be wrong with a rule file, shown with its place and the next step.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The text of one rule file, kept so that errors can quote it.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// How messages name it.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// One mistake in a rule file (or in the folder it lives in).
///
/// Its `Display` is a report in the manner of rustc: message, place, the line with a caret, help.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", Report(self))]
pub struct LoadError {
    /// Path of the file, as given.
    pub path: String,
    /// Line, from 1; 0 when the mistake is about the folder.
    pub line: usize,
    /// Column in characters, from 1; 0 when the mistake is about the folder.
    pub column: usize,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The next step: a did-you-mean or what is allowed.
    pub help: Option<String>,
    excerpt: String,
    width: usize,
}

impl LoadError {
    /// A mistake at `span` (bytes) of `file`.
    pub(crate) fn at(
        file: &Arc<SourceFile>,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        let text = &file.text;
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        Self {
            path: file.path.clone(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            message: message.into(),
            help,
            excerpt: text[line_start..line_end].trim_end_matches('\r').replace('\t', " "),
            width: text[start..end.clamp(start, line_end)].chars().count().max(1),
        }
    }

    /// A mistake that has no place inside a file.
    pub(crate) fn about(path: impl Into<String>, message: impl Into<String>, help: Option<String>) -> Self {
        Self {
            path: path.into(),
            line: 0,
            column: 0,
            message: message.into(),
            help,
            excerpt: String::new(),
            width: 0,
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

struct Report<'a>(&'a LoadError);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoadError { path, line, column, message, help, excerpt, width } = self.0;
        if *line == 0 {
            write!(f, "{message}\n  --> {path}")?;
            return help.as_ref().map_or(Ok(()), |help| write!(f, "\n  = help: {help}"));
        }
        let gutter = line.to_string().len();
        write!(f, "{message}\n{:gutter$}--> {path}:{line}:{column}\n", "")?;
        write!(f, "{:gutter$} |\n{line} | {excerpt}\n", "")?;
        write!(f, "{:gutter$} | {:indent$}{}", "", "", "^".repeat(*width), indent = column - 1)?;
        help.as_ref().map_or(Ok(()), |help| write!(f, " {help}"))
    }
}

/// A rule id that no rule has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no rule is called `{id}`{}", nearest.as_ref().map_or_else(
    || "; `agentcore-triage rules list` names them all".to_owned(),
    |near| format!("; did you mean `{near}`?")))]
pub struct UnknownRule {
    /// The id as given.
    pub id: String,
    /// The nearest id that exists.
    pub nearest: Option<String>,
}

/// The candidate that a misspelt `word` most likely meant.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(candidate, word), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 1 + word.chars().count() / 3)
        .map(|(_, candidate)| candidate)
}

/// A did-you-mean for `word`, or the list of what is allowed.
pub(crate) fn suggest<'c>(word: &str, allowed: impl IntoIterator<Item = &'c str> + Clone) -> String {
    match nearest(word, allowed.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("allowed: {}", allowed.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

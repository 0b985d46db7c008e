//! Regular expressions of rules: checked when the rule is read, compiled when first needed.

use std::sync::OnceLock;

use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::document::{Mistakes, Text};
use super::literal::{Needle, required_needles};

/// Memory that one compiled expression may take; far above what any message pattern needs.
const SIZE_LIMIT: usize = 8 << 20;

/// One expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    /// Named groups in order of the expression.
    pub(crate) names: Vec<String>,
    /// Texts of which at least one is part of everything that matches; empty when there is no such set.
    pub(crate) needles: Vec<Needle>,
    compiled: OnceLock<Option<Regex>>,
}

/// A syntax error: where in the expression (bytes), and what.
pub(crate) type SyntaxError = (std::ops::Range<usize>, String);

impl Pattern {
    /// The expression as written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn parse(text: &str) -> Result<Self, SyntaxError> {
        let hir = ParserBuilder::new().build().parse(text).map_err(|error| match error {
            regex_syntax::Error::Parse(error) => {
                (error.span().start.offset..error.span().end.offset, error.kind().to_string())
            }
            regex_syntax::Error::Translate(error) => {
                (error.span().start.offset..error.span().end.offset, error.kind().to_string())
            }
            other => (0..text.len(), other.to_string()),
        })?;
        if hir.properties().minimum_len() == Some(0) {
            return Err((
                0..text.len(),
                "this expression matches the empty text, so it is always found".into(),
            ));
        }
        let mut names = Vec::new();
        collect_names(&hir, &mut names);
        Ok(Self { text: text.to_owned(), names, needles: required_needles(&hir), compiled: OnceLock::new() })
    }

    /// Reads the expression in `text` and reports what is wrong with it at its place in the file.
    pub(crate) fn read(text: Text<'_>, mistakes: &Mistakes) -> Option<Self> {
        match Self::parse(text.text) {
            Ok(pattern) => Some(pattern),
            Err((at, message)) => {
                mistakes.add(
                    mistakes.inside(text.span, &at),
                    format!("bad regular expression: {message}"),
                    None,
                );
                None
            }
        }
    }

    /// `None` only for an expression whose automaton exceeds [`SIZE_LIMIT`]: it finds nothing, and lint says so.
    fn regex(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| regex::RegexBuilder::new(&self.text).size_limit(SIZE_LIMIT).build().ok())
            .as_ref()
    }

    /// Whether the automaton can be built. Slow: for `rules lint` and tests.
    pub(crate) fn compiles(&self) -> bool {
        self.regex().is_some()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// The text that the whole expression covers.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        Some(self.regex()?.find(text)?.as_str())
    }

    /// Named groups that took part, in order of the expression; `None` when the expression finds nothing.
    pub(crate) fn captures(&self, text: &str) -> Option<Vec<(String, String)>> {
        let regex = self.regex()?;
        if self.names.is_empty() {
            return regex.is_match(text).then(Vec::new);
        }
        let groups = regex.captures(text)?;
        let named = |name: &String| Some((name.clone(), groups.name(name)?.as_str().to_owned()));
        Some(self.names.iter().filter_map(named).collect())
    }
}

fn collect_names(hir: &Hir, names: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            names.extend(capture.name.as_deref().map(str::to_owned));
            collect_names(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => collect_names(&repetition.sub, names),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                collect_names(part, names);
            }
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

//! The small language of `--filter` and of the search prompt.
//!
//! ```text
//! filter  = all { "OR" all }
//! all     = { [ "AND" ] part }
//! part    = ( "-" | "NOT" ) part | "(" filter ")" | test | text
//! test    = field op value
//! op      = ":" | "=" | "!=" | "~" | "!~" | ">" | ">=" | "<" | "<="
//! text    = word | quoted        value = word | quoted | "*"
//! ```
//!
//! Tests side by side must all hold. `:` and `=` compare without regard to case (`field:*`: the field is there),
//! `~` searches a regular expression, `<` and `>` order severities, durations (`ns us ms s m h`) and numbers. Text
//! is looked for in the message and the name. Inside quotes `\"` and `\\` stand for `"` and `\`.
//!
//! Fields are those of rules ([`crate::model::semconv`]) and `duration`, `rule`, `status` (the same as `outcome`),
//! `trace`, `request`, `session`. A record cannot tell which rules fire, so `rule:` decides about results alone.

mod brief;
mod eval;
mod field;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use brief::BriefFacts;
pub use eval::ResultFacts;

use std::fmt;

use regex::Regex;

use crate::model::{Kind, Layer, Outcome, Severity};

use field::Field;

/// One screen of help on the language.
pub const HELP: &str = r#"Filter: tests side by side must all hold.
  layer:gateway        field is (layer, kind, severity, outcome, tool, request_id, http.status, …)
  tool~coverage        regular expression, any case
  severity>=error      order: severity, duration (2s, 50ms), numbers
  tool:*               the field is there
  rule:ID              results of a rule        status:failed   failed calls
  "free text" word     in the message or the name
  -kind:otel-span      not                      field!=value  field!~regex
  (a OR b) c           either, grouped
Quote what holds spaces, parentheses or colons. `rules fields` lists the fields."#;

/// A parsed filter. Prints in a spelling that parses to an equal filter.
#[derive(Clone, PartialEq, Debug)]
pub struct Filter {
    root: Node,
}

/// Why an expression is no filter. Prints the expression with a caret under the place.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}\n  {shown}\n  {caret}{}", hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default())]
pub struct FilterError {
    /// What is wrong, one clause.
    pub message: String,
    /// Byte offset of the place in the expression.
    pub at: usize,
    /// What to write instead, when that is known.
    pub hint: Option<String>,
    shown: String,
    caret: String,
}

#[derive(Clone, PartialEq, Debug)]
enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Test(Test),
}

#[derive(Clone, PartialEq, Debug)]
enum Test {
    Text(String),
    Layer(Layer),
    Kind(Kind),
    Outcome(Outcome),
    Rule(String),
    Severity(Order, Severity),
    /// Nanoseconds.
    Duration(Order, i64),
    Present(Field),
    Equals(Field, String),
    Matches(Field, Pattern),
    Number(Field, Order, f64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Order {
    fn holds<T: PartialOrd>(self, found: &T, wanted: &T) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Less => found < wanted,
            Self::AtMost => found <= wanted,
            Self::More => found > wanted,
            Self::AtLeast => found >= wanted,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Equal => ":",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A regular expression, equal to another one that is spelt the same.
#[derive(Clone, Debug)]
struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Filter {
    /// Reads an expression; the empty one lets everything pass.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::filter(text).map(|root| Self { root })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::root(&self.root, f)
    }
}

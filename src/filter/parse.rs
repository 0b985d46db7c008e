//! Text → filter.

use regex::RegexBuilder;

use crate::model::semconv;
use crate::model::{Kind, Layer, Outcome, Severity};

use super::field::Field;
use super::{FilterError, Node, Order, Pattern, Test};

/// Nesting of parentheses and negations that is read: far beyond use, far below the stack.
const MAX_DEPTH: usize = 64;
/// Bytes of a compiled pattern: many times what anybody types, and compiled between two keys.
const MAX_PATTERN: usize = 1 << 20;
/// Longest to shortest, so that `>=` is not read as `>`.
const SIGNS: [&str; 9] = ["!=", "!~", ">=", "<=", ":", "=", "~", ">", "<"];
/// Names besides the fields of records, with the field or test each stands for.
const OWN_NAMES: [(&str, &str); 6] = [
    ("status", "outcome"),
    ("trace", "trace_id"),
    ("request", "request_id"),
    ("session", "session_id"),
    ("duration", "duration"),
    ("rule", "rule"),
];

pub(super) fn filter(text: &str) -> Result<Node, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error(parser.at, "nothing is open that `)` could close")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn any(&mut self) -> Result<Node, FilterError> {
        let mut members = vec![self.all()?];
        while self.keyword("OR") {
            if matches!(members.last(), Some(Node::All(parts)) if parts.is_empty()) {
                return Err(self.error(self.at, "`OR` needs something on its left"));
            }
            members.push(self.all()?);
            if matches!(members.last(), Some(Node::All(parts)) if parts.is_empty()) {
                return Err(self.error(self.at, "`OR` needs something on its right"));
            }
        }
        Ok(one_or(members, Node::Any))
    }

    fn all(&mut self) -> Result<Node, FilterError> {
        let mut parts = Vec::new();
        loop {
            while self.keyword("AND") {}
            match self.peek() {
                None | Some(')') => break,
                Some(_) if self.at_keyword("OR") => break,
                Some(_) => parts.push(self.part()?),
            }
        }
        Ok(one_or(parts, Node::All))
    }

    fn part(&mut self) -> Result<Node, FilterError> {
        let start = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(start, "nested too deep"));
        }
        let node = if self.eat('(') {
            let inner = self.any()?;
            if !self.eat(')') {
                return Err(self.error(start, "this `(` is not closed"));
            }
            if matches!(&inner, Node::All(parts) if parts.is_empty()) {
                return Err(self.error(start, "nothing in these parentheses"));
            }
            inner
        } else if self.eat('-') || self.keyword("NOT") {
            if self.peek().is_none_or(|next| next == ')') {
                return Err(self.error(start, "nothing to negate"));
            }
            Node::Not(Box::new(self.part()?))
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self) -> Result<Node, FilterError> {
        let start = self.at;
        if self.rest().starts_with('"') {
            return Ok(Node::Test(Test::Text(self.quoted()?)));
        }
        let word = self.word();
        let Some((name, sign)) = field_and_sign(word) else {
            self.at += word.len();
            return Ok(Node::Test(Test::Text(word.to_owned())));
        };
        self.at += name.len() + sign.len();
        let value_at = self.at;
        let is_quoted = self.rest().starts_with('"');
        let value = if is_quoted { self.quoted()? } else { self.take_word().to_owned() };
        if value.is_empty() && !is_quoted {
            return Err(self.error(value_at, format!("`{name}{sign}` needs a value")));
        }
        let name = self.known_name(start, name)?;
        let (sign, negated) = match sign {
            "!=" => ("=", true),
            "!~" => ("~", true),
            sign => (sign, false),
        };
        let test = if value == "*" && !is_quoted && matches!(sign, ":" | "=") {
            self.presence(start, name)?
        } else {
            self.judgement(name, sign, value, value_at)?
        };
        let test = Node::Test(test);
        Ok(if negated { Node::Not(Box::new(test)) } else { test })
    }

    fn known_name(&self, at: usize, name: &'t str) -> Result<&'t str, FilterError> {
        if let Some((_, own)) = OWN_NAMES.iter().find(|(own, _)| *own == name) {
            return Ok(own);
        }
        if semconv::is_known(name) {
            return Ok(name);
        }
        let own = OWN_NAMES.iter().map(|(own, _)| *own);
        let near = nearest(name, own).or_else(|| semconv::nearest(name));
        let mut error = self.error(at, format!("unknown field `{name}`"));
        error.hint = Some(match near {
            Some(near) => format!("did you mean `{near}`? To search for this text, put it in quotes."),
            None => "`rules fields` lists the fields. To search for this text, put it in quotes.".to_owned(),
        });
        Err(error)
    }

    fn presence(&self, at: usize, name: &str) -> Result<Test, FilterError> {
        if matches!(name, "rule" | "duration") {
            return Err(self.error(at, format!("`{name}` needs a value")));
        }
        Ok(Test::Present(Field::new(name)))
    }

    fn judgement(&self, name: &str, sign: &str, value: String, at: usize) -> Result<Test, FilterError> {
        let order = order(sign);
        match (name, order) {
            ("severity", Some(order)) => Ok(Test::Severity(order, self.severity(&value, at)?)),
            ("duration", Some(order)) => {
                let error = || self.error(at, "not a duration: write 2s, 50ms, 1.5m");
                Ok(Test::Duration(order, duration(&value).ok_or_else(error)?))
            }
            ("layer", Some(Order::Equal)) => self.value(Layer::ALL, &value, at, Layer::word).map(Test::Layer),
            ("kind", Some(Order::Equal)) => self.value(Kind::ALL, &value, at, Kind::word).map(Test::Kind),
            ("outcome", Some(Order::Equal)) => {
                self.value(Outcome::ALL, &value, at, Outcome::word).map(Test::Outcome)
            }
            ("rule", Some(Order::Equal)) => Ok(Test::Rule(value)),
            ("rule" | "duration", _) | ("layer" | "kind" | "outcome", Some(_)) => Err(self
                .error(at.saturating_sub(sign.len()), format!("`{name}` cannot be compared with `{sign}`"))),
            (_, Some(Order::Equal)) => Ok(Test::Equals(Field::new(name), value)),
            (_, Some(order)) => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
                let number = number.ok_or_else(|| self.error(at, format!("`{sign}` needs a number here")))?;
                Ok(Test::Number(Field::new(name), order, number))
            }
            (_, None) => Ok(Test::Matches(Field::new(name), self.pattern(&value, at)?)),
        }
    }

    fn severity(&self, value: &str, at: usize) -> Result<Severity, FilterError> {
        match Severity::from_level(value) {
            Severity::Unset => self.value(Severity::ALL, value, at, Severity::word),
            severity => Ok(severity),
        }
    }

    fn value<T: Copy>(
        &self,
        all: &[T],
        value: &str,
        at: usize,
        word: fn(T) -> &'static str,
    ) -> Result<T, FilterError> {
        let lower = value.to_ascii_lowercase();
        if let Some(found) = all.iter().find(|one| word(**one) == lower) {
            return Ok(*found);
        }
        let mut error = self.error(at, format!("unknown value `{value}`"));
        let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
        error.hint = Some(match nearest(&lower, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", words.join(" ")),
        });
        Err(error)
    }

    fn pattern(&self, value: &str, at: usize) -> Result<Pattern, FilterError> {
        let built = RegexBuilder::new(value).case_insensitive(true).size_limit(MAX_PATTERN).build();
        built.map(Pattern).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            self.error(at, format!("not a regular expression: {reason}"))
        })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.rest().chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn at_keyword(&mut self, keyword: &str) -> bool {
        self.peek();
        self.word().eq_ignore_ascii_case(keyword)
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.at += if found { keyword.len() } else { 0 };
        found
    }

    /// What stands here up to a space, a parenthesis or a quote.
    fn word(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|next: char| next.is_whitespace() || matches!(next, '(' | ')' | '"'));
        &rest[..end.unwrap_or(rest.len())]
    }

    fn take_word(&mut self) -> &'t str {
        let word = self.word();
        self.at += word.len();
        word
    }

    fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, character)) = characters.next() {
            match character {
                '"' => {
                    self.at = start + offset + 1;
                    return Ok(value);
                }
                '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, escaped)) => value.push(escaped),
                    None => value.push('\\'),
                },
                other => value.push(other),
            }
        }
        Err(self.error(start, "this quote is not closed"))
    }

    fn error(&self, at: usize, message: impl Into<String>) -> FilterError {
        // Typed text may hold control characters; on one line, each takes one column.
        let plain = |text: &str| -> String {
            text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
        };
        let before = self.text.get(..at).unwrap_or(self.text);
        FilterError {
            message: message.into(),
            at,
            hint: None,
            shown: plain(self.text),
            caret: format!("{}^", " ".repeat(before.chars().count())),
        }
    }
}

/// One member stands for itself.
fn one_or(mut members: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match (members.len(), members.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            members.extend(last);
            many(members)
        }
    }
}

/// Splits `field>=…` when the word begins like a test.
fn field_and_sign(word: &str) -> Option<(&str, &'static str)> {
    let end = word.find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '_' | '.' | '-')))?;
    let (name, rest) = word.split_at(end);
    let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
    (!name.is_empty()).then_some((name, sign))
}

/// `None` for the search sign.
fn order(sign: &str) -> Option<Order> {
    Some(match sign {
        ":" | "=" => Order::Equal,
        "<" => Order::Less,
        "<=" => Order::AtMost,
        ">" => Order::More,
        ">=" => Order::AtLeast,
        _ => return None,
    })
}

/// Nanoseconds; a number without a unit is in seconds.
fn duration(text: &str) -> Option<i64> {
    let end = text.find(|next: char| !(next.is_ascii_digit() || next == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let scale = match unit {
        "ns" => 1_i64,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" | "" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(scale);
    }
    let nanos = number.parse::<f64>().ok()? * scale as f64;
    (nanos < 9.2e18).then_some(nanos.round() as i64)
}

fn nearest<'w>(name: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (strsim::damerau_levenshtein(word, name), word))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
        .map(|(_, near)| near)
}

//! Filter → text that parses to an equal filter.

use std::fmt::{self, Write};

use super::{Node, Test};

const UNITS: [(i64, &str); 6] = [
    (3_600_000_000_000, "h"),
    (60_000_000_000, "m"),
    (1_000_000_000, "s"),
    (1_000_000, "ms"),
    (1_000, "us"),
    (1, "ns"),
];

pub(super) fn root(node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match node {
        Node::All(parts) => joined(parts, " ", f),
        Node::Any(parts) => joined(parts, " OR ", f),
        Node::Not(inner) => {
            f.write_char('-')?;
            part(inner, f)
        }
        Node::Test(test) => print(test, f),
    }
}

fn joined(parts: &[Node], separator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (position, node) in parts.iter().enumerate() {
        f.write_str(if position == 0 { "" } else { separator })?;
        part(node, f)?;
    }
    Ok(())
}

/// A group inside another one keeps its parentheses.
fn part(node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !matches!(node, Node::All(_) | Node::Any(_)) {
        return root(node, f);
    }
    f.write_char('(')?;
    root(node, f)?;
    f.write_char(')')
}

fn print(test: &Test, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match test {
        Test::Text(text) => quote(text, f),
        Test::Layer(layer) => write!(f, "layer:{layer}"),
        Test::Kind(kind) => write!(f, "kind:{kind}"),
        Test::Outcome(outcome) => write!(f, "outcome:{outcome}"),
        Test::Severity(order, severity) => write!(f, "severity{}{severity}", order.sign()),
        Test::Duration(order, nanos) => {
            let exact = UNITS.iter().find(|(scale, _)| nanos % scale == 0);
            let (scale, unit) = exact.copied().unwrap_or((1, "ns"));
            write!(f, "duration{}{}{unit}", order.sign(), nanos / scale)
        }
        Test::Present(name) => write!(f, "{name}:*"),
        Test::Number(name, order, number) => write!(f, "{name}{}{number}", order.sign()),
        Test::Rule(rule) => {
            f.write_str("rule:")?;
            quote(rule, f)
        }
        Test::Equals(name, value) => {
            write!(f, "{name}:")?;
            quote(value, f)
        }
        Test::Matches(name, pattern) => {
            write!(f, "{name}~")?;
            quote(pattern.0.as_str(), f)
        }
    }
}

fn quote(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_keyword = ["and", "or", "not"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_plain && !is_keyword && !text.is_empty() {
        return f.write_str(text);
    }
    f.write_char('"')?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('"')
}

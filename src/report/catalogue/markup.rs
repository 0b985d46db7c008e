//! Text of rule files as Markdown that shows it and does nothing else.

use crate::report::markdown::fence;

/// Prose: what stands in backticks is code, everything else is text. Line breaks become spaces.
pub(super) fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick belongs to no pair, so none of them can be trusted.
    if parts.len().is_multiple_of(2) {
        return escape(&text);
    }
    let code = |(index, part): (usize, &&str)| match index % 2 {
        1 => code(part),
        _ => escape(part),
    };
    parts.iter().enumerate().map(code).collect()
}

/// Prose in a table: a bar would end the cell, even within code.
pub(super) fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|").replace("\\\\|", "\\|")
}

/// Text as code, on one line.
pub(super) fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return escape(text);
    }
    let text = text.replace(['\n', '\r'], " ");
    let ticks = fence(&text, 1);
    // A space next to the fence is dropped when there is one on both sides; so a backtick at the edge can stand.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Lines as a block of code, each indented by `indent`.
pub(super) fn block(text: &str, language: &str, indent: &str) -> String {
    let fence = fence(text, 3);
    let opening = format!("{fence}{language}");
    let lines = std::iter::once(opening.as_str()).chain(text.lines()).chain([fence.as_str()]);
    lines.flat_map(|line| [indent, line, "\n"]).collect()
}

/// A link that shows its address; text for anything that is no plain address.
pub(super) fn link(url: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '\\');
    if url.starts_with("https://") && url.chars().all(plain) { format!("<{url}>") } else { escape(url) }
}

/// Text that Markdown takes literally.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        let within_word = before.is_alphanumeric() && after.is_alphanumeric();
        let marks = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => true,
            // Emphasis needs the edge of a word.
            '_' => !within_word,
            // Only at the start of a paragraph.
            '#' | '+' | '-' => out.is_empty(),
            '.' | ')' => !out.is_empty() && out.chars().all(|c| c.is_ascii_digit()),
            _ => false,
        };
        if marks {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_texts_make_no_markup_of_their_own() {
        assert_eq!(
            prose("a|b <i> [x](y) *c* max_results _d_"),
            r"a\|b \<i\> \[x\](y) \*c\* max_results \_d\_"
        );
        assert_eq!(prose("# no\n heading"), r"\# no heading");
        assert_eq!(prose("1. no list"), r"1\. no list");
        assert_eq!(prose("one ` tick"), r"one \` tick");
        assert_eq!(prose("write `a_b: <T>` instead"), "write `a_b: <T>` instead");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(cell("a|b `c|d`"), r"a\|b `c\|d`");
    }

    #[test]
    fn code_cannot_be_closed_from_inside() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(block("```\nx", "text", ""), "````text\n```\nx\n````\n");
    }

    #[test]
    fn only_an_address_becomes_a_link() {
        assert_eq!(link("https://x.y/a_b"), "<https://x.y/a_b>");
        assert_eq!(link("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(link("https://x.y/ <b>"), r"https://x.y/ \<b\>");
    }
}

//! Text as Markdown that shows it and does nothing else, and that can be read before it is rendered.
//!
//! Text is escaped with backslashes where `CommonMark` or its GitHub flavour would see markup. What GitHub turns into a
//! link in any text (addresses, mentions, issue numbers) stands as code, where it stays what it is: neither a backslash
//! nor an entity keeps GitHub from linking it.

/// Prose: what stands in backticks is code, everything else is text. Line breaks become spaces.
pub(super) fn prose(text: &str) -> String {
    prose_at(text, true)
}

fn prose_at(text: &str, line_start: bool) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick belongs to no pair, and nothing between two that touch is code: so none of them can be trusted.
    let is_paired = !parts.len().is_multiple_of(2);
    if !is_paired || parts.iter().skip(1).step_by(2).any(|code| code.trim().is_empty()) {
        let mut out = String::with_capacity(text.len() + text.len() / 8);
        escape_into(&text, line_start, &mut out);
        return out;
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            1 => out.push_str(&code(part)),
            _ => escape_into(part, line_start, &mut out),
        }
    }
    out
}

/// Prose in a table: a bar would end the cell, even within code.
pub(super) fn cell(text: &str) -> String {
    in_table(&prose_at(text, false))
}

/// Text as code in a table.
pub(super) fn code_cell(text: &str) -> String {
    in_table(&code(text))
}

fn in_table(markdown: &str) -> String {
    markdown.replace('|', "\\|").replace("\\\\|", "\\|")
}

/// Text as code, on one line.
pub(super) fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return escape(text);
    }
    let text = text.replace(['\n', '\r', '\t'], " ");
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

/// Backticks that `text` cannot close from inside: longer than any run of them in it, and at least `least`.
pub(super) fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(least.max(longest + 1))
}

/// A link that shows its address; text for anything that is no plain address.
pub(super) fn link(url: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '\\');
    if url.starts_with("https://") && url.chars().all(plain) { format!("<{url}>") } else { escape(url) }
}

/// Text that Markdown takes literally.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_into(text, true, &mut out);
    out
}

fn escape_into(text: &str, line_start: bool, out: &mut String) {
    // One dollar sign alone begins no formula.
    let formula = text.matches('$').count() > 1;
    let literally = |word: &str, out: &mut String| literally(word, Context { line_start, formula }, out);
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let bare = word.trim_start_matches(OPENING).trim_end_matches(CLOSING);
        if !bare.is_empty() && would_link(bare) {
            let start = word.len() - word.trim_start_matches(OPENING).len();
            literally(&word[..start], out);
            out.push_str(&code(bare));
            literally(&word[start + bare.len()..], out);
        } else {
            literally(word, out);
        }
        // White space at the start of a line may mean a block of code, and a line break ends a paragraph's line.
        if word.len() < piece.len() && !out.is_empty() {
            out.push(' ');
        }
    }
}

/// Punctuation before a word, and after one.
const OPENING: &[char] = &['(', '[', '{', '"', '\'', '<'];
const CLOSING: &[char] = &[')', ']', '}', '"', '\'', '>', '.', ',', ';', ':', '!', '?'];

/// Whether GitHub makes a link of it: an address, a mention, an issue of this or another repository, a commit.
fn would_link(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let numbered = |mark: &str| {
        lower
            .match_indices(mark)
            .any(|(at, _)| lower[at + mark.len()..].starts_with(|c: char| c.is_ascii_digit()))
    };
    word.contains('@')
        || ["://", "www.", "mailto:", "xmpp:"].iter().any(|start| lower.contains(start))
        || numbered("#")
        || numbered("gh-")
        || (word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What decides about a character besides its neighbours.
#[derive(Clone, Copy)]
struct Context {
    /// Whether the text may stand at the start of a line.
    line_start: bool,
    /// Whether there are dollar signs enough for a formula.
    formula: bool,
}

/// One word, its markup characters escaped.
fn literally(word: &str, context: Context, out: &mut String) {
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let run = if c == '_' { rest.len() - rest.trim_start_matches('_').len() } else { c.len_utf8() };
        let before = word[..word.len() - rest.len()].chars().next_back();
        let after = rest[run..].chars().next();
        let marks = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' => true,
            '$' => context.formula,
            // Emphasis needs the edge of a word.
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            // Only at the start of a line.
            '#' | '+' | '-' | '=' => context.line_start && out.is_empty(),
            '.' | ')' => {
                let is_number = !out.is_empty() && out.bytes().all(|byte| byte.is_ascii_digit());
                context.line_start && after.is_none() && is_number
            }
            _ => false,
        };
        for part in rest[..run].chars() {
            if marks {
                out.push('\\');
            }
            out.push(part);
        }
        rest = &rest[run..];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    #[test]
    fn text_makes_no_markup_of_its_own() {
        assert_eq!(
            prose("a|b <i> [x](y) *c* max_results a___b _d_"),
            r"a\|b \<i\> \[x\](y) \*c\* max_results a___b \_d\_"
        );
        assert_eq!(prose("# no\n heading"), r"\# no heading");
        assert_eq!([prose("1. no list"), prose("127.0.0.1 x")], [r"1\. no list", "127.0.0.1 x"]);
        assert_eq!(prose("one ` tick"), r"one \` tick");
        assert_eq!(prose("write `a_b: <T>` instead"), "write `a_b: <T>` instead");
    }

    #[test]
    fn what_github_would_link_is_code() {
        assert_eq!(prose("see (https://x.y/z), www.x.y."), "see (`https://x.y/z`), `www.x.y`.");
        assert_eq!(
            prose("ask @team or a@b.c about o/r#12 GH-3"),
            "ask `@team` or `a@b.c` about `o/r#12` `GH-3`"
        );
        assert_eq!(prose("C# is no link"), "C# is no link");
    }

    #[test]
    fn a_bar_does_not_end_a_cell() {
        assert_eq!(cell("a|b `c|d`"), r"a\|b `c\|d`");
        assert_eq!(code_cell("a|b"), r"`a\|b`");
    }

    #[test]
    fn code_cannot_be_closed_from_inside() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(block("```\nx", "text", ""), "````text\n```\nx\n````\n");
        assert_eq!([fence("a ``` b", 3), fence("a", 3)], ["````", "```"]);
    }

    #[test]
    fn only_an_address_becomes_a_link() {
        assert_eq!(link("https://x.y/a_b"), "<https://x.y/a_b>");
        assert_eq!(link("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(link("https://x.y/ <b>"), r"`https://x.y/` \<b\>");
    }

    /// The words that a reader sees, and whether anything but text and code came out.
    fn rendered(markdown: &str) -> (String, bool) {
        let (mut seen, mut pure) = (String::new(), true);
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Text(text) | Event::Code(text) => seen.push_str(&text),
                Event::SoftBreak => seen.push(' '),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                _ => pure = false,
            }
        }
        (seen, pure)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_reads_as_written(text in r"[-a-c_*`~\[\]()<>&|#+=.:/@!\\$ 1]{1,40}") {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (seen, pure) = rendered(&prose(&text));
            prop_assert!(pure, "{}", prose(&text));
            let bare = |text: &str| text.replace(['`', ' '], "");
            prop_assert_eq!(bare(&seen), bare(&words));
        }
    }
}

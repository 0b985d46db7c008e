//! A diagram as Mermaid source, which GitHub draws.

use std::fmt::Write;

use super::{Actor, Diagram, Line, Look};

/// Writes the diagram.
pub(super) fn write(diagram: &Diagram) -> String {
    let mut out = String::from("sequenceDiagram\n");
    // Writing to a string does not fail.
    let _ = lines(diagram, &mut out);
    out
}

fn lines(diagram: &Diagram, out: &mut String) -> std::fmt::Result {
    for (actor, name) in &diagram.lanes {
        writeln!(out, "    participant {} as {name}", id(*actor))?;
    }
    for line in &diagram.lines {
        match line {
            Line::Arrow { from, to, look, text } => {
                let arrow = match look {
                    Look::Failed if from > to => "--x",
                    Look::Failed => "-x",
                    _ if from > to => "-->>",
                    _ => "->>",
                };
                writeln!(out, "    {}{arrow}{}: {}", id(*from), id(*to), label(text.as_str()))?;
            }
            Line::Stop { from, to, text } if from == to => {
                writeln!(out, "    Note over {}: {}", id(*from), label(text.as_str()))?;
            }
            Line::Stop { from, to, text } => {
                writeln!(out, "    Note over {},{}: {}", id(*from), id(*to), label(text.as_str()))?;
            }
        }
    }
    Ok(())
}

fn id(actor: Actor) -> &'static str {
    match actor {
        Actor::Client => "C",
        Actor::Gateway => "G",
        Actor::Policy => "P",
        Actor::Token => "A",
        Actor::Target => "T",
        Actor::Downstream => "D",
    }
}

/// Text that Mermaid shows and does nothing else with. Letters, digits and what never means anything to it stay; all
/// else becomes an entity (`#59;`), which Mermaid decodes after parsing. So does the word `end`, which may close a block.
pub(super) fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        // `wrap:` in front is a directive; within the text a colon before a space never means anything.
        let (word, colon) = match word.strip_suffix(':') {
            Some(word) if index > 0 => (word, ":"),
            _ => (word, ""),
        };
        let mut letters = word.chars().peekable();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.eq_ignore_ascii_case("end")
            && let Some(first) = letters.next_if(|c| c.is_alphanumeric())
        {
            entity(first, &mut out);
        }
        for c in letters {
            match c {
                '.' | ',' | '_' | '-' | '/' | '(' | ')' | '+' | '=' | '\'' | '…' => out.push(c),
                _ if c.is_alphanumeric() => out.push(c),
                _ => entity(c, &mut out),
            }
        }
        out.push_str(colon);
    }
    // An empty message is a mistake to Mermaid.
    if out.trim().is_empty() { "-".to_owned() } else { out }
}

fn entity(c: char, out: &mut String) {
    let _ = write!(out, "#{};", c as u32);
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_is_nothing_but_text() {
        assert_eq!(label("call of a___b, +7 ms"), "call of a___b, +7 ms");
        assert_eq!(label("a; b # c %% d\ne"), "a#59; b #35; c #37;#37; d#10;e");
        assert_eq!(label("the end"), "the #101;nd");
        assert_eq!(label("END."), "#69;ND.");
        assert_eq!(label("<b>{x}`\""), "#60;b#62;#123;x#125;#96;#34;");
        assert_eq!(label("wrap: a b: c:d"), "wrap#58; a b: c#58;d");
        assert_eq!(label(""), "-");
    }
}

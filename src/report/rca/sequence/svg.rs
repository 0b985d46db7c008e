//! A diagram as an SVG element, for a page without scripts. Colours come from the page's style sheet.

use std::fmt::Write;

use super::{Diagram, Line, Look};

/// Width of a lane, and the height of a row and of a line of text, in pixels.
const LANE: usize = 220;
const ROW: usize = 46;
const TEXT: usize = 17;
/// Top of the first row.
const TOP: usize = 56;
/// Width of a letter, generously.
const LETTER: usize = 8;
/// Characters that fit the width of one lane.
const FIT: usize = 25;

/// Writes the diagram.
pub(super) fn write(diagram: &Diagram) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = draw(diagram, &mut out);
    out
}

fn draw(diagram: &Diagram, out: &mut String) -> std::fmt::Result {
    let mut rows = String::new();
    let mut y = TOP;
    for line in &diagram.lines {
        y += match line {
            Line::Arrow { from, to, look, text } => {
                let (from, to) = (middle(diagram.lane(*from)), middle(diagram.lane(*to)));
                arrow(from, to, y + ROW - 12, *look, text.as_str(), &mut rows)?;
                ROW
            }
            Line::Stop { from, to, text } => {
                stop(diagram.lane(*from), diagram.lane(*to), y, text.as_str(), &mut rows)?
            }
        };
    }
    let (width, height) = (LANE * diagram.lanes.len().max(2) + overhang(diagram), y + 16);
    writeln!(
        out,
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"Sequence diagram of the failing request\">"
    )?;
    for (lane, (_, name)) in diagram.lanes.iter().enumerate() {
        let x = middle(lane);
        writeln!(out, "<line class=\"life\" x1=\"{x}\" y1=\"40\" x2=\"{x}\" y2=\"{height}\"/>")?;
        writeln!(out, "<rect class=\"box\" x=\"{}\" y=\"8\" width=\"120\" height=\"32\" rx=\"5\"/>", x - 60)?;
        writeln!(out, "<text x=\"{x}\" y=\"29\" text-anchor=\"middle\">{name}</text>")?;
    }
    out.push_str(&rows);
    out.push_str("</svg>\n");
    Ok(())
}

/// Room to the right of the last lane for the text of what it does by itself.
fn overhang(diagram: &Diagram) -> usize {
    let last = diagram.lanes.last().map(|(actor, _)| *actor);
    let own = diagram.lines.iter().filter_map(|line| match line {
        Line::Arrow { from, to, text, .. } if from == to && Some(*from) == last => {
            Some(text.as_str().chars().count() * LETTER)
        }
        _ => None,
    });
    own.max().unwrap_or_default().saturating_sub(LANE / 2 - 40)
}

/// Text that is cut where it would run into what stands beside it.
fn fit(text: &str, width: usize) -> String {
    let most = width / LETTER;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

fn middle(lane: usize) -> usize {
    LANE * lane + LANE / 2
}

fn arrow(from: usize, to: usize, y: usize, look: Look, text: &str, out: &mut String) -> std::fmt::Result {
    let class = if look == Look::Failed { "arrow bad" } else { "arrow" };
    let dash = if look == Look::Implied { " stroke-dasharray=\"3 4\"" } else { "" };
    let kind = if look == Look::Failed { " class=\"bad\"" } else { "" };
    if from == to {
        let right = from + 26;
        writeln!(
            out,
            "<path class=\"{class}\"{dash} d=\"M{from} {} H{right} V{y} H{}\"/>",
            y - 16,
            from + 8
        )?;
        tip(from, y, true, look, out)?;
        return writeln!(out, "<text{kind} x=\"{}\" y=\"{}\">{}</text>", right + 8, y - 3, escape(text));
    }
    let leftward = to < from;
    writeln!(out, "<line class=\"{class}\"{dash} x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\"/>")?;
    tip(to, y, leftward, look, out)?;
    let centre = usize::midpoint(from, to);
    let text = &fit(text, from.abs_diff(to) + 24);
    writeln!(out, "<text{kind} x=\"{centre}\" y=\"{}\" text-anchor=\"middle\">{}</text>", y - 7, escape(text))
}

/// The head of an arrow: a triangle, or a cross for what failed.
fn tip(x: usize, y: usize, leftward: bool, look: Look, out: &mut String) -> std::fmt::Result {
    let back = if leftward { x + 9 } else { x - 9 };
    if look == Look::Failed {
        let (near, far) = if leftward { (x + 2, x + 12) } else { (x - 12, x - 2) };
        return writeln!(
            out,
            "<path class=\"arrow bad\" d=\"M{near} {} L{far} {} M{near} {} L{far} {}\"/>",
            y - 5,
            y + 5,
            y + 5,
            y - 5
        );
    }
    writeln!(out, "<path class=\"tip\" d=\"M{x} {y} L{back} {} L{back} {} Z\"/>", y - 5, y + 5)
}

/// The mark of the last step, as high as its text needs; its height.
fn stop(from: usize, to: usize, y: usize, text: &str, out: &mut String) -> Result<usize, std::fmt::Error> {
    let lanes = to - from + 1;
    let lines = wrap(text, FIT * lanes);
    let height = TEXT * lines.len() + 14;
    let (x, width) = (LANE * from + 6, LANE * lanes - 12);
    writeln!(
        out,
        "<rect class=\"stop\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>",
        y + 8
    )?;
    for (index, line) in lines.iter().enumerate() {
        let kind = if index == 0 { " class=\"bad\"" } else { "" };
        let baseline = y + 8 + TEXT * (index + 1);
        writeln!(
            out,
            "<text{kind} x=\"{}\" y=\"{baseline}\" text-anchor=\"middle\">{}</text>",
            x + width / 2,
            escape(line)
        )?;
    }
    Ok(height + 20)
}

/// Lines of at most `width` characters, broken at spaces, and within words that are longer.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(width.max(1)) {
            let last = lines.last().map_or(0, |line| line.chars().count());
            if last > 0 && last + 1 + piece.len() > width {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.extend(piece);
            }
        }
    }
    lines
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_wrapped_and_none_is_markup() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 5), ["abcde", "fgh"]);
        assert_eq!(escape("<b> & \"c\""), "&lt;b&gt; &amp; \"c\"");
    }
}

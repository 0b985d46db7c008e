//! What the texts for people are written on: a width, colours or none, and notes that wrap.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};

/// Columns when there is no terminal to ask.
const WIDTH: usize = 120;

/// Where a text goes, and how it looks there.
pub(super) struct Paper<'a> {
    pub(super) color: bool,
    pub(super) width: usize,
    pub(super) out: &'a mut dyn Write,
}

impl<'a> Paper<'a> {
    /// Of `width` columns, or as many as people expect; coloured when asked for.
    pub(super) fn new(color: bool, width: Option<usize>, out: &'a mut dyn Write) -> Self {
        Self { color, width: width.unwrap_or(WIDTH).clamp(40, 400), out }
    }

    /// The style where there are colours, else none.
    pub(super) fn style(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    /// A command to paste.
    pub(super) fn command_style(&self) -> Style {
        self.style(AnsiColor::Green.on_default())
    }

    /// A line in bold.
    pub(super) fn bold(&mut self, text: &str) -> io::Result<()> {
        let bold = self.style(Style::new().bold());
        writeln!(self.out, "{bold}{text}{bold:#}")
    }

    /// `label: text` so many columns from the left, wrapped, continued under the text.
    pub(super) fn note(&mut self, left: usize, label: &str, text: &str) -> io::Result<()> {
        let bold = self.style(Style::new().bold());
        let indent = left + label.chars().count() + 2;
        let lines = wrap(text, self.width.saturating_sub(indent));
        let mut lines = lines.iter();
        let first = lines.next().map_or("", |line| line);
        writeln!(self.out, "{:left$}{bold}{label}:{bold:#} {first}", "")?;
        lines.try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }
}

/// Breaks text at spaces into lines of at most `width` characters, where words allow it.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + len <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + len;
            }
            _ => {
                lines.push(word.to_owned());
                used = len;
            }
        }
    }
    lines
}

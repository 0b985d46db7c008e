//! A page of Markdown, built from blocks: headings, paragraphs, lists, tables, code.
//!
//! What is passed in is Markdown already, but for [`Page::block`], which takes text.

use unicode_width::UnicodeWidthStr;

use crate::report::markup;

/// Columns wider than this are not padded: one long cell would push the others off the screen.
const PADDED: usize = 44;

/// A page in the making. Blocks are separated by blank lines.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    fn start(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    /// A heading of `level` 1 to 6.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.start();
        self.0.push_str(&"#".repeat(level));
        self.0.push(' ');
        self.line(text);
    }

    /// A paragraph. It stays on one line, because a line break within one is a line break on the page of an issue.
    pub(super) fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.start();
            self.line(text);
        }
    }

    /// A quotation of one paragraph.
    pub(super) fn quote(&mut self, text: &str) {
        self.start();
        self.0.push_str("> ");
        self.line(text);
    }

    /// A list of one-line items.
    pub(super) fn list(&mut self, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.start();
        for item in items {
            self.0.push_str("- ");
            self.line(item);
        }
    }

    /// A list, each item with a list of its own below it.
    pub(super) fn nested(&mut self, items: &[(String, Vec<String>)]) {
        if items.is_empty() {
            return;
        }
        self.start();
        for (item, below) in items {
            self.0.push_str("- ");
            self.line(item);
            for item in below {
                self.0.push_str("  - ");
                self.line(item);
            }
        }
    }

    /// A step of a numbered list, with an optional command.
    pub(super) fn step(&mut self, number: usize, text: &str, command: Option<&str>) {
        let number = format!("{number}. ");
        self.start();
        self.0.push_str(&number);
        self.line(text);
        if let Some(command) = command {
            self.0.push('\n');
            self.0.push_str(&markup::block(command, "sh", &" ".repeat(number.len())));
        }
    }

    /// Text as a block of code.
    pub(super) fn block(&mut self, text: &str, language: &str) {
        self.start();
        self.0.push_str(&markup::block(text, language, ""));
    }

    /// Blocks that are written already.
    pub(super) fn markdown(&mut self, blocks: &str) {
        self.start();
        self.line(blocks);
    }

    /// A table; nothing when it has no row.
    pub(super) fn table(&mut self, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        self.start();
        let widths = table.widths();
        self.row(&table.head.map_cells(), &widths, table);
        let rule: Vec<String> = widths
            .iter()
            .enumerate()
            .map(|(column, width)| {
                let dashes = "-".repeat((*width).max(3));
                if table.is_right(column) { format!("{}:", &dashes[1..]) } else { dashes }
            })
            .collect();
        self.line(&format!("| {} |", rule.join(" | ")));
        for row in &table.rows {
            self.row(row, &widths, table);
        }
    }

    fn row(&mut self, cells: &[String], widths: &[usize], table: &Table) {
        self.0.push('|');
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if table.is_right(column) { (&*padding, "") } else { ("", &*padding) };
            self.0.extend([" ", before, cell, after, " |"]);
        }
        self.0.push('\n');
    }

    fn line(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    /// The page, ended by a line feed.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// The names of a table's columns; one that starts with `>` is aligned to the right.
#[derive(Clone, Copy, Debug)]
struct Head(&'static [&'static str]);

impl Head {
    fn map_cells(self) -> Vec<String> {
        self.0.iter().map(|name| name.trim_start_matches('>').to_owned()).collect()
    }
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    head: Head,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns; a name that starts with `>` is of a column of numbers.
    pub(super) fn new(head: &'static [&'static str]) -> Self {
        Self { head: Head(head), rows: Vec::new() }
    }

    /// Adds a row; cells are Markdown in which no bar is bare.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut cells: Vec<String> = cells.into_iter().collect();
        cells.resize(self.head.0.len(), String::new());
        self.rows.push(cells);
    }

    fn is_right(&self, column: usize) -> bool {
        self.head.0.get(column).is_some_and(|name| name.starts_with('>'))
    }

    fn widths(&self) -> Vec<usize> {
        let head = self.head.map_cells();
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].width());
            cells.chain([head[column].width()]).filter(|width| *width <= PADDED).max().unwrap_or(PADDED)
        };
        (0..head.len()).map(width).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_separated_and_columns_line_up() {
        let mut page = Page::default();
        page.heading(2, "Impact");
        page.paragraph("");
        page.paragraph("text");
        let mut table = Table::new(&["Tool", ">Failed"]);
        table.row(["a".to_owned(), "12".to_owned()]);
        table.row(["longer name".to_owned()]);
        page.table(&table);
        page.table(&Table::new(&["Nothing"]));
        page.step(10, "do", Some("x\ny"));
        let expected = "## Impact\n\ntext\n\n| Tool        | Failed |\n| ----------- | -----: |\n| a           |     12 |\n\
                        | longer name |        |\n\n10. do\n\n    ```sh\n    x\n    y\n    ```\n";
        assert_eq!(page.finish(), expected);
    }
}

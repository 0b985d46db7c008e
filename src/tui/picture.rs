//! A drawn frame as text or as SVG, for documents, bug reports and tests.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::theme::ThemeName;

/// The frame as lines of text without trailing spaces.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        let line: String = row.iter().map(|run| run.text.as_str()).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Width and height of a cell, and size of the font, in pixels.
const CELL: (f64, f64, f64) = (8.4, 18.0, 14.0);

/// The frame as an SVG picture. Each run of text gets its exact width, so that any monospaced font fits.
pub fn svg(buffer: &Buffer, theme: ThemeName) -> String {
    let (wide, high, font) = CELL;
    let (width, height) =
        (f64::from(buffer.area.width) * wide + 16.0, f64::from(buffer.area.height) * high + 16.0);
    let (front, back) = ground(theme);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"{font}\">"
    );
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{back}\"/>");
    for (index, row) in rows(buffer).iter().enumerate() {
        let y = 8.0 + index as f64 * high;
        for run in row {
            let x = 8.0 + f64::from(run.column) * wide;
            draw(&mut out, run, (x, y), (&front, &back));
        }
    }
    out.push_str("</svg>\n");
    out
}

fn draw(out: &mut String, run: &Run, (x, y): (f64, f64), (front, back): (&str, &str)) {
    let (wide, high, _) = CELL;
    let length = f64::from(run.columns) * wide;
    let reversed = run.style.2.contains(Modifier::REVERSED);
    let (mut fill, mut ground) = (colour(run.style.0), colour(run.style.1));
    if reversed {
        (fill, ground) = (ground.or_else(|| Some(back.to_owned())), fill.or_else(|| Some(front.to_owned())));
    }
    if let Some(ground) = ground {
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{high:.1}\" fill=\"{ground}\" shape-rendering=\"crispEdges\"/>"
        );
    }
    if run.text.trim().is_empty() {
        return;
    }
    let fill = fill.unwrap_or_else(|| front.to_owned());
    let weight = if run.style.2.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let line = if run.style.2.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
    let faint = if run.style.2.contains(Modifier::DIM) { " opacity=\"0.6\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{fill}\" textLength=\"{length:.1}\" xml:space=\"preserve\"{weight}{line}{faint}>{}</text>",
        y + 13.5,
        escaped(&run.text)
    );
}

type Style = (Color, Color, Modifier);

/// Neighbouring cells of one style.
struct Run {
    column: u16,
    columns: u16,
    text: String,
    style: Style,
}

fn rows(buffer: &Buffer) -> Vec<Vec<Run>> {
    let width = usize::from(buffer.area.width).max(1);
    buffer.content.chunks(width).map(runs).collect()
}

fn runs(cells: &[Cell]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    while let Some(cell) = cells.get(column) {
        let columns = super::widgets::width(cell.symbol()).max(1) as u16;
        let style = (cell.fg, cell.bg, cell.modifier);
        match runs.last_mut() {
            Some(run) if run.style == style => {
                run.text.push_str(cell.symbol());
                run.columns += columns;
            }
            _ => runs.push(Run { column: column as u16, columns, text: cell.symbol().to_owned(), style }),
        }
        column += usize::from(columns);
    }
    runs
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text and background where a theme leaves them to the terminal.
fn ground(theme: ThemeName) -> (String, String) {
    let (front, back) = match theme {
        ThemeName::Light => ("#24292f", "#ffffff"),
        ThemeName::HighContrast => ("#ffffff", "#000000"),
        ThemeName::Dark | ThemeName::Ansi | ThemeName::Plain => ("#d8dee9", "#16191f"),
    };
    (front.to_owned(), back.to_owned())
}

fn colour(colour: Color) -> Option<String> {
    Some(match colour {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Black => "#000000".into(),
        Color::Red | Color::LightRed => "#ff6b6b".into(),
        Color::Green | Color::LightGreen => "#4fb477".into(),
        Color::Yellow | Color::LightYellow => "#d9a520".into(),
        Color::Blue => "#4f7fd0".into(),
        Color::LightBlue => "#6fa8ff".into(),
        Color::Magenta | Color::LightMagenta => "#b58bd8".into(),
        Color::Cyan | Color::LightCyan => "#3fb8c5".into(),
        Color::Gray => "#b0b6c0".into(),
        Color::DarkGray => "#7a8290".into(),
        Color::White => "#ffffff".into(),
        Color::Reset | Color::Indexed(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn wide_characters_take_their_columns_and_markup_is_escaped() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 2));
        buffer.set_string(0, 0, "日<b>", Style::new().fg(Color::Rgb(1, 2, 3)));
        assert_eq!(text(&buffer), "日<b>\n\n");
        let picture = svg(&buffer, ThemeName::Dark);
        assert!(picture.contains("日&lt;b&gt;</text>") && picture.contains("fill=\"#010203\""), "{picture}");
    }
}

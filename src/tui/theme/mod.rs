//! Colours by meaning. Nothing is told by colour alone: outcomes have a sign and a word, selections a pointer.

mod symbols;

pub use symbols::{ASCII, Symbols, UNICODE};

use ratatui::style::{Color, Modifier, Style};

use crate::model::{Layer, Level, Outcome, Severity, Standing, StepState};

/// What a piece of text is; a theme gives it a style.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Plain text.
    Normal,
    /// Less important: units, hints, times.
    Dim,
    /// Headings, column titles.
    Title,
    /// The selected row or tab.
    Selection,
    /// A failed outcome, an error.
    Failed,
    /// A good outcome.
    Ok,
    /// An outcome that cannot be told.
    Unknown,
    /// A warning.
    Warning,
    /// A key to press.
    Key,
    /// Something Enter follows: a signal, a request.
    Link,
    /// A command to copy.
    Command,
    /// What a search or a rule matched.
    Match,
    /// Lines and borders.
    Border,
    /// Bars of durations and counts.
    Bar,
    /// Written by this layer.
    Layer(Layer),
}

impl From<Outcome> for Role {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Failed => Self::Failed,
            Outcome::Ok => Self::Ok,
            Outcome::Unknown => Self::Unknown,
        }
    }
}

impl From<Level> for Role {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Failed,
            Level::Warning => Self::Warning,
            Level::Info => Self::Dim,
        }
    }
}

impl From<Severity> for Role {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error | Severity::Fatal => Self::Failed,
            Severity::Warn => Self::Warning,
            Severity::Trace | Severity::Debug => Self::Dim,
            Severity::Info | Severity::Unset => Self::Normal,
        }
    }
}

impl From<Standing> for Role {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Confirmed => Self::Failed,
            Standing::Likely => Self::Warning,
            Standing::Possible | Standing::CannotTell => Self::Unknown,
            Standing::RuledOut => Self::Dim,
        }
    }
}

impl From<StepState> for Role {
    fn from(state: StepState) -> Self {
        match state {
            StepState::Passed => Self::Ok,
            StepState::Failed | StepState::Missing => Self::Failed,
            StepState::Implied => Self::Normal,
            StepState::Unseen => Self::Unknown,
            StepState::NotApplicable => Self::Dim,
        }
    }
}

crate::model::words! {
    /// The themes.
    ThemeName {
        /// For dark terminals.
        Dark = "dark",
        /// For light terminals.
        Light = "light",
        /// Black and white with few strong colours.
        HighContrast = "high-contrast",
        /// The sixteen colours that the terminal itself defines.
        Ansi = "16-colour",
        /// No colour at all; `NO_COLOR` chooses it.
        Plain = "plain",
    }
}

impl ThemeName {
    /// The one after it, around.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|name| *name == self).unwrap_or_default();
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// Theme and signs: how things look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Colours.
    pub theme: ThemeName,
    /// Signs.
    pub symbols: &'static Symbols,
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: ThemeName::Dark, symbols: &UNICODE }
    }
}

/// Colours of one theme.
struct Palette {
    text: Color,
    back: Color,
    dim: Color,
    title: Color,
    selected: Style,
    failed: Color,
    ok: Color,
    unknown: Color,
    warning: Color,
    key: Color,
    link: Color,
    bar: Color,
    border: Color,
    /// Client, gateway, runtime, span, all others.
    layers: [Color; 5],
}

const fn rgb(hex: u32) -> Color {
    Color::Rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Palette = Palette {
    text: rgb(0xd8_dee9),
    back: Color::Reset,
    dim: rgb(0xa0_a9ba),
    title: rgb(0xec_eff4),
    selected: Style::new().bg(rgb(0x28_3a50)),
    failed: rgb(0xff_7b72),
    ok: rgb(0x7e_c699),
    unknown: rgb(0xb3_a6e0),
    warning: rgb(0xe8_b75d),
    key: rgb(0x7d_cfff),
    link: rgb(0x79_b8ff),
    bar: rgb(0x6f_97bf),
    border: rgb(0x6b_7686),
    layers: [rgb(0xc4_a7e7), rgb(0xf6_c177), rgb(0x9c_cfd8), rgb(0x8f_b8ff), rgb(0xa3_aab8)],
};

const LIGHT: Palette = Palette {
    text: rgb(0x24_292f),
    back: Color::Reset,
    dim: rgb(0x5c_6570),
    title: rgb(0x0b_1220),
    selected: Style::new().bg(rgb(0xcf_e3fb)),
    failed: rgb(0xb4_1f1f),
    ok: rgb(0x1a_6b34),
    unknown: rgb(0x62_4bb0),
    warning: rgb(0x8a_5a00),
    key: rgb(0x05_5a9c),
    link: rgb(0x09_50a8),
    bar: rgb(0x45_77ad),
    border: rgb(0x85_8e9a),
    layers: [rgb(0x6f_42a1), rgb(0x8f_5200), rgb(0x0b_6b74), rgb(0x1b_4fb3), rgb(0x4d_5561)],
};

const HIGH_CONTRAST: Palette = Palette {
    text: rgb(0xff_ffff),
    back: rgb(0x00_0000),
    dim: rgb(0xd0_d0d0),
    title: rgb(0xff_ffff),
    selected: Style::new().bg(rgb(0xff_ff00)).fg(rgb(0x00_0000)),
    failed: rgb(0xff_8080),
    ok: rgb(0x80_ff80),
    unknown: rgb(0xe0_c0ff),
    warning: rgb(0xff_d700),
    key: rgb(0x00_ffff),
    link: rgb(0x80_c0ff),
    bar: rgb(0x80_c0ff),
    border: rgb(0xff_ffff),
    layers: [rgb(0xff_b0ff), rgb(0xff_c060), rgb(0x60_ffff), rgb(0xa0_c0ff), rgb(0xff_ffff)],
};

const ANSI: Palette = Palette {
    text: Color::Reset,
    back: Color::Reset,
    dim: Color::Reset,
    title: Color::Reset,
    selected: Style::new().fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED),
    failed: Color::LightRed,
    ok: Color::Green,
    unknown: Color::Magenta,
    warning: Color::Yellow,
    key: Color::Cyan,
    link: Color::LightBlue,
    bar: Color::Blue,
    border: Color::Reset,
    layers: [Color::Magenta, Color::Yellow, Color::Cyan, Color::LightBlue, Color::Reset],
};

impl Palette {
    fn of(theme: ThemeName) -> Option<&'static Self> {
        match theme {
            ThemeName::Dark => Some(&DARK),
            ThemeName::Light => Some(&LIGHT),
            ThemeName::HighContrast => Some(&HIGH_CONTRAST),
            ThemeName::Ansi => Some(&ANSI),
            ThemeName::Plain => None,
        }
    }

    fn colour(&self, role: Role) -> Color {
        match role {
            Role::Normal | Role::Selection => self.text,
            Role::Dim => self.dim,
            Role::Title => self.title,
            Role::Failed => self.failed,
            Role::Ok => self.ok,
            Role::Unknown => self.unknown,
            Role::Warning | Role::Match => self.warning,
            Role::Key | Role::Command => self.key,
            Role::Link => self.link,
            Role::Border => self.border,
            Role::Bar => self.bar,
            Role::Layer(layer) => match layer {
                Layer::Client => self.layers[0],
                Layer::Gateway => self.layers[1],
                Layer::Runtime => self.layers[2],
                Layer::Span => self.layers[3],
                _ => self.layers[4],
            },
        }
    }
}

impl Look {
    /// The style of `role`.
    pub fn style(self, role: Role) -> Style {
        let weight = weight(role);
        let Some(palette) = Palette::of(self.theme) else { return plain(role).patch(weight) };
        if role == Role::Selection {
            return palette.selected.add_modifier(Modifier::BOLD);
        }
        let style = Style::new().fg(palette.colour(role)).patch(weight);
        match (self.theme, role) {
            // Some schemes give the greys of the sixteen colours the colour of the background.
            (ThemeName::Ansi, Role::Dim | Role::Border) => style.add_modifier(Modifier::DIM),
            _ => style,
        }
    }

    /// The style of the whole screen.
    pub fn ground(self) -> Style {
        Palette::of(self.theme)
            .map_or_else(Style::new, |palette| Style::new().fg(palette.text).bg(palette.back))
    }
}

fn weight(role: Role) -> Style {
    match role {
        Role::Title | Role::Failed | Role::Key => Style::new().add_modifier(Modifier::BOLD),
        Role::Link | Role::Match => Style::new().add_modifier(Modifier::UNDERLINED),
        _ => Style::new(),
    }
}

/// Without colours only weight is left.
fn plain(role: Role) -> Style {
    match role {
        Role::Selection => Style::new().add_modifier(Modifier::REVERSED),
        Role::Dim | Role::Border => Style::new().add_modifier(Modifier::DIM),
        Role::Warning => Style::new().add_modifier(Modifier::BOLD),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_theme_names_no_colour() {
        let look = Look { theme: ThemeName::Plain, symbols: &ASCII };
        for role in [Role::Failed, Role::Ok, Role::Selection, Role::Layer(Layer::Gateway), Role::Bar] {
            let style = look.style(role);
            assert!(style.fg.is_none() && style.bg.is_none(), "{role:?}");
        }
        assert_eq!(look.ground(), Style::new());
    }

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(red, green, blue) = colour else { panic!("{colour:?}") };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_its_ground() {
        for (theme, ground, least) in [
            (ThemeName::Dark, rgb(0x1e_1e1e), 4.5),
            (ThemeName::Light, rgb(0xff_ffff), 4.5),
            (ThemeName::HighContrast, rgb(0x00_0000), 7.0),
        ] {
            let look = Look { theme, symbols: &UNICODE };
            let layers = Layer::ALL.iter().copied().map(Role::Layer);
            let roles = [Role::Normal, Role::Dim, Role::Title, Role::Failed, Role::Ok, Role::Unknown];
            let others = [Role::Warning, Role::Key, Role::Link, Role::Command, Role::Match];
            for role in roles.into_iter().chain(others).chain(layers) {
                let own = look.style(role).fg.expect("a colour");
                assert!(contrast(own, ground) >= least, "{theme} {role:?}: {:.2}", contrast(own, ground));
                let selected = look.style(role).patch(look.style(Role::Selection));
                let (text, back) = (selected.fg.expect("a colour"), selected.bg.expect("a colour"));
                assert!(contrast(text, back) >= 4.5, "{theme} {role:?}: {:.2}", contrast(text, back));
            }
            for role in [Role::Bar, Role::Border] {
                let own = look.style(role).fg.expect("a colour");
                assert!(contrast(own, ground) >= 3.0, "{theme} {role:?}: {:.2}", contrast(own, ground));
            }
        }
    }

    #[test]
    fn ascii_signs_are_ascii() {
        let text = format!("{ASCII:?}");
        assert!(text.is_ascii(), "{text}");
    }

    #[test]
    fn outcomes_differ_by_sign() {
        for symbols in [&UNICODE, &ASCII] {
            let signs: std::collections::BTreeSet<_> =
                Outcome::ALL.iter().map(|outcome| symbols.outcome(*outcome)).collect();
            assert_eq!(signs.len(), Outcome::ALL.len());
        }
    }
}

//! Options of the terminal screens.

use clap::Args;

use crate::commands::{Print, Target};
use crate::tui::screens::ScreenId;
use crate::tui::theme::ThemeName;

use super::values;

/// The terminal screens.
#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(super) struct ScreenArguments {
    /// Go on reading files that grow and live sources; a pipe is always followed to its end
    ///
    /// Without the screens, live sources are read until Ctrl-C and judged then.
    #[arg(long, short, help_heading = "Screens")]
    pub(super) follow: bool,

    /// Colours of the screens: dark, light, high-contrast, 16-colour or plain
    #[arg(long, value_name = "THEME", value_parser = values::theme(), hide_possible_values = true, help_heading = "Screens")]
    pub(super) theme: Option<ThemeName>,

    /// Draw with ASCII signs only
    #[arg(long, help_heading = "Screens")]
    pub(super) ascii: bool,

    /// Print the keys and what they do, as Markdown, with those of the configuration
    #[arg(
        long,
        conflicts_with_all = ["rule_check", "report", "expect", "format", "fail_on", "fail_on_gaps"],
        help_heading = "Screens"
    )]
    pub(super) print_keys: bool,

    /// Print one frame of a screen: requests, timeline, diagnosis, signal, logs, compare, schemas, rules or coverage
    #[arg(
        long,
        value_name = "SCREEN",
        value_parser = values::screen(),
        hide_possible_values = true,
        conflicts_with_all = ["rule_check", "report", "expect", "format", "fail_on", "fail_on_gaps", "print_keys"],
        help_heading = "Screens"
    )]
    print_screen: Option<ScreenId>,

    /// Give the frame so many columns and rows
    #[arg(
        long,
        value_name = "COLUMNSxROWS",
        value_parser = values::size,
        default_value = "120x40",
        requires = "print_screen",
        help_heading = "Screens"
    )]
    size: (u16, u16),

    /// Print the frame as an SVG picture
    #[arg(long, requires = "print_screen", help_heading = "Screens")]
    svg: bool,
}

impl ScreenArguments {
    /// One frame, when it is asked for.
    pub(super) fn print(&self, output: Target) -> Option<Print> {
        Some(Print { screen: self.print_screen?, size: self.size, svg: self.svg, output })
    }
}

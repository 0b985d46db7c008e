//! The manual page: the program and all its subcommands on one page, in roff.

use std::io;

use clap::Command;
use clap_mangen::Man;

/// What no option says.
const SURROUNDINGS: &str = r"
.SH ENVIRONMENT
.TP
\fBNO_COLOR\fR
When set, nothing is coloured unless \fB\-\-color always\fR is given.
.TP
\fBAWS_PROFILE\fR, \fBAWS_REGION\fR and the others of the AWS CLI
How live sources are reached where no option says it.
.TP
\fBPAGER\fR, \fBVISUAL\fR, \fBEDITOR\fR
What opens a record from the screens; \fBless\fR and \fBvi\fR without them.
.TP
\fBXDG_CONFIG_HOME\fR, \fBXDG_STATE_HOME\fR
Where the files below lie; \fI~/.config\fR and \fI~/.local/state\fR without them.
.SH FILES
.TP
\fI$XDG_CONFIG_HOME/agentcore\-triage/config.toml\fR
Theme, time zone and keys of the screens; \fBagentcore\-triage \-\-print\-keys\fR tells its form.
.TP
\fI$XDG_STATE_HOME/agentcore\-triage/sessions/\fR
Where the screens were left, for each capture.
";

/// The page of `command`.
///
/// # Errors
/// Never: memory takes every byte. The type is that of the writer underneath.
pub(super) fn page(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone()).manual("User Commands");
    let mut page = roff(|out| {
        man.render_title(out)?;
        man.render_name_section(out)?;
        man.render_synopsis_section(out)?;
        man.render_description_section(out)?;
        man.render_options_section(out)
    })?;
    page.push_str(".SH SUBCOMMANDS\n");
    subcommands(command, "", &mut page)?;
    page.push_str(SURROUNDINGS.trim_start());
    let extra = roff(|out| man.render_extra_section(out))?;
    page.push_str(
        &extra
            .replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n")
            .replace("\nExit codes:\n", ".SH EXIT STATUS\n"),
    );
    Ok(as_laid_out(&page))
}

/// A subsection for each command below `command`, whose words so far are `before`.
fn subcommands(command: &Command, before: &str, page: &mut String) -> io::Result<()> {
    for below in command.get_subcommands() {
        let words = format!("{before}{}", below.get_name());
        if below.has_subcommands() {
            subcommands(below, &format!("{words} "), page)?;
            continue;
        }
        // `--help` is the same everywhere.
        let man = Man::new(below.clone().bin_name(words.as_str()).disable_help_flag(true));
        let own = roff(|out| {
            man.render_synopsis_section(out)?;
            man.render_description_section(out)?;
            man.render_options_section(out)
        })?;
        page.push_str(".SS ");
        page.push_str(&words);
        page.push('\n');
        // Its sections are paragraphs here.
        let lines = own.lines().filter_map(|line| match line.strip_prefix(".SH ") {
            Some("DESCRIPTION") => Some(".PP"),
            Some(_) => None,
            None => Some(line),
        });
        lines.for_each(|line| {
            page.push_str(line);
            page.push('\n');
        });
    }
    Ok(())
}

/// What `write` writes.
fn roff(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<String> {
    let mut page = Vec::new();
    write(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Indented lines are tables and stay lines: without this they would be filled like prose.
fn as_laid_out(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut is_table = false;
    for line in page.lines() {
        if line.starts_with("  ") != is_table {
            is_table = !is_table;
            out.push_str(if is_table { ".nf\n" } else { ".fi\n" });
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

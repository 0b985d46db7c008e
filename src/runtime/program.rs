//! Pager and editor: other programs that have the terminal for a while.

use std::io::{self, Write};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether another program has the terminal: interrupts are then meant for it.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Command lines of the person's programs, as a shell reads them.
pub(super) struct Programs {
    pub(super) pager: String,
    pub(super) editor: String,
}

impl Programs {
    /// From the environment; `get` gives a variable's value.
    pub(super) fn new(get: &dyn Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str], otherwise: &str| {
            let set = names.iter().filter_map(|name| get(name)).find(|value| !value.trim().is_empty());
            set.unwrap_or_else(|| otherwise.to_owned())
        };
        Self { pager: first(&["PAGER"], "less"), editor: first(&["VISUAL", "EDITOR"], "vi") }
    }
}

/// Whether another program has the terminal.
pub(super) fn is_running() -> bool {
    RUNNING.load(Ordering::SeqCst)
}

/// Why a record was not shown, or perhaps not.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    #[error("cannot be run: {0}")]
    Start(#[from] io::Error),
    #[error("was not found, or may not be run")]
    NotFound,
    #[error("ended with {0}")]
    Failed(ExitStatus),
}

/// Shows `text` with `command` and waits for its end. The file is gone afterwards; nobody else can read it.
pub(super) fn show(command: &str, text: &str) -> Result<(), ProgramError> {
    let mut file = tempfile::Builder::new().prefix("agentcore-triage-").suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    RUNNING.store(true, Ordering::SeqCst);
    let status = shell(command).arg(file.path()).status();
    RUNNING.store(false, Ordering::SeqCst);
    let status = status?;
    match status.code() {
        Some(0) => Ok(()),
        // What a shell says of a command that it does not find, or may not run.
        Some(126 | 127) => Err(ProgramError::NotFound),
        _ => Err(ProgramError::Failed(status)),
    }
}

/// `PAGER="less -R"` is a command line, so a shell has to read it.
#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{command} \"$1\""), "sh"]);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    Command::new(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_none() {
        let get = |name: &str| match name {
            "VISUAL" => Some("  ".to_owned()),
            "EDITOR" => Some("nano -w".to_owned()),
            _ => None,
        };
        let programs = Programs::new(&get);
        assert_eq!((programs.pager.as_str(), programs.editor.as_str()), ("less", "nano -w"));
    }

    #[cfg(unix)]
    #[test]
    fn the_program_sees_the_text() {
        assert!(show("grep -q needle", "hay\nneedle\n").is_ok());
        assert!(matches!(show("no-such-program-here", ""), Err(ProgramError::NotFound)));
        assert_eq!(show("exit 3 #", "").unwrap_err().to_string(), "ended with exit status: 3");
        assert!(!is_running());
    }
}

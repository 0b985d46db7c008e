//! Where a command writes: standard output, or a file that is replaced in one step.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::model::Issue;
use crate::text::Door;

/// Longest message about an input, in characters.
pub(super) const MAX_NOTE: usize = 2_000;

/// Where the data of a command go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl Target {
    /// Standard output for `None` and `-`, else the file.
    pub fn of(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path.as_os_str() != "-" => Self::File(path.to_owned()),
            _ => Self::Stdout,
        }
    }

    /// Writes what `body` writes, all of it or nothing.
    ///
    /// A reader that closes its end of the pipe has what it wants: that is no error.
    ///
    /// # Errors
    /// When the target cannot be written; a file that was there before is then unchanged.
    pub fn write(&self, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
        let written = match self {
            Self::Stdout => stream(io::stdout().lock(), body).context("standard output cannot be written"),
            Self::File(path) => file(path, body),
        };
        match written {
            Err(error) if is_closed_pipe(&error) => Ok(()),
            other => other,
        }
    }
}

/// Writes a line to stderr. When nobody listens there, the exit code has to do.
pub(super) fn note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Tells on stderr which inputs could not be read at all; whether there was none.
pub(super) fn tell_unreadable<'i>(issues: impl IntoIterator<Item = &'i Issue>, door: Door) -> bool {
    let mut whole = true;
    for issue in issues.into_iter().filter(|issue| issue.fatal) {
        let line = issue.line.map(|line| format!(":{line}")).unwrap_or_default();
        note(door.line(&format!("error: {}{line}: {}", issue.path, issue.message), MAX_NOTE).as_str());
        whole = false;
    }
    whole
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn stream(out: impl Write, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    body(&mut out)?;
    out.flush()
}

fn file(path: &Path, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    // A link is followed, so that the file it names is replaced and not the link.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if path.is_dir() {
        bail!("'{}' is a folder; name a file for --output", path.display());
    }
    let cannot_write = || format!("'{}' cannot be written", path.display());
    if path.exists() && !path.is_file() {
        // A device or a named pipe: there is nothing to replace.
        let device = File::options().write(true).open(path).with_context(cannot_write)?;
        return stream(device, body).with_context(cannot_write);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!(
            "'{}' cannot be written: there is no folder '{}'; create it first",
            path.display(),
            folder.display()
        );
    }
    let mut beside = beside(folder).with_context(cannot_write)?;
    stream(&mut beside, body).with_context(cannot_write)?;
    beside.persist(path).map_err(|error| error.error).with_context(cannot_write)?;
    Ok(())
}

/// A temporary file in `folder` with the rights that the user's mask gives new files.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".agentcore-triage-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        fs::write(&path, "old and longer").unwrap();
        Target::of(Some(&path)).write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(entries(folder.path()), 1);
    }

    #[test]
    fn a_failure_in_the_middle_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        fs::write(&path, "old").unwrap();
        let failed = Target::of(Some(&path)).write(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("broke"))
        });
        assert!(format!("{:#}", failed.unwrap_err()).contains("out.json' cannot be written: broke"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(entries(folder.path()), 1);
    }

    #[test]
    fn a_missing_folder_and_a_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &Path| Target::of(Some(path)).write(|_| Ok(())).unwrap_err().to_string();
        assert!(write(&folder.path().join("no/out.json")).contains("create it first"));
        assert!(write(folder.path()).contains("is a folder"));
    }

    #[test]
    fn a_closed_pipe_is_success() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let closed = Target::of(Some(&path)).write(|_| Err(io::ErrorKind::BrokenPipe.into()));
        assert!(closed.is_ok());
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_keeps_pointing_at_the_new_content() {
        let folder = tempfile::tempdir().unwrap();
        let [real, link] = ["real", "link"].map(|name| folder.path().join(name));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        Target::of(Some(&link)).write(|out| out.write_all(b"new")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
    }
}

//! The files of a folder, in order of their names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::model::{Issue, REPORT_TITLE};

use super::{reason, recorded};

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Regular files and links to such.
    pub(super) files: Vec<PathBuf>,
    /// Folders that hold a recorded capture.
    pub(super) recordings: Vec<PathBuf>,
    /// What could not be entered or read, and what was set aside.
    pub(super) issues: Vec<Issue>,
}

/// Walks `folder`, through links too.
///
/// Hidden entries (`.git`, `.DS_Store`), read-me files and reports that this program wrote are no logs: they are set
/// aside, which is said once. Both quote the failures they explain and would be taken for evidence. Naming such a file
/// reads it. Files that somebody `knows` to be logs are not opened to find that out.
pub(super) fn files(folder: &Path, knows: &dyn Fn(&Path) -> bool) -> Walked {
    let mut walked = Walked::default();
    let mut aside = Vec::new();
    let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if is_own(&entry, &walked.recordings) => {}
            Ok(entry) if entry.depth() > 0 && is_set_aside(&entry, knows) => {
                aside.push(entry.file_name().to_string_lossy().into_owned());
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            }
            Ok(entry) if entry.file_type().is_dir() => {
                let is_recorded = recorded::read(entry.path()).is_some();
                walked.recordings.extend(is_recorded.then(|| entry.into_path()));
            }
            Ok(entry) if entry.file_type().is_file() => walked.files.push(entry.into_path()),
            Ok(entry) => walked.issues.push(special(&entry)),
            Err(error) => walked.issues.push(failure(folder, &error)),
        }
    }
    let name = folder.to_string_lossy();
    if walked.files.is_empty() && walked.recordings.is_empty() && walked.issues.is_empty() {
        let message = "the folder holds no file to read; name the folder that the logs were saved to";
        walked.issues.push(Issue::new(name.clone(), None, message).fatal());
    }
    walked.issues.extend(set_aside(&name, aside));
    walked
}

/// Whether an entry belongs to a recorded capture and is no log.
fn is_own(entry: &DirEntry, recordings: &[PathBuf]) -> bool {
    entry.file_type().is_file()
        && entry.file_name().to_str().is_some_and(recorded::is_own)
        && entry.path().parent().is_some_and(|folder| recordings.iter().any(|known| known == folder))
}

fn is_set_aside(entry: &DirEntry, knows: &dyn Fn(&Path) -> bool) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_readme = || name.to_ascii_uppercase().starts_with("README");
    name.starts_with('.')
        || (entry.file_type().is_file() && (is_readme() || (!knows(entry.path()) && is_report(entry.path()))))
}

/// Whether a file begins as the reports of this program do, as Markdown or as a page.
fn is_report(path: &Path) -> bool {
    const LONGEST: u64 = 200;
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut head));
    let head = String::from_utf8_lossy(&head);
    let is_page = || head.starts_with("<!doctype html>") && head.contains(&format!("<title>{REPORT_TITLE}"));
    read.is_ok()
        && (head.strip_prefix("# ").is_some_and(|title| title.starts_with(REPORT_TITLE)) || is_page())
}

fn set_aside(folder: &str, mut names: Vec<String>) -> Option<Issue> {
    let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
    names.sort_unstable();
    names.dedup();
    let shown = names.iter().take(3).map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 3 { ", …" } else { "" };
    let message = format!("hidden entries, read-me files and earlier reports were set aside: {shown}{more}");
    (count > 0).then(|| Issue { count, ..Issue::new(folder, None, message).harmless() })
}

/// A pipe, socket or device: waiting for one could last forever.
fn special(entry: &DirEntry) -> Issue {
    let message = "is a pipe, socket or device and was not read; name it as a capture to read it to its end";
    Issue::new(entry.path().to_string_lossy(), None, message)
}

fn failure(folder: &Path, error: &walkdir::Error) -> Issue {
    let path = error.path().unwrap_or(folder).to_string_lossy();
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!("is a link back to its parent '{}' and was not followed", ancestor.display());
        return Issue::new(path, None, message).harmless();
    }
    match error.io_error() {
        Some(error) => reason::unreadable(&path, error),
        None => Issue::new(path, None, format!("cannot be read: {error}")).fatal(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(folder: &Path, walked: &Walked) -> Vec<String> {
        walked
            .files
            .iter()
            .map(|file| file.strip_prefix(folder).unwrap().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn files_come_in_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["c.log", "b/2.log", "b/1.log", "a.log"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let walked = files(folder.path(), &|_| false);
        assert_eq!(names(folder.path(), &walked), ["a.log", "b/1.log", "b/2.log", "c.log"]);
        assert_eq!(walked.issues, []);
    }

    #[test]
    fn what_is_set_aside_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        for name in [".git/HEAD", ".DS_Store", "README.md", "a.log"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::write(folder.path().join("rca.md"), format!("# {REPORT_TITLE}: x\n")).unwrap();
        fs::write(folder.path().join("b.md"), format!("# About the {REPORT_TITLE}\n")).unwrap();
        let walked = files(folder.path(), &|_| false);
        assert_eq!(names(folder.path(), &walked), ["a.log", "b.md"]);
        assert_eq!(walked.issues.len(), 1);
        assert_eq!(walked.issues[0].count, 4);
        assert!(walked.issues[0].message.contains("'.DS_Store', '.git', 'README.md'"));
        assert!(!walked.issues[0].fatal);
    }

    #[test]
    fn an_empty_folder_is_no_capture() {
        let folder = tempfile::tempdir().unwrap();
        let walked = files(folder.path(), &|_| false);
        assert!(walked.issues.len() == 1 && walked.issues[0].fatal, "{walked:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_ends_and_a_broken_link_is_an_issue() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/a.log"), "x").unwrap();
        symlink(folder.path(), folder.path().join("inner/loop")).unwrap();
        symlink("nowhere", folder.path().join("broken.log")).unwrap();
        let walked = files(folder.path(), &|_| false);
        assert_eq!(names(folder.path(), &walked), ["inner/a.log"]);
        let [broken, looped] = &walked.issues[..] else { panic!("{walked:?}") };
        assert!(broken.path.ends_with("broken.log") && broken.fatal);
        assert!(looped.path.ends_with("inner/loop") && !looped.fatal);
        assert!(looped.message.contains("link back to its parent"));
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_reported_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("s.sock")).unwrap();
        fs::write(folder.path().join("a.log"), "x").unwrap();
        let walked = files(folder.path(), &|_| false);
        assert_eq!(names(folder.path(), &walked), ["a.log"]);
        assert!(walked.issues[0].message.contains("socket"));
    }
}

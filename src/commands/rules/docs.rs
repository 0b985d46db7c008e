//! The documentation of the built-in catalogue.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::commands::judgement::built_in;
use crate::commands::{Outcome, Target};
use crate::report::catalogue::{MARK, pages};
use crate::text::Door;

/// Writes an index and one page for each built-in rule below `folder`. Pages that an earlier run wrote there and that
/// have no rule any more are deleted; files that people wrote are left alone.
///
/// # Errors
/// When a file cannot be written or deleted.
pub fn docs(folder: &Path) -> anyhow::Result<Outcome> {
    let pages = pages(&built_in()?, Door { redact: true });
    let mut written = BTreeSet::new();
    for page in &pages {
        let path = folder.join(&page.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("'{}' cannot be created", parent.display()))?;
        // An unchanged page keeps its time.
        if !fs::read_to_string(&path).is_ok_and(|old| old == page.text) {
            Target::File(path.clone()).write(|out| out.write_all(page.text.as_bytes()))?;
        }
        written.insert(path);
    }
    let folders: BTreeSet<&Path> = written.iter().filter_map(|path| path.parent()).collect();
    let mut deleted = 0;
    for path in folders.iter().flat_map(|folder| generated(folder)).filter(|path| !written.contains(path)) {
        fs::remove_file(&path).with_context(|| format!("'{}' cannot be deleted", path.display()))?;
        deleted += 1;
    }
    Target::Stdout
        .write(|out| writeln!(out, "{} pages in {}, {deleted} deleted", pages.len(), folder.display()))?;
    Ok(Outcome::Clean)
}

/// Pages in a folder that carry the mark.
fn generated(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let pages = entries.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.filter(|path| fs::read_to_string(path).is_ok_and(|text| text.starts_with(MARK))).collect()
}

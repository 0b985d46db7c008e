//! Where rules come from: the embedded catalogue and folders on disk.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use rayon::prelude::*;

use super::error::LoadError;
use super::read::{Place, read_rule};
use super::rule::{Example, ExampleKind, Rule};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

const FILE: &str = "rule.toml";

/// A rule's folder before it is read.
struct Folder {
    /// How messages name the rule file.
    path: String,
    text: Result<String, String>,
    name: Option<String>,
    layer: Option<String>,
    examples: Vec<Example>,
}

/// Every rule of the binary.
pub(crate) fn built_in(errors: &mut Vec<LoadError>) -> Vec<Rule> {
    let mut folders = Vec::new();
    collect_embedded(&BUILT_IN, &mut folders);
    read_all(folders, errors)
}

fn collect_embedded(dir: &'static Dir<'static>, folders: &mut Vec<Folder>) {
    let name_of = |path: &'static Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    if let Some(file) = dir.get_file(dir.path().join(FILE)) {
        let examples = dir.files().filter_map(|file| {
            let name = name_of(file.path())?;
            Some(Example { kind: Example::kind_of(&name)?, name, bytes: Cow::Borrowed(file.contents()) })
        });
        folders.push(Folder {
            path: format!("rules/{}", file.path().display()),
            text: file.contents_utf8().map(str::to_owned).ok_or_else(|| "it is not UTF-8".to_owned()),
            name: name_of(dir.path()),
            layer: dir.path().parent().and_then(name_of),
            examples: examples.collect(),
        });
    }
    dir.dirs().for_each(|dir| collect_embedded(dir, folders));
}

/// Every rule below `dirs`.
pub(crate) fn on_disk(dirs: &[PathBuf], errors: &mut Vec<LoadError>) -> Vec<Rule> {
    let mut folders = Vec::new();
    for dir in dirs {
        let before = folders.len();
        for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_name() == FILE => folders.push(disk_folder(entry.path(), errors)),
                Ok(_) => {}
                Err(error) => errors.push(LoadError::about(
                    error.path().unwrap_or(dir).display().to_string(),
                    format!("cannot read the rule folder: {}", io_reason(&error)),
                    Some("name a folder that holds <layer>/<rule-id>/rule.toml".into()),
                )),
            }
        }
        if folders.len() == before && dir.exists() {
            errors.push(LoadError::about(
                dir.display().to_string(),
                if dir.is_dir() { "the folder holds no rule" } else { "is a file that is no rule.toml" },
                Some(
                    "rules lie at <layer>/<rule-id>/rule.toml; `agentcore-triage rules new` makes one".into(),
                ),
            ));
        }
    }
    read_all(folders, errors)
}

fn io_reason(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

fn disk_folder(file: &Path, errors: &mut Vec<LoadError>) -> Folder {
    // The names are those of the real folder, also when it is given as `.`.
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let name_at = |up: usize| {
        real.ancestors().nth(up).and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned())
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    Folder {
        path: file.display().to_string(),
        text: std::fs::read_to_string(file).map_err(|error| error.to_string()),
        name: name_at(1),
        layer: name_at(2),
        examples: disk_examples(folder, errors),
    }
}

fn disk_examples(folder: &Path, errors: &mut Vec<LoadError>) -> Vec<Example> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut examples: Vec<Example> = files
        .filter_map(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            let kind = Example::kind_of(&name)?;
            match std::fs::read(file.path()) {
                Ok(bytes) => Some(Example { name, kind, bytes: Cow::Owned(bytes) }),
                Err(error) => {
                    let message = format!("cannot read the example: {error}");
                    errors.push(LoadError::about(file.path().display().to_string(), message, None));
                    None
                }
            }
        })
        .collect();
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    examples
}

fn read_all(folders: Vec<Folder>, errors: &mut Vec<LoadError>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let read: Vec<Result<Rule, Vec<LoadError>>> = folders.into_par_iter().map(read_folder).collect();
    for rule in read {
        match rule {
            Ok(rule) => match rules.iter().find(|known| known.id() == rule.id()) {
                Some(known) => errors.push(LoadError::about(
                    rule.path.clone(),
                    format!("another rule is already called `{}`", rule.id()),
                    Some(format!("the other one is {}", known.path)),
                )),
                None => rules.push(rule),
            },
            Err(mistakes) => errors.extend(mistakes),
        }
    }
    rules
}

fn read_folder(folder: Folder) -> Result<Rule, Vec<LoadError>> {
    let Folder { path, text, name, layer, examples } = folder;
    let text = text.map_err(|reason| {
        vec![LoadError::about(path.clone(), format!("cannot read the rule: {reason}"), None)]
    })?;
    let place = Place { folder: name.as_deref(), layer: layer.as_deref() };
    let read = read_rule(&path, &text, &place);
    let missing = [
        (ExampleKind::Match, "match", "a capture in which the rule fires: match.log, match-2.jsonl, …"),
        (ExampleKind::NearMiss, "near-miss", "the same words with an innocent explanation: near-miss.log, …"),
    ]
    .into_iter()
    .filter(|(kind, ..)| !examples.iter().any(|example| example.kind == *kind))
    .map(|(_, word, help)| {
        LoadError::about(path.clone(), format!("the rule has no {word} example"), Some(format!("add {help}")))
    });
    let missing: Vec<LoadError> = missing.collect();
    match read {
        Ok(rule) if missing.is_empty() => Ok(Rule { examples, ..rule }),
        Ok(_) => Err(missing),
        Err(mut errors) => {
            errors.extend(missing);
            Err(errors)
        }
    }
}

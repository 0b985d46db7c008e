//! Holds `src/` to the module table and the invariants of `ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use regex::Regex;

/// Longest source file. Past 400 lines ask what second subject moved in; this is where asking ends. A `tests.rs` is a
/// list of cases and may be as long as there are cases.
const MAX_LINES: usize = 500;

/// Files that may be longer, each with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// The one file with `unsafe` code.
const UNSAFE_FILE: &str = "source/bytes.rs";

/// Crates that only these modules name.
const FENCES: &[(&str, &[&str])] = &[
    ("arboard", &["runtime"]),
    ("ratatui", &["tui", "runtime"]),
    ("signal_hook", &["runtime"]),
    ("tui_input", &["tui"]),
    ("anyhow", &["commands", "cli"]),
    ("aws_config", &["source"]),
    ("aws_sdk_bedrockagentcorecontrol", &["source"]),
    ("aws_sdk_cloudwatchlogs", &["source"]),
    ("aws_sdk_iam", &["source"]),
    ("aws_sdk_sts", &["source"]),
    ("aws_sdk_xray", &["source"]),
    ("tokio", &["source", "runtime"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("memmap2", &["source"]),
    ("walkdir", &["source", "rules"]),
];

/// One source file without its comments.
struct Source {
    /// Path below `src/`, with `/`.
    path: String,
    /// Top-level module; empty for `lib.rs` and `main.rs`.
    module: String,
    /// Code, comments blanked, lines kept.
    code: String,
}

fn root() -> PathBuf {
    PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(&src)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("src can be read").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files.iter().map(|file| source(&src, file)).collect()
}

fn source(src: &Path, file: &Path) -> Source {
    let path = file.strip_prefix(src).expect("below src").to_string_lossy().replace('\\', "/");
    let module = path.split_once('/').map(|(module, _)| module.to_owned()).unwrap_or_default();
    let text = fs::read_to_string(file).expect("sources are UTF-8");
    let code = text
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .collect::<Vec<_>>()
        .join("\n");
    Source { path, module, code }
}

/// Names right below `prefix::`, also within braces.
fn names_below(code: &str, prefix: &str) -> BTreeSet<String> {
    let pattern = Regex::new(&format!(r"\b{prefix}::(?:(\w+)|\{{)")).expect("a valid pattern");
    let mut names = BTreeSet::new();
    for found in pattern.captures_iter(code) {
        match found.get(1) {
            Some(name) => {
                names.insert(name.as_str().to_owned());
            }
            None => names.extend(names_in_braces(&code[found.get(0).expect("whole match").end()..])),
        }
    }
    names
}

/// First path segment of each member of a `use` list, up to its closing brace.
fn names_in_braces(list: &str) -> Vec<String> {
    let (mut depth, mut member, mut names) = (0_usize, String::new(), Vec::new());
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut member)),
            _ if depth == 0 => member.push(character),
            _ => {}
        }
    }
    names.push(member);
    let first = |member: &String| member.trim().split("::").next().unwrap_or_default().to_owned();
    names.iter().map(first).filter(|name| !name.is_empty()).collect()
}

/// A row of the module table.
#[derive(Debug, PartialEq)]
struct Row {
    floor: u32,
    imports: BTreeSet<String>,
}

fn table() -> BTreeMap<String, Row> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");
    let row = Regex::new(r"(?m)^\| `(\w+)` \| (\d) \| [^|]+ \| ([^|]*) \|$").expect("a valid pattern");
    let words = |cell: &str| cell.split(", ").map(|word| word.trim_matches([' ', '`']).to_owned()).collect();
    row.captures_iter(&text)
        .map(|cells| {
            let imports: BTreeSet<String> =
                if cells[3].trim() == "–" { BTreeSet::new() } else { words(&cells[3]) };
            (cells[1].to_owned(), Row { floor: cells[2].parse().expect("a digit"), imports })
        })
        .collect()
}

/// What each top-level module really imports of the others.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources();
    let lib = sources.iter().find(|source| source.path == "lib.rs").expect("lib.rs");
    let declared = Regex::new(r"(?m)^(?:pub )?mod (\w+);").expect("a valid pattern");
    let mut imports: BTreeMap<String, BTreeSet<String>> =
        declared.captures_iter(&lib.code).map(|found| (found[1].to_owned(), BTreeSet::new())).collect();
    let modules: BTreeSet<String> = imports.keys().cloned().collect();
    for source in sources.iter().filter(|source| !source.module.is_empty()) {
        let own = imports.get_mut(&source.module).unwrap_or_else(|| panic!("{} is no module", source.path));
        own.extend(names_below(&source.code, "crate").intersection(&modules).cloned());
        own.remove(&source.module);
    }
    imports
}

#[test]
fn imports_go_down() {
    let table = table();
    for (module, imported) in imports() {
        let floor =
            table.get(&module).unwrap_or_else(|| panic!("`{module}` has no row in the module table")).floor;
        for other in imported {
            let below = table[&other].floor;
            assert!(
                below < floor,
                "`{module}` (floor {floor}) imports `{other}` (floor {below}): only lower floors may be imported; \
                 move what both need down, or pass it in"
            );
        }
    }
}

#[test]
fn the_module_table_is_up_to_date() {
    let real = imports();
    let table: BTreeMap<_, _> = table().into_iter().map(|(module, row)| (module, row.imports)).collect();
    for (module, imports) in &real {
        let list: Vec<_> = imports.iter().map(|name| format!("`{name}`")).collect();
        let cell = if list.is_empty() { "–".to_owned() } else { list.join(", ") };
        assert_eq!(
            table.get(module),
            Some(imports),
            "ARCHITECTURE.md: the last cell of `{module}` should read: {cell}"
        );
    }
    let gone: Vec<_> = table.keys().filter(|module| !real.contains_key(*module)).collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md names modules that do not exist: {gone:?}");
}

/// `super::super…` may not leave the top-level module: an import written so would escape the table.
#[test]
fn super_stays_within_its_module() {
    let chain = Regex::new(r"(?m)^(\s*).*?\b((?:super::)+)").expect("a valid pattern");
    for source in sources().iter().filter(|source| !source.module.is_empty()) {
        let depth = source.path.matches('/').count() + usize::from(!source.path.ends_with("/mod.rs"));
        for found in chain.captures_iter(&source.code) {
            let inline = usize::from(!found[1].trim_matches('\n').is_empty());
            let climbs = found[2].matches("super").count();
            assert!(
                climbs < depth + inline,
                "{}: `{}` leaves `{}`; write `crate::…`",
                source.path,
                &found[2],
                source.module
            );
        }
    }
}

#[test]
fn the_binary_only_starts_the_command_line() {
    let sources = sources();
    let main = sources.iter().find(|source| source.path == "main.rs").expect("main.rs");
    let used = names_below(&main.code, "agentcore_triage");
    assert_eq!(used, BTreeSet::from(["cli".to_owned()]));
}

#[test]
fn unsafe_code_lives_in_one_file() {
    let word = Regex::new(r"\bunsafe\s*(\{|fn\b|impl\b|extern\b|trait\b)|allow\(unsafe_code")
        .expect("a valid pattern");
    let files: Vec<_> = sources()
        .into_iter()
        .filter(|source| word.is_match(&source.code))
        .map(|source| source.path)
        .collect();
    assert_eq!(files, [UNSAFE_FILE]);
}

#[test]
fn outside_crates_stay_behind_their_fences() {
    for source in sources().iter().filter(|source| !source.module.is_empty()) {
        for (krate, modules) in FENCES {
            let named = Regex::new(&format!(r"\b{krate}::")).expect("a valid pattern").is_match(&source.code);
            assert!(
                !named || modules.contains(&source.module.as_str()),
                "{}: `{krate}` belongs in {modules:?}",
                source.path
            );
        }
    }
}

#[test]
fn files_have_one_subject() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.path.ends_with("tests.rs"))
        .map(|source| (source.code.lines().count(), source.path))
        .filter(|(lines, path)| *lines > MAX_LINES && !LONG_FILES.iter().any(|(name, _)| name == path))
        .collect();
    assert!(
        long.is_empty(),
        "longer than {MAX_LINES} lines; split by subject, or argue in LONG_FILES: {long:?}"
    );
}

#[test]
fn the_collector_of_imports_sees_every_spelling() {
    let code = "use crate::model::{Input, Issue};\nuse crate::{case::{self, Snapshot}, rules};\nlet x = crate::text::Door;";
    let found: Vec<_> = names_below(code, "crate").into_iter().collect();
    assert_eq!(found, ["case", "model", "rules", "text"]);
}

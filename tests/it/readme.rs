//! What the read-me files, the help and the guide for contributors tell people to type, typed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use agentcore_triage::report::catalogue::pages;
use agentcore_triage::text::Door;
use regex::Regex;

use crate::case::OPTIONS;
use crate::program::{Folder, Run, run, triage};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How the texts call the program.
const NAMES: [&str; 3] = ["agentcore-triage", "cargo run --release", "cargo run --"];

/// What stands for the reader's own files.
const STAND_INS: [(&str, &str); 14] = [
    ("captured-logs/", "samples/schema-mismatch"),
    ("capture/", "samples/schema-mismatch"),
    ("logs/", "samples/schema-mismatch"),
    ("incident/", "samples/schema-mismatch"),
    ("gateway.json", "samples/schema-mismatch/gateway.json"),
    ("runtime.json", "samples/schema-mismatch/runtime-trail.jsonl"),
    ("spans.json", "samples/schema-mismatch/spans.jsonl"),
    ("spans.jsonl.gz", "samples/schema-mismatch/spans.jsonl"),
    ("tools.json", "tests/data/schema/server-mcp1.30.0.json"),
    ("server-tools.json", "tests/data/schema/server-mcp1.30.0.json"),
    ("gateway-tools.json", "tests/data/schema/gateway.json"),
    ("RULE", "steps-in-order"),
    ("CAPTURE", "tests/data/semantics/runtime/steps-in-order/match.jsonl"),
    ("-", "samples/schema-mismatch"),
];

/// Options that take a file to write.
const WRITES: [&str; 3] = ["--output", "--report", "--out"];

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).expect("the file exists")
}

/// Commands of this program in `text`, after a prompt or alone on a line: their arguments.
fn commands(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(str::trim_start).map(|line| line.strip_prefix("$ ").unwrap_or(line));
    let own = lines.filter_map(|line| {
        // What comes out of another program is read from a file here.
        let line = line.rsplit(" | ").next().unwrap_or(line);
        let rest = NAMES.iter().find_map(|name| line.strip_prefix(name))?;
        let is_command = rest.is_empty() || rest.starts_with(' ');
        // In a column of examples the explanation follows at a distance.
        let rest = rest.split(" #").next().unwrap_or(rest);
        let rest = rest.split_inclusive("  ").next().unwrap_or(rest);
        is_command.then(|| rest.split_whitespace().map(str::to_owned).collect())
    });
    own.collect()
}

/// Commands in the fenced blocks of a Markdown file.
fn fenced(path: &str) -> Vec<Vec<String>> {
    let text = text(path);
    let blocks = text.split("```").skip(1).step_by(2);
    blocks
        .filter(|block| block.starts_with("console") || block.starts_with("sh"))
        .flat_map(commands)
        .collect()
}

/// Whether the command asks AWS.
fn is_live(arguments: &[String]) -> bool {
    let has = |words: &[&str]| arguments.iter().any(|argument| words.contains(&argument.as_str()));
    has(&["discover", "collect", "doctor"])
        || (has(&["--runtime", "--gateway", "--log-group", "--trace-id"]) && !has(&["schema"]))
}

/// Runs a command of a text, with stand-ins for the reader's files and with an account that nobody serves.
fn typed(arguments: &[String]) -> Run {
    let folder = Folder::new();
    let mut words: Vec<String> = Vec::new();
    for argument in arguments {
        let stands_for = STAND_INS.iter().find(|(name, _)| name == argument).map(|(_, path)| *path);
        let word = match (words.last().map(String::as_str), argument.as_str()) {
            (Some(option), name) if WRITES.contains(&option) && name != "-" => {
                folder.path().join(name).to_string_lossy().into_owned()
            }
            // Nobody is there to end it.
            (_, "-f" | "--follow") => continue,
            (_, name) => stands_for.unwrap_or(name).to_owned(),
        };
        words.push(word);
    }
    let mut command = triage();
    command.current_dir(ROOT).args(&words).env("AWS_REGION", "us-east-1");
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    command.output().expect("the binary runs").into()
}

#[test]
fn commands_do_what_they_say() {
    let help = run(["--help"]).stdout;
    let (_, examples) = help.split_once("\nExamples:\n").expect("the help has examples");
    let help = commands(examples);
    let read_me = fenced("README.md");
    assert!(help.len() >= 9 && read_me.len() >= 15, "{} and {} commands", help.len(), read_me.len());
    for arguments in help.iter().chain(&read_me) {
        let run = typed(arguments);
        // A finding is an answer, and without AWS a live source says that it was not reached.
        let expected: &[i32] = if is_live(arguments) { &[3] } else { &[0, 1] };
        assert!(expected.contains(&run.code), "{arguments:?} exits {}: {}", run.code, run.stderr);
    }
}

/// The transcript is what the program prints, as far as it is shown.
#[test]
fn the_example_is_a_real_run() {
    let read_me = text("README.md");
    let command = "$ agentcore-triage --rule-check samples/schema-mismatch\n";
    let shown = read_me.split_once(command).and_then(|(_, rest)| rest.split_once("  …\n"));
    let (shown, _) = shown.expect("the read-me shows a run");
    let run = typed(&["--rule-check".to_owned(), "samples/schema-mismatch".to_owned()]);
    assert!(
        run.stdout.starts_with(shown),
        "the read-me shows\n{shown}\nand the program prints\n{}",
        run.stdout
    );
}

#[test]
fn options_that_are_named_exist() {
    let option = Regex::new(r"--[a-z][a-z-]+").expect("a valid pattern");
    let subcommands = ["", "rules explain", "rules new", "schema", "discover", "collect", "iam", "doctor"]
        .map(|words| {
            let arguments = words.split_whitespace().chain(["--help"]);
            run(arguments).stdout
        });
    let known: BTreeSet<&str> =
        subcommands.iter().flat_map(|help| option.find_iter(help)).map(|found| found.as_str()).collect();
    // Of cargo and of the AWS CLI.
    let others = ["--path", "--release", "--test", "--log-group-name", "--output", "--profile"];
    for path in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "ARCHITECTURE.md", "docs/keys.md"] {
        let text = text(path);
        let own = text.lines().filter(|line| !line.contains("aws bedrock-agentcore-control "));
        for found in own.flat_map(|line| option.find_iter(line)) {
            let name = found.as_str();
            assert!(known.contains(name) || others.contains(&name), "{path}: there is no option {name}");
        }
    }
}

#[test]
fn numbers_of_the_catalogue_are_current() {
    let rules = OPTIONS.catalogue.rules();
    let examples: usize = rules.iter().map(|rule| rule.examples.len()).sum();
    assert!(text("README.md").contains(&format!("{} rules are built in", rules.len())), "{}", rules.len());
    let said = format!("{} rules with {} examples", rules.len(), examples);
    assert!(text("CHANGELOG.md").contains(&said), "CHANGELOG.md: {said}");
    assert_eq!(pages(&OPTIONS.catalogue, Door { redact: true }).len(), rules.len() + 1);
}

/// Keys in the read-me's table are those of the key table.
#[test]
fn keys_that_are_named_exist() {
    let (read_me, table) = (text("README.md"), text("docs/keys.md"));
    let rows = read_me.split_once("| Key | |\n|---|---|\n").expect("the read-me has a table of keys").1;
    let key = Regex::new("`([^`]+)`").expect("a valid pattern");
    let mut keys = 0;
    for row in rows.lines().take_while(|line| line.starts_with('|')) {
        let cell = row.split('|').nth(1).expect("a first cell");
        for found in key.captures_iter(cell) {
            keys += 1;
            assert!(table.contains(&format!("`{}`", &found[1])), "docs/keys.md has no key {}", &found[1]);
        }
    }
    assert!(keys >= 8, "{keys} keys");
}

/// The ten minutes of CONTRIBUTING.md, from the new rule to its page.
#[test]
fn a_rule_is_made_as_the_guide_says() {
    let folder = Folder::new();
    let own = ["--rules", "rules/runtime/runtime-disk-full"];
    let steps = fenced("CONTRIBUTING.md");
    assert_eq!(steps.len(), 5);
    for arguments in steps {
        // `cargo run` builds the new rule in; here it is named.
        let beside: &[&str] = if arguments.iter().any(|word| word == "explain") { &own } else { &[] };
        let mut command = triage();
        command.current_dir(folder.path()).args(&arguments).args(beside);
        let run: Run = command.output().expect("the binary runs").into();
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.stdout, run.stderr);
    }
    assert!(folder.path().join("docs/rules/README.md").is_file());
}

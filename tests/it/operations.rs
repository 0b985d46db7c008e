//! Holds the list of AWS operations to the source, and the read-me to the list.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use agentcore_triage::source::aws::operations::{OPERATIONS, policy};
use regex::Regex;

/// First words of AWS operations, those that write among them.
const VERBS: &str = "add|assume|associate|attach|batch|cancel|copy|create|delete|describe|detach|disable|disassociate|\
                     enable|filter|get|invoke|list|modify|put|register|remove|restore|search|send|set|simulate|start|stop|\
                     synchronize|tag|test|untag|update|upload";

/// Methods that look like an operation and are none: of the standard library.
const OTHERS: [&str; 2] = ["get_command", "get_or_insert_default"];

fn text(path: &str) -> String {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    fs::read_to_string(Path::new(&root).join(path)).expect(path)
}

/// Every method in the source that could be an operation: the SDK's take no argument and have a verb and a noun.
fn called() -> BTreeSet<String> {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let operation = Regex::new(&format!(r"\.((?:{VERBS})_[a-z0-9_]+)\(\)")).expect("a valid pattern");
    let mut called = BTreeSet::new();
    for entry in walkdir::WalkDir::new(Path::new(&root).join("src/source/aws")) {
        let entry = entry.expect("src can be read");
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let code = fs::read_to_string(entry.path()).expect("sources are UTF-8");
        called.extend(operation.captures_iter(&code).map(|found| found[1].to_owned()));
        if code.contains("AssumeRoleProvider::builder") {
            called.insert("assume_role".to_owned());
        }
    }
    called.into_iter().filter(|method| !OTHERS.contains(&method.as_str())).collect()
}

#[test]
fn the_list_has_every_operation_that_is_called_and_no_other() {
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|operation| operation.method.to_owned()).collect();
    assert_eq!(listed.len(), OPERATIONS.len(), "an operation stands there twice");
    assert_eq!(called(), listed);
}

/// `list_agent_runtimes` is `bedrock-agentcore:ListAgentRuntimes`.
#[test]
fn an_action_is_named_as_its_method() {
    for operation in OPERATIONS {
        let words = operation.method.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
        let (_, action) = operation.action.split_once(':').expect("service:Action");
        assert_eq!(action, words.collect::<String>());
    }
}

#[test]
fn the_read_me_has_the_policy() {
    let policy = serde_json::to_string_pretty(&policy(&[], &[])).expect("JSON");
    assert!(
        text("README.md").contains(&format!("```json\n{policy}\n```")),
        "copy the output of `iam`:\n{policy}"
    );
}

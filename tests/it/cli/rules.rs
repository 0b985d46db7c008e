//! The subcommand `rules`.

use crate::program::{FAILURE, Folder, HEALTHY, RULE, run};

#[test]
fn list_names_every_rule_once_and_in_order() {
    let list = run(["rules", "list"]);
    assert_eq!(list.code, 0, "{}", list.stderr);
    let ids: Vec<_> = list.stdout.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(ids.contains(&RULE));
    assert!(ids.is_sorted(), "{ids:?}");
}

#[test]
fn show_tells_cause_fix_and_sources() {
    let show = run(["rules", "show", RULE]);
    assert_eq!(show.code, 0);
    for part in ["Cause", "Impact", "Recognised", "Fix", "Verify", "https://docs.aws.amazon.com/"] {
        assert!(show.stdout.contains(part), "no {part}: {}", show.stdout);
    }
}

#[test]
fn the_built_in_rules_pass_their_own_examples() {
    let test = run(["rules", "test"]);
    assert_eq!(test.code, 0, "{}{}", test.stdout, test.stderr);
    let lint = run(["rules", "lint"]);
    assert_eq!(lint.code, 0, "{}{}", lint.stdout, lint.stderr);
}

#[test]
fn fields_names_what_rules_may_use() {
    let fields = run(["rules", "fields"]);
    assert_eq!(fields.code, 0);
    assert!(fields.stdout.lines().any(|line| line.starts_with("http.status")), "{}", fields.stdout);
}

#[test]
fn a_new_rule_loads_and_is_never_overwritten() {
    let folder = Folder::new();
    let into = folder.path().to_str().unwrap();
    let arguments = ["rules", "new", "runtime-disk-full", "--layer", "runtime", "--into", into];
    let new = run(arguments);
    assert_eq!(new.code, 0, "{}", new.stderr);
    let rule = folder.path().join("runtime/runtime-disk-full/rule.toml");
    assert!(rule.is_file(), "{}", new.stdout);
    let lint = run(["rules", "lint", into]);
    assert_eq!(lint.code, 0, "a scaffold has no mistake: {}{}", lint.stdout, lint.stderr);
    let again = run(arguments);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("runtime-disk-full"), "{}", again.stderr);
}

#[test]
fn a_rule_with_a_typo_is_told_with_its_line_and_the_rest_judges() {
    let folder = Folder::new();
    let into = folder.path().to_str().unwrap();
    assert_eq!(run(["rules", "new", "runtime-disk-full", "--layer", "runtime", "--into", into]).code, 0);
    let file = folder.path().join("runtime/runtime-disk-full/rule.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("severity", "severty", 1)).unwrap();
    let lint = run(["rules", "lint", into]);
    assert_eq!(lint.code, 2);
    let told = format!("{}{}", lint.stdout, lint.stderr);
    assert!(told.contains("rule.toml:") && told.contains("did you mean `severity`"), "{told}");
    let bad = folder.file("bad.log", FAILURE);
    let check = run(["--rule-check", "--rules", into, bad.to_str().unwrap()]);
    assert_eq!(check.code, 2, "{}", check.stderr);
    assert!(
        check.stdout.contains(RULE) && check.stderr.contains("severty"),
        "{}{}",
        check.stdout,
        check.stderr
    );
}

#[test]
fn explain_tells_why_and_why_not() {
    let folder = Folder::new();
    let (bad, good) = (folder.file("bad.log", FAILURE), folder.file("good.log", HEALTHY));
    let fired = run(["rules", "explain", RULE, bad.to_str().unwrap()]);
    assert_eq!(fired.code, 0, "{}", fired.stderr);
    assert!(fired.stdout.contains("fires") && fired.stdout.contains("refused"), "{}", fired.stdout);
    let quiet = run(["rules", "explain", RULE, good.to_str().unwrap()]);
    assert_eq!(quiet.code, 0, "{}", quiet.stderr);
    assert!(!quiet.stdout.contains("fires"), "{}", quiet.stdout);
}

//! What is said about rule files that are wrong.

use std::path::PathBuf;

use crate::model::Level;
use crate::rules::read::{Place, read_rule};
use crate::rules::{Catalogue, LoadError, Switches, lint, scaffold};

use super::{catalogue, rule_text};

const NOWHERE: Place<'static> = Place { folder: None, layer: None };

fn errors(body: &str) -> Vec<LoadError> {
    read_rule("rules/runtime/r/rule.toml", &rule_text("r", "m", body), &NOWHERE).err().unwrap_or_default()
}

#[test]
fn a_mistake_is_shown_like_a_compiler_shows_it() {
    let errors = errors("[events.a]\nmesage = 'x'\n");
    assert_eq!(
        errors[0].to_string(),
        "unknown key `mesage`\n  --> rules/runtime/r/rule.toml:14:1\n   |\n14 | mesage = 'x'\n   | ^^^^^^ did you mean `message`?"
    );
}

#[test]
fn each_mistake_names_what_is_wrong_and_what_was_meant() {
    let event = "[events.start]\nmessage = 'some text'\n";
    for (body, message, help) in [
        ("[events.a]\nmessage = 'a(b'\n", "bad regular expression: unclosed group", ""),
        ("[events.a]\nmessage = 3\n", "`message` must be a string, found integer", ""),
        ("[events.a]\nlayer = 'runtim'\n", "unknown layer `runtim`", "did you mean `runtime`?"),
        ("[events.a]\nfield.'eror.type' = 'x'\n", "unknown field `eror.type`", "did you mean `error.type`?"),
        ("[events.a]\nseverity = '>=wran'\n", "unknown severity `wran`", "did you mean `warn`?"),
        ("[events.a]\nduration = '5s'\n", "`5s` is no comparison of a duration", "write"),
        ("[events.a]\nmessage = 'x*'\n", "matches the empty text", ""),
        (
            &format!("{event}[when]\nby = 'sesion'\nmatch = 'start'"),
            "unknown scope `sesion`",
            "did you mean `session`?",
        ),
        (&format!("{event}[when]\nall = ['strat']"), "unknown event `strat`", "did you mean `start`?"),
        (
            &format!("{event}[when]\nsequense = ['start', 'start']"),
            "`sequense` is no condition",
            "did you mean `sequence`?",
        ),
        (&format!("{event}[when]\ncount = 'start'"), "`at-least` is missing", ""),
        (&format!("{event}[when]\nabsent = 'start'"), "the condition holds where nothing happened", ""),
        (
            &format!("{event}[when]\ncount = 'start'\nat-least = 2\nwithin = '5 parsecs'"),
            "`5 parsecs` is no duration",
            "",
        ),
        ("", "`events` is missing", ""),
    ] {
        let errors = errors(body);
        let found = errors.iter().find(|error| error.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{message}: {errors:#?}"));
        assert!(found.help.as_deref().unwrap_or_default().contains(help), "{found}");
        assert!(found.line > 0 && found.column > 0, "{found}");
    }
}

#[test]
fn a_bad_expression_is_marked_at_its_place() {
    let error = &errors("[events.a]\nmessage = 'abc(def'\n")[0];
    assert_eq!((error.line, error.column), (14, 15));
}

#[test]
fn placeholders_that_nothing_fills_are_mistakes() {
    let text = rule_text(
        "r",
        "{feild} of {region} in {other|text} ${HOME} {\"a\": 1}",
        "[events.a]\nmessage = 'the (?P<field>\\w+)'",
    );
    let errors = read_rule("rule.toml", &text, &NOWHERE).unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        messages,
        ["nothing can fill the placeholder `{feild}`", "nothing can fill the placeholder `{other}`"]
    );
    assert_eq!(errors[0].help.as_deref(), Some("did you mean `field`?"));
}

#[test]
fn all_mistakes_of_all_files_are_reported_and_good_rules_load() {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let good = rule_text("good", "m", "[events.a]\nmessage = 'some text'");
    write("runtime/good/rule.toml", &good);
    write("runtime/good/match.log", "some text\n");
    write("runtime/good/near-miss.log", "other\n");
    write("runtime/renamed/rule.toml", &good);
    write("gateway/broken/rule.toml", "id = \"broken\"\nid = 3\n[[[\n");
    let (catalogue, errors) =
        Catalogue::from_dirs(&[dir.path().to_owned(), PathBuf::from("/does/not/exist")]);
    assert_eq!(catalogue.rules().iter().map(crate::rules::Rule::id).collect::<Vec<_>>(), ["good"]);
    let all = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for part in [
        "`id` is not the name of the folder, `renamed`",
        "the rule has no match example",
        "the rule has no near-miss example",
        "gateway/broken/rule.toml:2:1",
        "/does/not/exist",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
}

#[test]
fn a_rule_of_the_same_id_takes_the_place_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("runtime/r");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("rule.toml"), rule_text("r", "new", "[events.a]\nmessage = 'new text'"))
        .unwrap();
    std::fs::write(folder.join("match.log"), "new text").unwrap();
    std::fs::write(folder.join("near-miss.log"), "text").unwrap();
    let old =
        catalogue(&[("r", "[events.a]\nmessage = 'old text'"), ("s", "[events.a]\nmessage = 'rest of it'")]);
    let digest = old.digest(&Switches::default());
    let (new, errors) = old.with_dirs(&[dir.path().to_owned()]);
    assert_eq!(errors, []);
    assert_eq!(new.rules().len(), 2);
    assert_eq!(new.rule("r").unwrap().meta.message, "new");
    assert_ne!(new.digest(&Switches::default()), digest);
}

#[test]
fn unknown_rules_are_named_with_their_neighbour() {
    let mut catalogue = catalogue(&[("mcp-closed-resource", "[events.a]\nmessage = 'some text'")]);
    let error = catalogue.disable("mcp-close-resource").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no rule is called `mcp-close-resource`; did you mean `mcp-closed-resource`?"
    );
    catalogue.set_severity("mcp-closed-resource", Level::Info).unwrap();
    assert_eq!(catalogue.rules()[0].meta.severity, Level::Info);
    catalogue.disable("mcp-closed-resource").unwrap();
    assert!(catalogue.rules().is_empty() && catalogue.prefilter().is_empty());
}

#[test]
fn the_embedded_rules_load_and_have_no_error_of_style() {
    let catalogue = Catalogue::builtin().unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))
    });
    let errors: Vec<_> = lint(&catalogue).into_iter().filter(|lint| lint.level == Level::Error).collect();
    assert_eq!(errors, []);
}

#[test]
fn a_new_rule_loads_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in scaffold("my-new-rule", "runtime").unwrap() {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (catalogue, errors) = Catalogue::from_dirs(&[dir.path().to_owned()]);
    assert_eq!(errors, []);
    let rule = catalogue.rule("my-new-rule").unwrap();
    assert!(rule.examples.iter().all(|example| !example.capture().starts_with(b"##")));
    assert!(scaffold("My Rule", "runtime").is_err() && scaffold("r", "nowhere").is_err());
}

#[test]
fn lint_reads_like_a_reviewer() {
    let catalogue = catalogue(&[(
        "r",
        "source = 'http://x'\n[events.a]\nlayer = 'runtime'\nmessage = '\\d+-\\w+'\n[events.b]\nmessage = 'error'\n[when]\nmatch = 'a'",
    )]);
    let found: Vec<String> = lint(&catalogue).into_iter().map(|lint| lint.message).collect();
    for part in [
        "names nothing of the case",
        "no reference",
        "no https://",
        "event `a` has no literal",
        "`error` is found in every log",
        "event `b` is not used",
    ] {
        assert!(found.iter().any(|message| message.contains(part)), "{part}: {found:#?}");
    }
}

//! Where requests stopped, in captures of which it is known.

use agentcore_triage::case::Case;
use agentcore_triage::model::{Input, Outcome, StepState, Walk};

use crate::case::{OPTIONS, data, input};

fn open(inputs: Vec<Input>) -> Case {
    Case::open(inputs, Vec::new(), &OPTIONS)
}

fn files(folder: &std::path::Path) -> Vec<Input> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "jsonl" || kind == "json"))
        .filter(|path| {
            !matches!(
                path.file_name().and_then(|name| name.to_str()),
                Some("meta.json" | "filter-log-events.json")
            )
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| input(path.file_name().unwrap().to_str().unwrap(), std::fs::read(path).unwrap()))
        .collect()
}

#[test]
fn dump() {
    let mut folders: Vec<_> = std::fs::read_dir(data("captures"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .collect();
    folders.extend(
        std::fs::read_dir(data("../../samples")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()),
    );
    folders.extend(
        std::fs::read_dir(data("../../rules/gateway"))
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.is_dir()),
    );
    folders.sort();
    for folder in folders {
        let sets: Vec<(String, Vec<Input>)> = if folder.to_string_lossy().contains("rules/gateway") {
            files(&folder).into_iter().map(|i| (i.path.clone(), vec![i])).collect()
        } else {
            vec![(String::new(), files(&folder))]
        };
        for (name, inputs) in sets {
            let case = open(inputs);
            println!("== {} {name}", folder.file_name().unwrap().to_str().unwrap());
            for request in case.requests() {
                let walk: Walk = case.walk(request.key);
                let line: String = walk
                    .steps
                    .iter()
                    .map(|step| match step.state {
                        StepState::Passed => 'P',
                        StepState::Failed => 'F',
                        StepState::Missing => 'M',
                        StepState::Implied => 'i',
                        StepState::Unseen => '?',
                        StepState::NotApplicable => '-',
                    })
                    .collect();
                let bad = request.outcome == Outcome::Ok
                    && (walk.stopped.is_some() || line.contains('M') || line.contains('F'));
                println!(
                    "{}{} {:?} {} {:?} [{}] {}",
                    if bad { "BAD " } else { "" },
                    request.key.0,
                    request.outcome,
                    line,
                    walk.stopped,
                    case.names().text(request.tool).unwrap_or_default(),
                    if request.outcome == Outcome::Ok { "" } else { &walk.verdict }
                );
                for m in &walk.marks {
                    println!("      {:?} {} -> {:?}", m.kind, m.note, m.other);
                }
            }
        }
    }
}

//! What is missing, with the commands that fetch it. Thousands of calls that fail alike miss the same, each by a
//! command of its own times and ids: the first few stand for all.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxHashSet;

use crate::case::Snapshot;
use crate::model::Standing;

/// Commands kept of those that fetch the same for different requests.
const MAX_COMMANDS: usize = 5;
/// Sentences kept of one group.
const MAX_SENTENCES: usize = 20;
/// Groups kept.
const MAX_GROUPS: usize = 50;

/// What is missing, in order of appearance. Made once for each snapshot, and never long.
#[derive(Debug, Default)]
pub(in crate::tui) struct Wanted {
    pub(super) groups: Vec<Group>,
    /// Commands and sentences without one of the groups that are left out.
    pub(super) more: usize,
}

/// What is missing, and commands that fetch it.
#[derive(PartialEq, Eq, Debug, Default)]
pub(super) struct Group {
    pub(super) sentences: Vec<String>,
    pub(super) more_sentences: usize,
    pub(super) commands: Vec<String>,
    pub(super) more_commands: usize,
}

impl Wanted {
    /// Reads through the diagnoses.
    pub(in crate::tui) fn new(snapshot: &Snapshot) -> Self {
        let mut wanted = Collected::default();
        for diagnosis in &snapshot.diagnoses {
            wanted.add(&diagnosis.missing, &diagnosis.commands);
            let open = diagnosis.hypotheses.iter().filter(|it| it.standing != Standing::RuledOut);
            open.for_each(|hypothesis| wanted.add(&hypothesis.missing, &hypothesis.commands));
        }
        for rule in &snapshot.undetermined {
            wanted.add(&rule.missing, &rule.commands);
        }
        wanted.grouped()
    }
}

#[derive(Default)]
struct Collected<'a> {
    groups: IndexMap<Option<&'a str>, IndexSet<&'a str>>,
    /// Requests that failed alike miss the same.
    seen: FxHashSet<(&'a [String], &'a [String])>,
}

impl<'a> Collected<'a> {
    fn add(&mut self, missing: &'a [String], commands: &'a [String]) {
        if !self.seen.insert((missing, commands)) {
            return;
        }
        for text in missing {
            let command = commands.iter().map(String::as_str).find(|command| text.contains(command));
            let sentence = command.and_then(|command| text.split_once(command));
            let sentence = match sentence {
                Some((before, after)) if after.trim_matches(['`', '.', ' ']).is_empty() => {
                    before.trim_end_matches(['`', ' ', ':'])
                }
                _ => text,
            };
            self.groups.entry(command).or_default().insert(sentence);
        }
        for command in commands {
            self.groups.entry(Some(command)).or_default();
        }
    }

    /// Commands that fetch the same together; one that no sentence explains stays alone.
    fn grouped(self) -> Wanted {
        let mut alike: IndexMap<_, Vec<&str>> = IndexMap::new();
        for (command, sentences) in self.groups {
            let alone = command.filter(|_| sentences.is_empty());
            let sentences: Vec<&str> = sentences.into_iter().collect();
            alike.entry((command.is_some(), alone, sentences)).or_default().extend(command);
        }
        let mut wanted = Wanted::default();
        for ((_, _, sentences), commands) in alike {
            if wanted.groups.len() < MAX_GROUPS {
                wanted.groups.push(Group::new(&sentences, &commands));
            } else {
                wanted.more += commands.len().max(1);
            }
        }
        wanted
    }
}

impl Group {
    fn new(sentences: &[&str], commands: &[&str]) -> Self {
        let first = |texts: &[&str], most| texts.iter().take(most).map(|text| (*text).to_owned()).collect();
        Self {
            sentences: first(sentences, MAX_SENTENCES),
            more_sentences: sentences.len().saturating_sub(MAX_SENTENCES),
            commands: first(commands, MAX_COMMANDS),
            more_commands: commands.len().saturating_sub(MAX_COMMANDS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_commands_that_fetch_the_same_are_counted() {
        let missing: Vec<[String; 1]> =
            (0..1_000).map(|id| [format!("No trace; fetch it: aws --id {id}")]).collect();
        let commands: Vec<[String; 1]> = (0..1_000).map(|id| [format!("aws --id {id}")]).collect();
        let mut collected = Collected::default();
        for (missing, commands) in missing.iter().zip(&commands) {
            collected.add(missing, commands);
            collected.add(missing, commands);
        }
        let wanted = collected.grouped();
        let group = Group {
            sentences: vec!["No trace; fetch it".to_owned()],
            commands: (0..MAX_COMMANDS).map(|id| format!("aws --id {id}")).collect(),
            more_commands: 1_000 - MAX_COMMANDS,
            ..Group::default()
        };
        assert_eq!((wanted.groups, wanted.more), (vec![group], 0));
    }

    #[test]
    fn no_sentences_make_it_long() {
        let all: Vec<String> = (0..1_000).map(|id| format!("No log of request {id}")).collect();
        let commands: Vec<[String; 1]> = (0..1_000).map(|id| [format!("aws --id {id}")]).collect();
        let mut collected = Collected::default();
        collected.add(&all, &[]);
        for (text, command) in all.iter().zip(&commands) {
            collected.groups.entry(Some(&command[0])).or_default().insert(text);
        }
        let wanted = collected.grouped();
        assert_eq!(wanted.groups.len(), MAX_GROUPS);
        assert_eq!(wanted.groups[0].sentences.len() + wanted.groups[0].more_sentences, 1_000);
        assert_eq!(wanted.more, 1_000 + 1 - MAX_GROUPS);
    }
}

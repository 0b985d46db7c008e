//! What is missing, under the command that fetches it; each sentence and each command once.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxHashSet;

use crate::case::Snapshot;
use crate::model::Standing;

/// Sentences by the command that fetches what they miss, in order of appearance. Made once for each snapshot.
#[derive(Debug, Default)]
pub(in crate::tui) struct Wanted(Vec<(Option<String>, Vec<String>)>);

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
        let owned = |(command, sentences): (Option<&str>, IndexSet<&str>)| {
            (command.map(str::to_owned), sentences.into_iter().map(str::to_owned).collect())
        };
        Self(wanted.groups.into_iter().map(owned).collect())
    }

    pub(super) fn groups(&self) -> &[(Option<String>, Vec<String>)] {
        &self.0
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
}

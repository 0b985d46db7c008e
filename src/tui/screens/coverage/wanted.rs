//! What is missing, with the commands that fetch it. Thousands of calls that fail alike miss the same, each by a
//! command of its own times and ids: one command over all these times stands for them, else the first few.

use std::cmp::Reverse;

use indexmap::{IndexMap, IndexSet};

use crate::case::Snapshot;
use crate::model::{Standing, Undetermined};
use crate::tui::screens::advice::apart;

/// Commands kept of those that fetch the same for different requests.
const MAX_COMMANDS: usize = 3;
/// Sentences kept of one group.
const MAX_SENTENCES: usize = 20;
/// Groups kept.
const MAX_GROUPS: usize = 50;

/// What is missing, most wanted first. Made once for each snapshot, and never long.
#[derive(Debug, Default)]
pub(in crate::tui) struct Wanted {
    pub(in crate::tui::screens) groups: Vec<Group>,
    /// Commands and sentences without one of the groups that are left out.
    pub(super) more: usize,
}

/// What is missing, and commands that fetch it.
#[derive(PartialEq, Eq, Debug, Default)]
pub(in crate::tui::screens) struct Group {
    pub(in crate::tui::screens) sentences: Vec<String>,
    pub(super) more_sentences: usize,
    pub(in crate::tui::screens) commands: Vec<String>,
    pub(super) more_commands: usize,
    /// Commands, each for a request of its own, that the only one kept stands for; 0 when it stands for itself.
    pub(super) covered: usize,
    /// Diagnoses, hypotheses and rules that want it.
    pub(super) wanted_by: usize,
}

impl Wanted {
    /// Reads through the diagnoses.
    pub(in crate::tui) fn new(snapshot: &Snapshot) -> Self {
        let mut collected = Collected::default();
        for diagnosis in &snapshot.diagnoses {
            collected.add(&diagnosis.missing, &diagnosis.commands);
            let open = diagnosis.hypotheses.iter().filter(|it| it.standing != Standing::RuledOut);
            open.for_each(|hypothesis| collected.add(&hypothesis.missing, &hypothesis.commands));
        }
        snapshot.undetermined.iter().for_each(|rule| collected.add(&rule.missing, &rule.commands));
        collected.grouped()
    }

    /// What these rules miss that could not be decided.
    pub(in crate::tui::screens) fn of_rules<'a>(open: impl Iterator<Item = &'a Undetermined>) -> Self {
        let mut collected = Collected::default();
        open.for_each(|rule| collected.add(&rule.missing, &rule.commands));
        collected.grouped()
    }
}

/// What lacks the same, and how often it is lacked.
#[derive(Default)]
struct Collected<'a>(IndexMap<(&'a [String], &'a [String]), usize>);

impl<'a> Collected<'a> {
    fn add(&mut self, missing: &'a [String], commands: &'a [String]) {
        if !missing.is_empty() || !commands.is_empty() {
            *self.0.entry((missing, commands)).or_default() += 1;
        }
    }

    /// Sentences by the command that each ends with, and how many want it.
    fn by_command(self) -> IndexMap<Option<&'a str>, (IndexSet<&'a str>, usize)> {
        let mut all: IndexMap<Option<&str>, (IndexSet<&str>, usize)> = IndexMap::new();
        for ((missing, commands), count) in self.0 {
            let mut here: IndexSet<Option<&str>> = IndexSet::new();
            for text in missing {
                let (sentence, command) = apart(text, commands);
                all.entry(command).or_default().0.insert(sentence);
                here.insert(command);
            }
            here.extend(commands.iter().map(|command| Some(command.as_str())));
            for command in here {
                all.entry(command).or_default().1 += count;
            }
        }
        all
    }

    /// Commands that fetch the same together; one that no sentence explains stays alone.
    fn grouped(self) -> Wanted {
        let mut alike: IndexMap<_, (Vec<&str>, usize)> = IndexMap::new();
        for (command, (sentences, count)) in self.by_command() {
            let alone = command.filter(|_| sentences.is_empty());
            let sentences: Vec<&str> = sentences.into_iter().collect();
            let group = alike.entry((command.is_some(), alone, sentences)).or_default();
            group.0.extend(command);
            group.1 += count;
        }
        alike.sort_by_cached_key(|_, (_, count)| Reverse(*count));
        let mut wanted = Wanted::default();
        for ((_, _, sentences), (commands, count)) in alike {
            if wanted.groups.len() < MAX_GROUPS {
                wanted.groups.push(Group::new(&sentences, &commands, count));
            } else {
                wanted.more += commands.len().max(1);
            }
        }
        wanted
    }
}

impl Group {
    fn new(sentences: &[&str], commands: &[&str], wanted_by: usize) -> Self {
        let first =
            |texts: &[&str], most| texts.iter().take(most).map(|text| (*text).to_owned()).collect::<Vec<_>>();
        // A diagnosis speaks of its own request.
        let of_any = |text: String| text.replace("this request", "a failed request");
        let group = Self {
            sentences: first(sentences, MAX_SENTENCES).into_iter().map(of_any).collect(),
            more_sentences: sentences.len().saturating_sub(MAX_SENTENCES),
            wanted_by,
            ..Self::default()
        };
        match covering(commands).filter(|(_, overlap)| *overlap || commands.len() > MAX_COMMANDS) {
            Some((one, _)) => Self { commands: vec![one], covered: commands.len(), ..group },
            None => Self {
                commands: first(commands, MAX_COMMANDS),
                more_commands: commands.len().saturating_sub(MAX_COMMANDS),
                ..group
            },
        }
    }
}

/// A command that reads a stretch of time.
#[derive(PartialEq, Eq)]
struct Stretch<'c> {
    before: &'c str,
    /// Whether it asks for one trace only.
    is_of_trace: bool,
    start: i64,
    end: i64,
    after: &'c str,
}

impl<'c> Stretch<'c> {
    fn of(command: &'c str) -> Option<Self> {
        let (before, rest) = command.split_once(" --start-time ")?;
        let (start, rest) = rest.split_once(" --end-time ")?;
        let (end, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
        let all = before.split_once(" --filter-pattern '{ $.traceId = ").map(|(all, _)| all);
        Some(Self {
            before: all.unwrap_or(before),
            is_of_trace: all.is_some(),
            start: start.parse().ok()?,
            end: end.parse().ok()?,
            after,
        })
    }
}

/// One command that fetches what all of `commands` fetch, which differ only in the time, or in the trace; and whether
/// it reads no longer a time than they do together.
fn covering(commands: &[&str]) -> Option<(String, bool)> {
    if commands.len() < 2 {
        return None;
    }
    let mut stretches = commands.iter().map(|command| Stretch::of(command));
    let mut all = stretches.next()??;
    let mut length = all.end.saturating_sub(all.start);
    for stretch in stretches {
        let Stretch { before, is_of_trace, start, end, after } = stretch?;
        if (before, is_of_trace, after) != (all.before, all.is_of_trace, all.after) {
            return None;
        }
        length = length.saturating_add(end.saturating_sub(start));
        (all.start, all.end) = (all.start.min(start), all.end.max(end));
    }
    let Stretch { before, is_of_trace, start, end, after } = all;
    let overlap = !is_of_trace && end.saturating_sub(start) <= length;
    Some((format!("{before} --start-time {start} --end-time {end}{after}"), overlap))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(missing: &[[String; 1]], commands: &[[String; 1]]) -> Wanted {
        let mut collected = Collected::default();
        for (missing, commands) in missing.iter().zip(commands) {
            collected.add(missing, commands);
            collected.add(missing, commands);
        }
        collected.grouped()
    }

    #[test]
    fn many_commands_that_fetch_the_same_are_counted() {
        let missing: Vec<[String; 1]> =
            (0..1_000).map(|id| [format!("No trace; fetch it: aws --id {id}")]).collect();
        let commands: Vec<[String; 1]> = (0..1_000).map(|id| [format!("aws --id {id}")]).collect();
        let wanted = grouped(&missing, &commands);
        let group = Group {
            sentences: vec!["No trace".to_owned()],
            commands: (0..MAX_COMMANDS).map(|id| format!("aws --id {id}")).collect(),
            more_commands: 1_000 - MAX_COMMANDS,
            wanted_by: 2_000,
            ..Group::default()
        };
        assert_eq!((wanted.groups, wanted.more), (vec![group], 0));
    }

    #[test]
    fn one_command_over_all_times_stands_for_those_that_differ_in_the_time() {
        let command = |at: usize| {
            format!(
                "aws logs filter-log-events --log-group-name aws/spans --filter-pattern '{{ $.traceId = \"{at:032x}\" }}' --start-time {at}000 --end-time {at}500 --region us-east-1"
            )
        };
        let missing: Vec<[String; 1]> =
            (1..=40).map(|at| [format!("No trace; fetch it: {}", command(at))]).collect();
        let commands: Vec<[String; 1]> = (1..=40).map(|at| [command(at)]).collect();
        let wanted = grouped(&missing, &commands);
        let [group] = wanted.groups.as_slice() else { panic!("{wanted:?}") };
        let all = "aws logs filter-log-events --log-group-name aws/spans --start-time 1000 --end-time 40500 --region us-east-1";
        assert_eq!((group.commands.as_slice(), group.covered), ([all.to_owned()].as_slice(), 40));
        assert_eq!(covering(&[all, "aws x --start-time 1 --end-time 2"]), None);
        assert_eq!(covering(&["aws x --start-time START --end-time END", all]), None);
        let overlap = |one: &str, other: &str| covering(&[one, other]).map(|(_, overlap)| overlap);
        assert_eq!(overlap("a --start-time 1 --end-time 5", "a --start-time 3 --end-time 9"), Some(true));
        assert_eq!(overlap("a --start-time 1 --end-time 5", "a --start-time 30 --end-time 90"), Some(false));
    }

    #[test]
    fn what_most_want_comes_first() {
        let texts = [["rare".to_owned()], ["common".to_owned()]];
        let mut collected = Collected::default();
        for text in [&texts[0], &texts[1], &texts[1]] {
            collected.add(text, &[]);
        }
        let wanted = collected.grouped();
        assert_eq!(wanted.groups[0].sentences, ["rare", "common"], "without a command they are one group");
        let commands = [["aws rare".to_owned()], ["aws common".to_owned()]];
        let mut collected = Collected::default();
        for at in [0, 1, 1] {
            collected.add(&texts[at], &commands[at]);
        }
        let wanted = collected.grouped();
        assert_eq!(wanted.groups[1].commands, ["aws common"]);
    }

    #[test]
    fn no_sentences_make_it_long() {
        let all: Vec<String> = (0..1_000).map(|id| format!("No log of request {id}")).collect();
        let texts: Vec<[String; 1]> =
            (0..1_000).map(|id| [format!("No log of {id}: aws --id {id}")]).collect();
        let commands: Vec<[String; 1]> = (0..1_000).map(|id| [format!("aws --id {id}")]).collect();
        let mut collected = Collected::default();
        collected.add(&all, &[]);
        for (text, command) in texts.iter().zip(&commands) {
            collected.add(text, command);
        }
        let wanted = collected.grouped();
        assert_eq!(wanted.groups.len(), MAX_GROUPS);
        assert_eq!(wanted.groups[0].sentences.len() + wanted.groups[0].more_sentences, 1_000);
        assert_eq!(wanted.more, 1_000 + 1 - MAX_GROUPS);
    }
}

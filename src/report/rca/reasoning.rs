//! Hypotheses: what was ruled out and why, what is open, and what would decide it.

use indexmap::IndexMap;

use super::page::Page;
use super::words::{certainty, listed};
use super::{Report, markup};
use crate::model::{Diagnosis, Hypothesis, Standing};
use crate::report::summary::counted;

/// Hypotheses of one standing.
const SHOWN: usize = 8;
/// Commands that would decide.
const COMMANDS: usize = 6;

/// A rule that stands so in one diagnosis or in several.
struct Group<'r> {
    hypothesis: &'r Hypothesis,
    diagnoses: usize,
}

/// The section.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    let beside = standing(report, &[Standing::Confirmed]);
    let excluded = standing(report, &[Standing::RuledOut]);
    let open = standing(report, &[Standing::Likely, Standing::Possible, Standing::CannotTell]);
    let missing = lacks(report);
    if beside.is_empty() && excluded.is_empty() && open.is_empty() && missing.is_empty() {
        return;
    }
    page.heading(2, "Hypotheses");
    groups(report, page, "Confirmed beside the root cause:", &beside);
    groups(report, page, "Ruled out:", &excluded);
    groups(report, page, "Still open:", &open);
    if missing.is_empty() {
        return;
    }
    page.paragraph("What would decide:");
    for (index, lack) in missing.iter().take(COMMANDS).enumerate() {
        let command = lack.command.as_ref().map(|command| report.door.pass(command.trim()));
        let text = sentence(report, &lack.text);
        page.step(index + 1, &text, command.as_ref().map(crate::text::SafeText::as_str));
    }
    page.paragraph(&listed(COMMANDS, missing.len(), "sources"));
}

fn groups(report: &Report<'_>, page: &mut Page, heading: &str, groups: &[Group<'_>]) {
    if groups.is_empty() {
        return;
    }
    page.paragraph(heading);
    // What is said of many in the same words is said once.
    let mut alike: IndexMap<String, Vec<String>> = IndexMap::new();
    for group in groups {
        let Hypothesis { rule, .. } = group.hypothesis;
        alike.entry(said(report, group)).or_default().push(format!(
            "{} ({})",
            report.code(rule),
            report.title(rule)
        ));
    }
    let items = alike.iter().take(SHOWN).map(|(said, rules)| match &rules[..] {
        [one] => (format!("{one}: {said}"), Vec::new()),
        many => {
            let mut shown: Vec<String> = many.iter().take(SHOWN).cloned().collect();
            if let Some(more @ 1..) = many.len().checked_sub(SHOWN) {
                shown.push(format!("and {more} more"));
            }
            (format!("{} alike: {said}", counted(many.len() as u64, "cause")), shown)
        }
    });
    page.nested(&items.collect::<Vec<_>>());
    page.paragraph(&listed(SHOWN, alike.len(), "groups of hypotheses"));
}

/// How it stands, and why.
fn said(report: &Report<'_>, group: &Group<'_>) -> String {
    let Hypothesis { standing, supports, against, .. } = group.hypothesis;
    let of = match group.diagnoses {
        1 => String::new(),
        many => format!(" for {}", counted(many as u64, "failed request")),
    };
    let mut item = format!("**{}**{of}.", certainty(*standing));
    for (label, texts) in [("For", supports), ("Against", against)] {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(|text| sentence(report, text)).collect();
            item = format!("{item} {label}: {}", texts.join(" "));
        }
    }
    item
}

/// What was said, with a full stop unless it ends otherwise.
pub(super) fn sentence(report: &Report<'_>, text: &str) -> String {
    let text = markup::prose(report.line(text).as_str());
    let bare = text.trim_end_matches(['\'', '"', ')']);
    if bare.ends_with(['.', '!', '?', '`', '…']) { text } else { format!("{text}.") }
}

/// Hypotheses that are no root cause, each rule once for each standing and what speaks against it, the commonest first.
fn standing<'r>(report: &'r Report<'_>, standings: &[Standing]) -> Vec<Group<'r>> {
    let mut groups: IndexMap<(&str, Standing, &[String]), Group<'r>> = IndexMap::new();
    for diagnosis in &report.snapshot.diagnoses {
        for hypothesis in diagnosis.hypotheses.iter().filter(|other| standings.contains(&other.standing)) {
            if report.causes.iter().any(|cause| cause.rule == hypothesis.rule) {
                continue;
            }
            let key = (hypothesis.rule.as_str(), hypothesis.standing, &*hypothesis.against);
            groups.entry(key).or_insert(Group { hypothesis, diagnoses: 0 }).diagnoses += 1;
        }
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    groups.sort_by_key(|group| (group.hypothesis.standing, std::cmp::Reverse(group.diagnoses)));
    groups
}

/// Telemetry that would decide, and how to fetch it.
pub(super) struct Lack {
    pub(super) text: String,
    pub(super) command: Option<String>,
}

/// What failed requests without a root cause lack, then what their open hypotheses lack, then those of the others; each
/// once.
pub(super) fn lacks(report: &Report<'_>) -> Vec<Lack> {
    let open = |diagnosis: &&Diagnosis| diagnosis.root_cause.is_none();
    let diagnoses = &report.snapshot.diagnoses;
    let own = diagnoses.iter().filter(open).map(|diagnosis| (&diagnosis.missing, &diagnosis.commands));
    let hypotheses = |of_open: bool| {
        diagnoses
            .iter()
            .filter(move |diagnosis| diagnosis.root_cause.is_none() == of_open)
            .flat_map(|diagnosis| &diagnosis.hypotheses)
            .map(|hypothesis| (&hypothesis.missing, &hypothesis.commands))
    };
    let mut lacks: IndexMap<String, Lack> = IndexMap::new();
    for (texts, commands) in own.chain(hypotheses(true)).chain(hypotheses(false)) {
        for text in texts {
            let lack = apart(text, commands);
            let key = lack.command.clone().unwrap_or_else(|| lack.text.clone());
            lacks.entry(key).or_insert(lack);
        }
        // A capture of thousands of failures asks for thousands of traces: the first ones stand for all.
        if lacks.len() > 200 {
            break;
        }
    }
    lacks.into_values().collect()
}

/// A sentence that ends in a command, without it.
fn apart(text: &str, commands: &[String]) -> Lack {
    let command = commands.iter().find(|command| text.ends_with(command.as_str()));
    let head = command.map_or(text, |command| &text[..text.len() - command.len()]);
    let head = head.trim_end_matches([' ', ':']);
    let head =
        head.rsplit_once(';').filter(|(_, tail)| tail.trim() == "fetch it").map_or(head, |(head, _)| head);
    Lack { text: head.to_owned(), command: command.cloned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_leaves_its_sentence() {
        let commands = ["aws logs tail x; true".to_owned()];
        let lack = apart("No trace in this capture; fetch it: aws logs tail x; true", &commands);
        assert_eq!(
            (lack.text.as_str(), lack.command.as_ref()),
            ("No trace in this capture", commands.first())
        );
        assert_eq!(apart("no more is known", &commands).text, "no more is known");
    }
}

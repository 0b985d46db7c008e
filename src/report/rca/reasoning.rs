//! Hypotheses: what was ruled out and why, what is open, and what would decide it.

use indexmap::IndexMap;

use super::page::Page;
use super::words::listed;
use super::{Report, markup};
use crate::model::Standing;
use crate::report::document::Hypothesis;
use crate::report::summary::counted;
use crate::text::SafeText;

/// Hypotheses of one standing.
const SHOWN: usize = 8;

/// A rule's standing in all diagnoses where it stands so.
struct Open<'d> {
    hypothesis: &'d Hypothesis,
    diagnoses: usize,
}

/// The section.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    let excluded = standing(report, &[Standing::RuledOut]);
    let open = standing(report, &[Standing::Likely, Standing::Possible, Standing::CannotTell]);
    if excluded.is_empty() && open.is_empty() {
        return;
    }
    page.heading(2, "Hypotheses");
    group(report, page, "Ruled out:", &excluded);
    group(report, page, "Still open:", &open);
}

fn group(report: &Report<'_>, page: &mut Page, heading: &str, open: &[Open<'_>]) {
    if open.is_empty() {
        return;
    }
    page.paragraph(heading);
    let shown: Vec<String> = open.iter().take(SHOWN).map(|open| item(report, open)).collect();
    page.list(&shown);
    page.paragraph(&listed(SHOWN, open.len(), "hypotheses"));
}

fn item(report: &Report<'_>, open: &Open<'_>) -> String {
    let Hypothesis { rule, standing, supports, against, missing, .. } = open.hypothesis;
    let of = match open.diagnoses {
        1 => String::new(),
        many => format!(" for {}", counted(many as u64, "failed request")),
    };
    let mut item =
        format!("{}, {}: {standing}{of}.", markup::code(rule.as_str()), report.title(rule.as_str()));
    for (label, texts) in [("For", supports), ("Against", against), ("Would decide", missing)] {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(|text| sentence(text)).collect();
            item.push_str(&format!(" {label}: {}", texts.join(" ")));
        }
    }
    item
}

fn sentence(text: &SafeText) -> String {
    let text = markup::prose(text.as_str());
    if text.ends_with(['.', '!', '?', '`']) { text } else { format!("{text}.") }
}

/// Hypotheses that are no root cause, each rule once for each standing and what is said of it, the commonest first.
fn standing<'r>(report: &'r Report<'_>, standings: &[Standing]) -> Vec<Open<'r>> {
    let mut groups: IndexMap<(&SafeText, Standing, &[SafeText], &[SafeText]), Open<'r>> = IndexMap::new();
    for diagnosis in &report.document.diagnoses {
        let others =
            diagnosis.hypotheses.iter().filter(|other| diagnosis.root_cause.as_ref() != Some(&other.rule));
        for hypothesis in others.filter(|hypothesis| standings.contains(&hypothesis.standing)) {
            let key = (&hypothesis.rule, hypothesis.standing, &*hypothesis.against, &*hypothesis.missing);
            groups.entry(key).or_insert(Open { hypothesis, diagnoses: 0 }).diagnoses += 1;
        }
    }
    let mut open: Vec<Open<'_>> = groups.into_values().collect();
    open.sort_by_key(|open| (open.hypothesis.standing, std::cmp::Reverse(open.diagnoses)));
    open
}

/// What would decide the open hypotheses of failed requests without a cause, each once.
pub(super) fn what_decides(report: &Report<'_>) -> Vec<String> {
    let open = report.document.diagnoses.iter().filter(|diagnosis| diagnosis.root_cause.is_none());
    let mut missing: Vec<String> = Vec::new();
    for text in open.flat_map(|diagnosis| &diagnosis.hypotheses).flat_map(|hypothesis| &hypothesis.missing) {
        let text = sentence(text);
        if !missing.contains(&text) {
            missing.push(text);
        }
        if missing.len() >= SHOWN {
            break;
        }
    }
    missing
}

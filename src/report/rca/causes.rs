//! The root causes: what each is, why it happens, what follows from it, and what does not help.

use super::page::{Page, Table};
use super::story::Cause;
use super::words::{and, certainty, listed, times};
use super::{Report, markup};
use crate::model::Timestamp;
use crate::report::document::Finding;
use crate::report::summary::counted;

/// Causes that are told in full.
pub(super) const CAUSES: usize = 6;
/// Different messages of one cause.
const MESSAGES: usize = 5;

/// The section.
pub(super) fn section(report: &Report<'_>, page: &mut Page) {
    match &report.causes[..] {
        [] if report.open.is_empty() && report.document.unexplained.is_empty() => {}
        [] => page.heading(2, "Root cause: unknown"),
        [cause] => {
            page.heading(2, "Root cause");
            one(report, cause, page);
        }
        causes => {
            page.heading(2, "Root causes");
            page.paragraph("No rule explains one of them by another; each is told on its own.");
            overview(report, causes, page);
            for (index, cause) in causes.iter().take(CAUSES).enumerate() {
                page.heading(3, &format!("{}. {}", index + 1, report.title(&cause.rule)));
                one(report, cause, page);
            }
            page.paragraph(&listed(CAUSES, causes.len(), "root causes"));
        }
    }
    unknown(report, page);
}

fn one(report: &Report<'_>, cause: &Cause, page: &mut Page) {
    page.paragraph(&format!("{}: {}; {}.", report.code(&cause.rule), standing(cause), seen(report, cause)));
    let mut messages: indexmap::IndexMap<&str, u32> = indexmap::IndexMap::new();
    for (_, finding) in report.findings_of(&cause.rule) {
        *messages.entry(finding.message.as_str()).or_default() += finding.occurrences;
    }
    for (message, _) in messages.iter().take(MESSAGES) {
        page.quote(&markup::prose(message));
    }
    page.paragraph(&listed(MESSAGES, messages.len(), "different messages"));
    if let Some((_, finding)) = report.findings_of(&cause.rule).next() {
        page.paragraph(&markup::prose(finding.cause.as_str()));
    }
    stopped(report, cause, page);
    let symptoms: Vec<String> = cause.chain.iter().skip(1).map(|rule| symptom(report, rule)).collect();
    if !symptoms.is_empty() {
        page.paragraph("What follows from it, and needs no repair of its own:");
        page.list(&symptoms);
    }
    let Some(rule) = report.rule(&cause.rule).filter(|rule| !rule.not.is_empty()) else { return };
    page.paragraph("What does not help:");
    let advice = |(advice, why): &(_, _)| -> String {
        let (advice, why): (&crate::text::SafeText, &crate::text::SafeText) = (advice, why);
        format!("**{}** {}", markup::prose(advice.as_str()), markup::prose(why.as_str()))
    };
    page.list(&rule.not.iter().map(advice).collect::<Vec<_>>());
}

/// Where its requests stopped. Of a single cause the timeline says so.
fn stopped(report: &Report<'_>, cause: &Cause, page: &mut Page) {
    let walks = || report.walks.values().filter(|walk| cause.requests.contains(&walk.request));
    if report.causes.len() < 2 {
        return;
    }
    if let Some(walk) = walks().next() {
        page.paragraph(&format!(
            "**Where it stopped:** {}",
            markup::prose(report.line(&walk.verdict).as_str())
        ));
    }
}

/// In how many requests it stands how.
fn standing(cause: &Cause) -> String {
    let of = |count: usize| if count == 1 { String::new() } else { format!(" in {count} failed requests") };
    match cause.standings.iter().collect::<Vec<_>>()[..] {
        [(standing, _)] if cause.requests.is_empty() => {
            format!("{}, outside of requests", certainty(*standing))
        }
        [(standing, count)] => format!("{}{}", certainty(*standing), of(*count)),
        _ => {
            let parts = cause.standings.iter();
            and(&parts
                .map(|(standing, count)| format!("{} in {count}", certainty(*standing)))
                .collect::<Vec<_>>())
        }
    }
}

/// How often and when a cause was seen.
struct Seen {
    count: u32,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Seen {
    fn new(report: &Report<'_>, cause: &Cause) -> Self {
        let findings: Vec<&Finding> = report.findings_of(&cause.rule).map(|(_, finding)| finding).collect();
        Self {
            count: findings.iter().map(|finding| finding.occurrences).fold(0, u32::saturating_add),
            first: findings.iter().filter_map(|finding| finding.first).min(),
            last: findings.iter().filter_map(|finding| finding.last).max(),
        }
    }
}

/// Several causes on one page: which came when.
fn overview(report: &Report<'_>, causes: &[Cause], page: &mut Page) {
    let mut table = Table::new(&["Cause", ">Failed requests", ">Seen", "First", "Last"]);
    for cause in causes.iter().take(CAUSES) {
        let seen = Seen::new(report, cause);
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        table.row([
            markup::code_cell(report.line(&cause.rule).as_str()),
            cause.requests.len().to_string(),
            seen.count.to_string(),
            time(seen.first),
            time(seen.last),
        ]);
    }
    page.table(&table);
}

fn seen(report: &Report<'_>, cause: &Cause) -> String {
    let seen = Seen::new(report, cause);
    let range = match seen.first.zip(seen.last) {
        Some((first, last)) if first == last => format!(", at {first}"),
        Some((first, last)) => format!(", from {first} to {last}"),
        None => String::new(),
    };
    format!("seen {}{range}", times(seen.count))
}

fn symptom(report: &Report<'_>, rule: &str) -> String {
    let seen: u32 = report.findings_of(rule).map(|(_, finding)| finding.occurrences).sum();
    format!("{}: {}, seen {}", report.code(rule), report.title(rule), times(seen))
}

/// What is said of failed requests without a cause.
fn unknown(report: &Report<'_>, page: &mut Page) {
    if report.open.is_empty() {
        return;
    }
    let requests = counted(report.open.len() as u64, "failed request");
    let symptoms = report.symptoms();
    let seen = if symptoms.is_empty() { "" } else { " What is seen of it:" };
    page.paragraph(&format!(
        "No rule names the cause of {requests}; what would decide stands under \"Hypotheses\" and \"Coverage\".{seen}"
    ));
    page.list(&symptoms.iter().map(|finding| markup::prose(finding.message.as_str())).collect::<Vec<_>>());
}

//! What the diagnosis says, in the order in which a person needs it: what failed, why, what to type; then the
//! evidence and everything that supports or limits the claim.

use std::collections::BTreeSet;

use super::document::{Action, Document, Fold};
use crate::case::Snapshot;
use crate::model::{Diagnosis, Evidence, Finding, Hypothesis, Request, Standing, Unexplained};
use crate::tui::model::Shared;
use crate::tui::screens::advice::Pen;
use crate::tui::theme::Role;
use crate::tui::time;

/// Longest excerpt of a piece of evidence, in characters.
const MAX_EXCERPT: usize = 300;
/// Hypotheses and symptoms that are shown of many; one more is not worth a fold.
const MAX_SHOWN: usize = 3;
/// Errors without an explanation that are shown.
const MAX_UNEXPLAINED: usize = 5;

/// The diagnosis of the selected request, then what concerns the capture as a whole.
pub(super) fn document(shared: &Shared, columns: usize, unfolded: &BTreeSet<Fold>) -> Document {
    let snapshot = shared.snapshot();
    let pen = Pen { shared, document: Document::new(columns) };
    let mut writer = Writer { shared, snapshot, pen, unfolded };
    let request = shared.request.and_then(|key| snapshot.requests.get(key.index()));
    let own = request.and_then(|request| shared.lookup.diagnosis(snapshot, Some(request.key)));
    let of_capture: Vec<&Diagnosis> =
        snapshot.diagnoses.iter().filter(|diagnosis| diagnosis.request.is_none()).collect();
    if let Some(request) = request {
        writer.request(request);
    }
    match own {
        Some(diagnosis) => writer.diagnosis(diagnosis),
        None => writer.without_diagnosis(request, !of_capture.is_empty()),
    }
    for diagnosis in of_capture {
        writer.pen.document.heading("The capture as a whole");
        writer.diagnosis(diagnosis);
    }
    writer.pen.document
}

struct Writer<'a> {
    shared: &'a Shared,
    snapshot: &'a Snapshot,
    pen: Pen<'a>,
    unfolded: &'a BTreeSet<Fold>,
}

impl<'a> Writer<'a> {
    fn request(&mut self, request: &Request) {
        let symbols = self.shared.look.symbols;
        let tool = self.snapshot.names.text(request.tool).unwrap_or("request");
        let tool = self.shared.line(tool, 80).to_string();
        let mut row = vec![
            (request.outcome.into(), format!("{} {} ", symbols.outcome(request.outcome), request.outcome)),
            (Role::Normal, tool),
        ];
        if let Some(window) = request.window {
            let length = time::duration(window.end.since(window.start));
            let at = self.shared.zone.full(window.start);
            row.push((Role::Dim, format!("  {at}  {length}")));
        }
        self.pen.document.row(row);
    }

    fn without_diagnosis(&mut self, request: Option<&Request>, capture_has_causes: bool) {
        let text = match request {
            None if self.shared.case.is_none() => "Nothing was read yet.",
            None if capture_has_causes => {
                "No request was found; what was found concerns the capture as a whole."
            }
            None => "No request and no known cause of failures was found in this capture.",
            Some(_) if !self.shared.progress.is_done => {
                "No diagnosis so far: the capture is still being read."
            }
            Some(_) => {
                "This request did not fail, as far as the capture shows; there is nothing to diagnose."
            }
        };
        self.pen.text("", Role::Normal, text);
        if request.is_some() {
            self.findings(request);
            self.stopped();
        }
    }

    /// What rules say about a request that did not fail.
    fn findings(&mut self, request: Option<&Request>) {
        let key = request.map(|request| request.key);
        for finding in self.shared.lookup.findings(self.snapshot, key) {
            let title = self.title(&finding.rule).to_owned();
            self.pen.document.heading(&title);
            self.pen.text("  ", Role::Normal, &finding.message);
            self.evidence(&finding.evidence);
        }
    }

    fn diagnosis(&mut self, diagnosis: &'a Diagnosis) {
        let Some(rule) = diagnosis.root_cause.as_deref() else { return self.unknown(diagnosis) };
        let finding = self.root(diagnosis, rule);
        let meta = self.snapshot.rules.get(rule);
        self.cause(diagnosis, rule, finding);
        if diagnosis.request.is_some() {
            self.stopped();
        }
        self.pen.fixes(finding.map(|finding| finding.fix.as_slice()).unwrap_or_default());
        if let Some(finding) = finding.filter(|finding| !finding.evidence.is_empty()) {
            self.pen.document.heading("Evidence");
            self.evidence(&finding.evidence);
        }
        if let Some(meta) = meta {
            self.pen.background(meta, finding);
        }
        self.chain(diagnosis);
        self.symptoms(diagnosis);
        self.hypotheses(diagnosis);
        self.missing("What is missing", &diagnosis.missing, &diagnosis.commands);
        if let Some(meta) = meta {
            self.pen.afterwards(meta, finding);
        }
    }

    /// The finding behind a root cause: of the request, else of the capture.
    fn root(&self, diagnosis: &Diagnosis, rule: &str) -> Option<&'a Finding> {
        let of =
            |request| self.snapshot.findings.iter().find(move |it| it.rule == rule && it.request == request);
        of(diagnosis.request).or_else(|| of(None))
    }

    fn cause(&mut self, diagnosis: &Diagnosis, rule: &str, finding: Option<&Finding>) {
        let title = self.title(rule).to_owned();
        self.pen.text("Cause  ", Role::Failed, &title);
        if let Some(finding) = finding {
            self.pen.text("  ", Role::Normal, &finding.message);
        }
        let standing = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == rule);
        let mut words = standing.map(|hypothesis| words(hypothesis.standing)).unwrap_or_default().to_owned();
        if let Some(finding) = finding {
            words = format!("{words} (confidence: {}).", finding.confidence);
        }
        let others = diagnosis.spread.requests.len();
        if others > 1 {
            words = format!("{words} Cause of {others} failed requests.");
        }
        let words = words.trim_start().to_owned();
        self.pen.text("  ", Role::Dim, &words);
    }

    fn unknown(&mut self, diagnosis: &Diagnosis) {
        self.pen.text(
            "Cause  ",
            Role::Unknown,
            "unknown: the capture holds nothing that a rule can explain this with.",
        );
        if diagnosis.request.is_some() {
            self.stopped();
        }
        self.missing("Fetch this to learn more", &diagnosis.missing, &diagnosis.commands);
        self.unexplained(diagnosis);
        self.hypotheses(diagnosis);
    }

    fn stopped(&mut self) {
        let walk = self.shared.request.and_then(|key| self.shared.answers.walks.get(&key));
        if let Some(walk) = walk {
            let symbols = self.shared.look.symbols;
            let lead =
                format!("Stopped {} ", if walk.stopped.is_some() { symbols.stop } else { symbols.unknown });
            self.pen.text(&lead, Role::Normal, &walk.verdict);
        }
    }

    fn evidence(&mut self, evidence: &[Evidence]) {
        for piece in evidence {
            let Some(signal) = self.snapshot.evidence.get(&piece.signal) else { continue };
            let text = if signal.message.is_empty() {
                signal.name.as_deref().unwrap_or_default()
            } else {
                &signal.message
            };
            let excerpt =
                self.shared.around(text, piece.matched.as_deref().unwrap_or(""), MAX_EXCERPT).to_string();
            let at = signal.timestamp.map(|at| self.shared.zone.clock(at)).unwrap_or_default();
            let place = format!("{}:{}", signal.origin.path, signal.origin.line);
            let place = self.shared.line(&place, 120).to_string();
            let layer = signal.layer;
            self.pen.document.item(Action::Signal(piece.signal), |document| {
                document.row(vec![
                    (Role::Layer(layer), format!("  {layer:<8} ")),
                    (Role::Dim, format!("{at} ")),
                    (Role::Link, place),
                ]);
                document.text("    ", Role::Normal, &excerpt);
            });
        }
    }

    fn chain(&mut self, diagnosis: &Diagnosis) {
        if diagnosis.chain.len() < 2 {
            return;
        }
        self.pen.document.heading("From the cause to what callers see");
        for (index, rule) in diagnosis.chain.iter().enumerate() {
            let lead =
                if index == 0 { "  ".into() } else { format!("  {} ", self.shared.look.symbols.arrow) };
            let title = self.title(rule).to_owned();
            self.pen.text(&lead, Role::Normal, &title);
        }
    }

    fn hypotheses(&mut self, diagnosis: &Diagnosis) {
        let root = diagnosis.root_cause.as_deref();
        let (out, open): (Vec<_>, Vec<_>) =
            diagnosis.hypotheses.iter().partition(|hypothesis| hypothesis.standing == Standing::RuledOut);
        for (heading, group, fold) in [("Hypotheses", open, Fold::Open), ("Ruled out", out, Fold::RuledOut)] {
            let group: Vec<&Hypothesis> = group
                .into_iter()
                .filter(|it| {
                    Some(it.rule.as_str()) != root || !(it.supports.is_empty() && it.against.is_empty())
                })
                .collect();
            if !group.is_empty() {
                self.pen.document.heading(heading);
            }
            let shown = self.shown(group.len(), fold);
            for hypothesis in &group[..shown] {
                self.hypothesis(hypothesis);
            }
            self.folded(group.len() - shown, fold);
        }
    }

    /// How many of `count` are shown: all, or the first few of many.
    fn shown(&self, count: usize, fold: Fold) -> usize {
        if count <= MAX_SHOWN + 1 || self.unfolded.contains(&fold) { count } else { MAX_SHOWN }
    }

    /// A row that unfolds the rest.
    fn folded(&mut self, rest: usize, fold: Fold) {
        if rest > 0 {
            let sign = self.shared.look.symbols.folded;
            let words = format!("{rest} more, enter shows them");
            let write = |document: &mut Document| document.text(&format!("  {sign} "), Role::Link, &words);
            self.pen.document.item(Action::Unfold(fold), write);
        }
    }

    /// What follows from the cause beside the chain, each with the record that shows it.
    fn symptoms(&mut self, diagnosis: &Diagnosis) {
        let others = diagnosis.symptoms.iter().filter(|rule| !diagnosis.chain.contains(rule));
        let others: Vec<&String> = others.collect();
        if others.is_empty() {
            return;
        }
        self.pen.document.heading("What else follows from it");
        let shown = self.shown(others.len(), Fold::Symptoms);
        for rule in &others[..shown] {
            let title = self.title(rule).to_owned();
            self.pen.text("  ", Role::Normal, &title);
            if let Some(finding) = self.root(diagnosis, rule) {
                self.evidence(finding.evidence.get(..1).unwrap_or_default());
            }
        }
        self.folded(others.len() - shown, Fold::Symptoms);
    }

    fn hypothesis(&mut self, hypothesis: &Hypothesis) {
        let title = self.title(&hypothesis.rule).to_owned();
        self.pen.text(&format!("  {} ", hypothesis.standing), hypothesis.standing.into(), &title);
        for (lead, texts) in [("    for      ", &hypothesis.supports), ("    against  ", &hypothesis.against)]
        {
            for text in texts {
                self.pen.text(lead, Role::Normal, text);
            }
        }
        self.wanted("    missing  ", &hypothesis.missing, &hypothesis.commands);
    }

    fn missing(&mut self, heading: &str, missing: &[String], commands: &[String]) {
        if !missing.is_empty() || !commands.is_empty() {
            self.pen.document.heading(heading);
            self.wanted("  ", missing, commands);
        }
    }

    /// What is missing; a command that a sentence ends with stands below it, to be copied.
    fn wanted(&mut self, lead: &str, missing: &[String], commands: &[String]) {
        let mut left: Vec<&String> = commands.iter().collect();
        let indent = " ".repeat(lead.len());
        for text in missing {
            let found = left.iter().position(|command| text.contains(command.as_str()));
            let command = found.map(|index| left.remove(index));
            let sentence = command.and_then(|command| text.split_once(command.as_str()));
            let sentence = match sentence {
                Some((before, after)) if after.trim_matches(['`', '.', ' ']).is_empty() => {
                    before.trim_end_matches('`')
                }
                _ => text,
            };
            self.pen.text(lead, Role::Normal, sentence);
            if let Some(command) = command {
                self.pen.command(&indent, command);
            }
        }
        for command in left {
            self.pen.command(&indent, command);
        }
    }

    fn unexplained(&mut self, diagnosis: &Diagnosis) {
        let concerns = |error: &&Unexplained| match diagnosis.request {
            Some(key) => error.request == Some(key) || error.requests.binary_search(&key).is_ok(),
            None => error.request.is_none(),
        };
        let errors: Vec<&Unexplained> =
            self.snapshot.unexplained.iter().filter(concerns).take(MAX_UNEXPLAINED).collect();
        if !errors.is_empty() {
            self.pen.document.heading("Errors that no rule explains");
        }
        for error in errors {
            self.evidence(error.evidence.get(..1).unwrap_or_default());
        }
    }

    fn title<'t>(&'t self, rule: &'t str) -> &'t str {
        self.snapshot.rules.get(rule).map_or(rule, |rule| rule.title.as_str())
    }
}

/// How sure a standing is, in words.
fn words(standing: Standing) -> &'static str {
    match standing {
        Standing::Confirmed => "Confirmed by the evidence",
        Standing::Likely => "Likely: more speaks for it than against",
        Standing::Possible => "Possible: not excluded",
        Standing::RuledOut => "Ruled out by the evidence",
        Standing::CannotTell => "Cannot be told from this capture",
    }
}

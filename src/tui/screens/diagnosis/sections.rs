//! What the diagnosis says, in the order in which a person needs it: what failed, why, what to type; then the
//! evidence and everything that supports or limits the claim.

use std::collections::BTreeSet;

use super::document::{Action, Document, Fold};
use crate::case::Snapshot;
use crate::model::{Diagnosis, Evidence, Finding, Outcome, Request, Unexplained};
use crate::tui::model::Shared;
use crate::tui::screens::advice::Pen;
use crate::tui::screens::requests::facts::operation;
use crate::tui::theme::Role;
use crate::tui::time;
use crate::tui::widgets::{tail, width};

/// Longest excerpt of a piece of evidence, in characters.
const MAX_EXCERPT: usize = 300;
/// Hypotheses and symptoms that are shown of many; one more is not worth a fold.
pub(super) const MAX_SHOWN: usize = 3;
/// Errors without an explanation that are shown.
const MAX_UNEXPLAINED: usize = 5;

/// The diagnosis of the selected request, then what concerns the capture as a whole.
pub(super) fn document(shared: &Shared, columns: usize, unfolded: &BTreeSet<Fold>) -> Document {
    let snapshot = shared.snapshot();
    let pen = Pen { shared, document: Document::new(columns) };
    let mut writer = Writer { shared, snapshot, pen, unfolded, place: 0, told: BTreeSet::new() };
    let request = shared.request.and_then(|key| snapshot.requests.get(key.index()));
    let own = request.and_then(|request| shared.lookup.diagnosis(snapshot, Some(request.key)));
    let of_capture: Vec<&Diagnosis> =
        snapshot.diagnoses.iter().filter(|diagnosis| diagnosis.request.is_none()).collect();
    if let Some(request) = request {
        writer.request(request);
    }
    match own {
        Some(diagnosis) => writer.diagnosis(diagnosis),
        None => writer.without_diagnosis(request, &of_capture),
    }
    writer.of_capture(&of_capture, own.is_some());
    writer.pen.document
}

pub(super) struct Writer<'a> {
    pub(super) shared: &'a Shared,
    pub(super) snapshot: &'a Snapshot,
    pub(super) pen: Pen<'a>,
    pub(super) unfolded: &'a BTreeSet<Fold>,
    /// Which of the diagnoses is being written.
    pub(super) place: usize,
    /// What stands there already: commands that fetch what is missing, and what speaks for several hypotheses.
    pub(super) told: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    fn request(&mut self, request: &Request) {
        let symbols = self.shared.look.symbols;
        let tool = self.snapshot.names.text(request.tool).map(str::to_owned);
        let name = tool.or_else(|| operation(self.shared.case(), request));
        let name = self.shared.line(name.as_deref().unwrap_or("request"), 80).to_string();
        let mut row = vec![
            (request.outcome.into(), format!("{} {} ", symbols.outcome(request.outcome), request.outcome)),
            (Role::Title, name),
        ];
        if let Some(window) = request.window {
            let length = time::duration(window.end.since(window.start));
            let at = self.shared.zone.full(window.start);
            row.push((Role::Dim, format!("  {at}  {length}")));
        }
        self.pen.document.row(row);
    }

    fn without_diagnosis(&mut self, request: Option<&Request>, of_capture: &[&Diagnosis]) {
        let text = match request {
            None if self.shared.case.is_none() => "Nothing was read yet.",
            None if !of_capture.is_empty() => {
                "No request was found; what was found concerns the capture as a whole."
            }
            None => {
                "No request and no known cause of failures was found in this capture. Coverage says what was read."
            }
            Some(_) if !self.shared.progress.is_done => {
                "No diagnosis so far: the capture is still being read."
            }
            Some(request) if request.outcome == Outcome::Unknown => {
                "Nothing shows that this request failed, and nothing that it succeeded."
            }
            Some(_) => "This request did not fail; there is nothing to diagnose.",
        };
        self.pen.text("", Role::Normal, text);
        if let Some(request) = request {
            let walk = self.shared.answers.walks.get(&request.key);
            if walk.is_some_and(|walk| walk.stopped.is_some()) {
                self.stopped();
            }
            self.findings(request, of_capture);
        }
    }

    /// What rules say about a request that did not fail.
    fn findings(&mut self, request: &Request, of_capture: &[&Diagnosis]) {
        let is_below = |rule: &str| of_capture.iter().any(|it| it.root_cause.as_deref() == Some(rule));
        for finding in self.shared.lookup.findings(self.snapshot, Some(request.key)) {
            let title = self.title(&finding.rule).to_owned();
            if is_below(&finding.rule) {
                self.pen.text("", Role::Normal, &format!("It has a part in what is told below: {title}."));
                continue;
            }
            self.pen.document.heading(&title);
            self.pen.text("  ", Role::Normal, &finding.message);
            self.evidence(&finding.evidence);
        }
    }

    pub(super) fn diagnosis(&mut self, diagnosis: &'a Diagnosis) {
        let Some(rule) = diagnosis.root_cause.as_deref() else { return self.unknown(diagnosis) };
        let finding = self.root(diagnosis, rule);
        let meta = self.snapshot.rules.get(rule);
        self.cause(diagnosis, rule, finding);
        if diagnosis.request.is_some() {
            self.stopped();
        }
        self.pen.fixes(finding.map(|finding| finding.fix.as_slice()).unwrap_or_default());
        if let Some(meta) = meta {
            self.pen.verify(meta, finding);
        }
        if let Some(finding) = finding.filter(|finding| !finding.evidence.is_empty()) {
            self.pen.document.heading("Evidence");
            self.all_evidence(finding);
        }
        if let Some(meta) = meta {
            self.pen.background(meta, finding);
        }
        self.chain(diagnosis);
        self.symptoms(diagnosis);
        self.hypotheses(diagnosis, finding);
        self.missing("What is missing", &diagnosis.missing, &diagnosis.commands);
        if let Some(meta) = meta {
            self.pen.afterwards(meta);
        }
    }

    /// The finding behind a root cause: of the request, else of the capture.
    pub(super) fn root(&self, diagnosis: &Diagnosis, rule: &str) -> Option<&'a Finding> {
        let (lookup, snapshot) = (&self.shared.lookup, self.snapshot);
        let of = |request| lookup.findings(snapshot, request).find(|finding| finding.rule == rule);
        // A cause of the capture may have been seen in requests that did not fail.
        let any = || snapshot.findings.iter().find(|it| it.rule == rule && diagnosis.request.is_none());
        of(diagnosis.request).or_else(|| of(None)).or_else(any)
    }

    fn unknown(&mut self, diagnosis: &Diagnosis) {
        self.pen.text(
            "Cause     ",
            Role::Unknown,
            "unknown: the capture holds nothing that a rule can explain this with.",
        );
        if diagnosis.request.is_some() {
            self.stopped();
        }
        self.missing("Fetch this to learn more", &diagnosis.missing, &diagnosis.commands);
        self.unexplained(diagnosis);
        self.hypotheses(diagnosis, None);
    }

    fn stopped(&mut self) {
        let walk = self.shared.request.and_then(|key| self.shared.answers.walks.get(&key));
        let Some(walk) = walk else { return };
        let symbols = self.shared.look.symbols;
        let request = self.snapshot.requests.get(walk.request.index());
        let lead = match request.map(|request| request.outcome) {
            Some(Outcome::Failed) if walk.stopped.is_none() => format!("Stopped {} ", symbols.unknown),
            Some(Outcome::Failed) => format!("Stopped {} ", symbols.stop),
            _ => "Outcome   ".to_owned(),
        };
        self.pen.text(&lead, Role::Normal, &walk.verdict);
    }

    /// The first pieces, the others folded, and how many were not kept.
    fn all_evidence(&mut self, finding: &Finding) {
        let all = &finding.evidence;
        let shown = if all.len() <= MAX_SHOWN + 1 { all.len() } else { MAX_SHOWN };
        let (first, rest) = all.split_at(shown);
        self.evidence(first);
        let is_open = !rest.is_empty() && {
            let words = format!("{} more of {}", rest.len(), finding.occurrences.max(all.len() as u32));
            self.fold(Fold::Evidence(self.place), &words)
        };
        if is_open {
            self.evidence(rest);
        }
    }

    /// Records, each with its telling line unless that is the one above.
    fn evidence(&mut self, evidence: &[Evidence]) {
        let mut above = String::new();
        for piece in evidence {
            let Some(signal) = self.snapshot.evidence.get(&piece.signal) else { continue };
            let text = if signal.message.is_empty() {
                signal.name.as_deref().unwrap_or_default()
            } else {
                &signal.message
            };
            let excerpt =
                self.shared.around(text, piece.matched.as_deref().unwrap_or(""), MAX_EXCERPT).to_string();
            // The frame of an exception group says nothing.
            let excerpt = excerpt.trim_start_matches(|letter: char| letter == '|' || letter.is_whitespace());
            let excerpt = excerpt.to_owned();
            let at = signal.timestamp.map(|at| self.shared.zone.clock(at)).unwrap_or_default();
            let lead =
                [(Role::Layer(signal.layer), format!("  {:<8} ", signal.layer)), (Role::Dim, at + " ")];
            let place = format!("{}:{}", signal.origin.path, signal.origin.line);
            let place = self.shared.line(&place, 500).to_string();
            let room =
                self.pen.document.columns().saturating_sub(lead.iter().map(|piece| width(&piece.1)).sum());
            let place = tail(&place, room, self.shared.look.symbols.ellipsis);
            self.pen.document.item(Action::Signal(piece.signal), |document| {
                document.row(lead.into_iter().chain([(Role::Link, place)]).collect());
                if excerpt != above {
                    document.text("    ", Role::Normal, &excerpt);
                }
            });
            above = excerpt;
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

    /// What follows from the cause beside the chain, each with the record that shows it.
    fn symptoms(&mut self, diagnosis: &Diagnosis) {
        let others = diagnosis.symptoms.iter().filter(|rule| !diagnosis.chain.contains(rule));
        let others: Vec<&String> = others.collect();
        if !others.is_empty() {
            self.pen.document.heading("What else follows from it");
        }
        self.few(&others, Fold::Symptoms(self.place), "more", |writer, rule| {
            let title = writer.title(rule).to_owned();
            writer.pen.text("  ", Role::Normal, &title);
            if let Some(finding) = writer.root(diagnosis, rule) {
                writer.evidence(finding.evidence.get(..1).unwrap_or_default());
            }
        });
    }

    /// Writes the first few of many, and the others where they are unfolded.
    pub(super) fn few<T: Copy>(&mut self, all: &[T], fold: Fold, what: &str, write: impl Fn(&mut Self, T)) {
        let shown = if all.len() <= MAX_SHOWN + 1 { all.len() } else { MAX_SHOWN };
        let (first, rest) = all.split_at(shown);
        for one in first {
            write(self, *one);
        }
        if rest.is_empty() {
            return;
        }
        if self.fold(fold, &format!("{} {what}", rest.len())) {
            for one in rest {
                write(self, *one);
            }
        }
    }

    /// A row that unfolds or folds; whether it is unfolded.
    pub(super) fn fold(&mut self, fold: Fold, words: &str) -> bool {
        let is_open = self.unfolded.contains(&fold);
        self.pen.document.fold(self.shared.look, fold, is_open, words);
        is_open
    }

    fn unexplained(&mut self, diagnosis: &Diagnosis) {
        let concerns = |error: &&Unexplained| match diagnosis.request {
            Some(key) => error.request == Some(key) || error.requests.binary_search(&key).is_ok(),
            None => error.request.is_none(),
        };
        let errors: Vec<&Unexplained> = self.snapshot.unexplained.iter().filter(concerns).collect();
        if !errors.is_empty() {
            self.pen.document.heading("Errors that no rule explains");
        }
        for error in errors.iter().take(MAX_UNEXPLAINED) {
            self.evidence(error.evidence.get(..1).unwrap_or_default());
            if error.occurrences > 1 {
                let text = format!("seen {} times in this capture", error.occurrences);
                self.pen.text("    ", Role::Dim, &text);
            }
        }
        if let Some(more @ 1..) = errors.len().checked_sub(MAX_UNEXPLAINED) {
            self.pen.text("  ", Role::Dim, &format!("and {more} of other wordings: see Logs"));
        }
    }

    pub(super) fn title<'t>(&'t self, rule: &'t str) -> &'t str {
        self.snapshot.rules.get(rule).map_or(rule, |rule| rule.title.as_str())
    }
}

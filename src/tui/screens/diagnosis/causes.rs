//! The root cause in a few lines, and the causes that concern the capture as a whole.

use super::document::Fold;
use super::sections::Writer;
use crate::model::{Confidence, Diagnosis, Finding, Standing};
use crate::tui::theme::Role;

impl<'a> Writer<'a> {
    /// What it is, and how sure that is.
    pub(super) fn cause(&mut self, diagnosis: &Diagnosis, rule: &str, finding: Option<&Finding>) {
        let title = self.title(rule).to_owned();
        self.pen.text("Cause     ", Role::Failed, &title);
        self.claim("          ", diagnosis, rule, finding);
    }

    fn claim(&mut self, indent: &str, diagnosis: &Diagnosis, rule: &str, finding: Option<&Finding>) {
        if let Some(finding) = finding {
            self.pen.text(indent, Role::Normal, &finding.message);
        }
        let standing = diagnosis.hypotheses.iter().find(|hypothesis| hypothesis.rule == rule);
        let mut words = standing.map(|hypothesis| words(hypothesis.standing)).unwrap_or_default().to_owned();
        // What is confirmed has a high confidence.
        let unsure = finding.filter(|finding| finding.confidence < Confidence::High);
        if let Some(finding) = unsure {
            words = format!("{words} ({} confidence)", finding.confidence);
        }
        let failed = diagnosis.spread.requests.len();
        if failed > 1 {
            words = format!("{words}. Cause of {failed} failed requests");
        }
        if !words.is_empty() {
            self.pen.text(indent, Role::Dim, &format!("{}.", words.trim_start_matches(['.', ' '])));
        }
    }

    /// Causes of the capture. Beside a request's own cause they are folded, and so are all but the first of several.
    pub(super) fn of_capture(&mut self, diagnoses: &[&'a Diagnosis], has_own: bool) {
        if !diagnoses.is_empty() {
            self.pen.document.heading("The capture as a whole");
        }
        for (place, diagnosis) in diagnoses.iter().enumerate() {
            let Some(rule) = diagnosis.root_cause.as_deref() else { continue };
            self.place = place + 1;
            if place == 0 && !has_own {
                self.diagnosis(diagnosis);
                continue;
            }
            if place == 1 && !has_own {
                self.pen.document.heading("Beside it, independent of one another");
            }
            let title = self.title(rule).to_owned();
            if self.fold(Fold::OfCapture(place), &title) {
                self.diagnosis(diagnosis);
            } else {
                self.claim("    ", diagnosis, rule, self.root(diagnosis, rule));
            }
        }
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

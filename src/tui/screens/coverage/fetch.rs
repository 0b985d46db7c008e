//! What to fetch next: what rules and diagnoses miss, else what could explain a failure that nothing explains.

use rustc_hash::FxHashSet;

use crate::case::Snapshot;
use crate::model::{Layer, Outcome, RequestKey, Whereabouts};
use crate::tui::count::counted;
use crate::tui::screens::diagnosis::document::Fold;
use crate::tui::theme::Role;

use super::sections::Writer;
use super::wanted::Group;

/// Groups shown of many.
const MAX_SHOWN: usize = 4;
/// Layers in whose records most failures show.
const TELLING: [Layer; 3] = [Layer::Gateway, Layer::Runtime, Layer::Span];

impl Writer<'_> {
    /// What is missing, above the commands that fetch it; each command once.
    pub(super) fn wanted(&mut self) {
        let shared = self.shared;
        let wanted = &shared.tables.wanted;
        self.document.heading("What to fetch next");
        if wanted.groups.is_empty() {
            self.nothing_wanted();
        }
        let shown = if wanted.groups.len() <= MAX_SHOWN + 1 { wanted.groups.len() } else { MAX_SHOWN };
        let (first, rest) = wanted.groups.split_at(shown);
        for group in first {
            self.group(group);
        }
        if self.fold(Fold::Wanted, rest.len() + wanted.more, "things that would tell more") {
            for group in rest {
                self.group(group);
            }
            self.beyond(rest.len() + wanted.more, rest.len());
        }
    }

    fn group(&mut self, group: &Group) {
        for sentence in &group.sentences {
            self.text("  - ", Role::Normal, sentence);
        }
        if group.more_sentences > 0 {
            let text = format!("and {} more like these", group.more_sentences);
            self.document.text("  - ", Role::Dim, &text);
        }
        if group.wanted_by > 1 {
            let text = format!("{} open questions hang on it", group.wanted_by);
            self.document.text("    ", Role::Dim, &text);
        }
        if group.covered > 0 {
            let text = format!("one command for the {} requests that lack it:", group.covered);
            self.document.text("    ", Role::Dim, &text);
        }
        let new = group.commands.iter().filter(|command| self.command(command)).count();
        if !group.commands.is_empty() && new == 0 {
            self.document.text("    ", Role::Dim, "the command that fetches it stands above");
        }
        if group.more_commands > 0 {
            let text = format!("and the same for {} more, each with ids of its own", group.more_commands);
            self.document.text("    ", Role::Dim, &text);
        }
    }

    /// No rule asks for anything: says whether that is because all is explained.
    fn nothing_wanted(&mut self) {
        let snapshot = self.snapshot;
        let (failed, open) = (snapshot.failed() as u64, unexplained(snapshot));
        let errors = snapshot.unexplained.len() as u64;
        if open == 0 && errors == 0 {
            let text = if failed == 0 && !snapshot.coverage.gaps.is_empty() {
                "no failure is known in what was read; what fills the gaps stands beside them".to_owned()
            } else if failed == 0 {
                "no failure is known in what was read, and no rule asks for more".to_owned()
            } else {
                format!("no rule asks for more: {} explained", counted_are(failed, "failed request"))
            };
            return self.document.text("  ", Role::Dim, &text);
        }
        let what = if open > 0 { counted_are(open, "failed request") } else { counted_are(errors, "error") };
        let text = format!("no rule asks for more, but {what} explained by no rule");
        self.document.text("  ", Role::Warning, &text);
        let coverage = &snapshot.coverage;
        let place = Whereabouts { window: coverage.range, ..Whereabouts::default() };
        let absent = TELLING.iter().filter(|layer| coverage.layer(**layer).is_none());
        let absent: Vec<Layer> = absent.copied().collect();
        if absent.is_empty() {
            let text =
                "the capture has records of the Gateway, of the Runtime and spans: look further in Logs";
            self.document.text("  ", Role::Normal, text);
        }
        for layer in absent {
            self.document.text(
                "  - ",
                Role::Normal,
                &format!("nothing of the layer {layer} was read; it may say why"),
            );
            if let Some(command) = place.command(layer) {
                self.command(&command);
            }
        }
    }
}

/// Failed requests without a root cause.
fn unexplained(snapshot: &Snapshot) -> u64 {
    let explained: FxHashSet<RequestKey> = snapshot
        .diagnoses
        .iter()
        .filter(|diagnosis| diagnosis.root_cause.is_some())
        .filter_map(|diagnosis| diagnosis.request)
        .collect();
    let failed = snapshot.requests.iter().filter(|request| request.outcome == Outcome::Failed);
    failed.filter(|request| !explained.contains(&request.key)).count() as u64
}

/// `1 span is`, `2 spans are`.
fn counted_are(count: u64, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "is" } else { "are" })
}

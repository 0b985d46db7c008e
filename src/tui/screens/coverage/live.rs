//! The sources that are or were read from AWS: whether they are read, how far, and what stands in the way.

use std::cmp::Reverse;
use std::time::Duration;

use crate::model::{LiveSource, Timestamp};
use crate::tui::count::counted;
use crate::tui::live::{LiveState, SourceState};
use crate::tui::screens::diagnosis::document::Fold;
use crate::tui::theme::Role;

use super::sections::Writer;

/// Sources shown of many.
const MAX_SOURCES: usize = 12;
/// Columns of the state of a source.
const STATE: usize = 20;

impl Writer<'_> {
    /// Sources that are read now.
    pub(super) fn live(&mut self) {
        let Some(live) = self.shared.live.clone() else { return };
        self.document.heading("Live sources");
        let mark = format!("  {} ", self.shared.look.symbols.failed);
        for error in &live.errors {
            self.text(&mark, Role::Failed, error);
        }
        for note in &live.notes {
            self.text("  ", Role::Dim, note);
        }
        if live.sources.is_empty() && live.errors.is_empty() {
            let text = if live.is_over { "nothing was read" } else { "looking up what there is" };
            self.document.text("  ", Role::Dim, text);
        }
        let mut sources: Vec<&SourceState> = live.sources.iter().collect();
        if sources.len() > MAX_SOURCES {
            sources.sort_by_key(|source| Reverse((source.link, !source.gaps.is_empty())));
        }
        self.few_sources(&sources, Self::live_source);
        self.kept(&live);
    }

    fn live_source(&mut self, source: &SourceState) {
        self.text("  ", Role::Link, &format!("{}  {}", source.name, source.region));
        let mut facts = Vec::new();
        facts.extend(source.lag.map(|lag| format!("{} behind", span(lag))));
        facts.push(format!("{:.1} events/s", source.per_second));
        facts.push(counted(source.events, "record"));
        let state = format!("    {:<STATE$}", source.link.word());
        self.document.row(vec![(source.link.role(), state), (Role::Normal, facts.join(", "))]);
        self.troubles(source);
        for note in &source.notes {
            self.text("    ", Role::Dim, note);
        }
    }

    fn troubles(&mut self, source: &SourceState) {
        let mark = format!("    {} ", self.shared.look.symbols.mark);
        let mut counts = Vec::new();
        if source.faults > 0 {
            counts.push(format!(
                "{}, {} of them throttled",
                counted(source.faults, "fault"),
                source.throttled
            ));
        }
        if source.sampled_seconds > 0 {
            let seconds = source.sampled_seconds;
            counts.push(format!("Live Tail left events out for {seconds} s, the polls fetch them"));
        }
        if source.late > 0 {
            counts.push(format!("{} came later than two minutes", counted(source.late, "event")));
        }
        if !counts.is_empty() {
            self.text(&mark, Role::Warning, &counts.join("; "));
        }
        if let Some((ago, error)) = &source.last_error {
            let again = source.retry_in.map(|wait| format!("; tried again in {}", span(wait)));
            let text = format!("{} ago: {error}{}", span(*ago), again.unwrap_or_default());
            self.text(&mark, source.link.role(), &text);
        }
        for gap in &source.gaps {
            self.gap(gap);
        }
    }

    fn kept(&mut self, live: &LiveState) {
        match &live.folder {
            Some(folder) => self.text("  ", Role::Dim, &format!("kept in {folder}")),
            None => self.document.text("  ", Role::Dim, "not kept: --save DIR keeps what is read"),
        }
    }

    /// Sources of a capture that was recorded before.
    pub(super) fn recorded(&mut self) {
        if self.shared.live.is_some() || self.snapshot.coverage.sources.is_empty() {
            return;
        }
        self.document.heading("Recorded from AWS");
        let mut sources: Vec<&LiveSource> = self.snapshot.coverage.sources.iter().collect();
        if sources.len() > MAX_SOURCES {
            sources.sort_by_key(|source| source.gaps.is_empty());
        }
        self.few_sources(&sources, Self::recorded_source);
    }

    /// The first of many sources, which are the troubled ones, the others folded.
    fn few_sources<T: Copy>(&mut self, sources: &[T], write: impl Fn(&mut Self, T)) {
        let (first, rest) = sources.split_at(sources.len().min(MAX_SOURCES));
        for source in first {
            write(self, *source);
        }
        if self.fold(Fold::Sources, rest.len(), "sources") {
            for source in rest {
                write(self, *source);
            }
        }
    }

    fn recorded_source(&mut self, source: &LiveSource) {
        let account = source.account.as_deref().unwrap_or_default();
        self.text("  ", Role::Link, &format!("{}  {} {account}", source.name, source.region));
        let zone = self.shared.zone;
        let time =
            |at: Option<Timestamp>, without: &str| at.map_or_else(|| without.to_owned(), |at| zone.full(at));
        let window = format!("{} to {}", time(source.since, "?"), time(source.until, "the end of recording"));
        let settled =
            source.settled.map_or("nothing final".to_owned(), |at| format!("final until {}", zone.full(at)));
        let masked = if source.redacted { ", secrets masked" } else { "" };
        let text = format!("{}, {window}, {settled}{masked}", counted(source.records, "record"));
        self.document.text("    ", Role::Normal, &text);
    }
}

/// A length of time in the largest unit that leaves two digits.
fn span(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

//! What is said on stderr while live sources are collected.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use crate::model::Timestamp;
use crate::runtime::live::{self, Opening, Told};
use crate::source::aws::Standing;
use crate::source::aws::standing::{State, TailState};
use crate::text::Door;

use super::live::bytes;
use super::output::{MAX_NOTE, note};

/// What is said while collecting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Talk {
    /// Everything: this is what the command is about.
    Full,
    /// What a name was taken for, and a backfill that takes long.
    Brief,
}

/// Backfills from here on are announced.
const LARGE: u64 = 50 << 20;

/// Troubles that are told at most: a service may word each fault differently.
const TROUBLES: usize = 100;

/// What is told on stderr; the progress on one line that is written anew, where that is a terminal.
pub(super) struct Progress {
    door: Door,
    talk: Talk,
    is_terminal: bool,
    /// Columns of the line that stands there.
    width: usize,
    /// Troubles that have been told.
    told: BTreeSet<String>,
    /// Sources whose troubles were told last and are not over.
    troubled: BTreeSet<String>,
}

impl Progress {
    /// Nothing has been told yet.
    pub(super) fn new(door: Door, talk: Talk) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let (told, troubled) = (BTreeSet::new(), BTreeSet::new());
        Self { door, talk, is_terminal, width: 0, told, troubled }
    }

    /// Tells everything that it is told.
    pub(super) fn teller(mut self) -> impl FnMut(Told) + Send + 'static {
        move |told| match told {
            Told::Resolved(opening) => self.open(&opening),
            Told::Standings(standings) => {
                for line in self.troubles(&standings) {
                    self.clear();
                    note(self.door.line(&line, MAX_NOTE).as_str());
                }
                self.show(&standings);
            }
        }
    }

    /// What is being tried again and why, at once and each reason once, and what goes on; which groups have no Live Tail.
    fn troubles(&mut self, standings: &[Standing]) -> Vec<String> {
        let mut lines = Vec::new();
        for standing in standings {
            let name = &standing.name;
            match (standing.state, &standing.last_error) {
                (State::Retrying(_), Some((_, error))) => {
                    let error = error.to_string();
                    if self.is_new(&error) {
                        lines.push(format!("{name}: {error}; it is tried again"));
                        self.troubled.insert(name.clone());
                    }
                }
                (State::Reading, _) if self.troubled.remove(name) => {
                    lines.push(format!("{name}: it is read again"));
                }
                _ => {}
            }
            let tail = &standing.live_tail;
            if let (TailState::Refused, Some(reason)) = (tail.state, &tail.reason)
                && self.is_new(&format!("{name} {reason}"))
            {
                lines.push(format!("{name}: {reason}; its events arrive with the sweep"));
            }
        }
        lines
    }

    fn is_new(&mut self, trouble: &str) -> bool {
        self.told.len() < TROUBLES && self.told.insert(trouble.to_owned())
    }

    /// Takes the line of progress away.
    fn clear(&mut self) {
        let width = std::mem::take(&mut self.width);
        if width > 0 {
            let _ = write!(io::stderr().lock(), "\r{:width$}\r", "");
        }
    }

    fn open(&mut self, opening: &Opening) {
        for note in &opening.notes {
            self::note(self.door.line(note, MAX_NOTE).as_str());
        }
        let known: u64 =
            opening.groups.iter().filter_map(|(_, _, cost)| cost.as_ref()).map(|cost| cost.bytes).sum();
        if self.talk == Talk::Full || known >= LARGE {
            for line in announcement(opening) {
                note(self.door.line(&line, MAX_NOTE).as_str());
            }
        }
    }

    fn show(&mut self, standings: &[Standing]) {
        if !self.is_terminal {
            return;
        }
        let over = standings.iter().all(Standing::is_over);
        let line = if over { String::new() } else { status(standings, live::now()) };
        let padding = self.width.saturating_sub(line.chars().count());
        self.width = line.chars().count();
        // Nobody else is told when stderr is gone.
        let _ = write!(io::stderr().lock(), "\r{line}{:padding$}\r", "");
    }
}

/// What is going to be fetched, and what that will take.
fn announcement(opening: &Opening) -> Vec<String> {
    let until = opening.until.map_or("until Ctrl-C".to_owned(), |until| format!("to {until}"));
    let mut lines = vec![format!("reading from {} {until}", opening.since)];
    let (mut sum, mut calls, mut unknown) = (0, 0, 0);
    for (name, region, cost) in &opening.groups {
        let estimate = match cost {
            Some(cost) => format!("about {}, {}", bytes(cost.bytes), calls_of(cost.calls)),
            None => "size unknown".to_owned(),
        };
        sum += cost.as_ref().map_or(0, |cost| cost.bytes);
        calls += cost.as_ref().map_or(0, |cost| cost.calls);
        unknown += u64::from(cost.is_none());
        lines.push(format!("  {name} ({region}): {estimate}"));
    }
    lines.extend(opening.prefixes.iter().map(|prefix| format!("  {prefix}*: as they appear")));
    if opening.groups.len() > 1 {
        let rest = if unknown > 0 { format!(", and {unknown} of unknown size") } else { String::new() };
        lines.push(format!("  together about {}, {}{rest}", bytes(sum), calls_of(calls)));
    }
    lines
}

fn calls_of(calls: u64) -> String {
    if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") }
}

/// One line on how far it is.
fn status(standings: &[Standing], now: Timestamp) -> String {
    let events: u64 = standings.iter().map(|standing| standing.tally.events).sum();
    let rate: f64 = standings.iter().map(|standing| standing.per_second).sum();
    let done = standings.iter().filter(|standing| standing.is_over()).count();
    let share: f64 = standings.iter().map(|standing| standing.progress(now)).sum();
    let percent = (share / standings.len().max(1) as f64 * 100.0).floor();
    let mut line =
        format!("{events} events, {rate:.0}/s, {percent:.0} %, {done} of {} sources", standings.len());
    let waiting = standings.iter().filter(|standing| matches!(standing.state, State::Retrying(_))).count();
    if waiting > 0 {
        let _ = write!(line, ", {waiting} trying again");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::Estimate;

    #[test]
    fn a_backfill_is_announced_with_its_sum_and_what_is_unknown() {
        let cost = Estimate { bytes: 2_000_000, calls: 2, basis: String::new() };
        let opening = Opening {
            notes: Vec::new(),
            failures: Vec::new(),
            groups: vec![
                ("/aws/a".to_owned(), "us-east-1".to_owned(), Some(cost)),
                ("/aws/b".to_owned(), "us-east-1".to_owned(), None),
            ],
            prefixes: vec!["/aws/c".to_owned()],
            since: Timestamp(0),
            until: None,
        };
        assert_eq!(
            announcement(&opening),
            [
                "reading from 1970-01-01T00:00:00.000Z until Ctrl-C",
                "  /aws/a (us-east-1): about 2.0 MB, 2 calls",
                "  /aws/b (us-east-1): size unknown",
                "  /aws/c*: as they appear",
                "  together about 2.0 MB, 2 calls, and 1 of unknown size",
            ]
        );
    }
}

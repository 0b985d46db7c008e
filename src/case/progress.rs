//! How far the reading of a case is, for whoever waits, and the wish to stop it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::model::{Input, Record};

/// Shared between the thread that reads and the one that shows it.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    bytes: AtomicU64,
    bytes_total: AtomicU64,
    records: AtomicU64,
    cancelled: AtomicBool,
}

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Phase {
    /// Nothing yet.
    #[default]
    Waiting,
    /// Finding where records begin and end.
    Cutting,
    /// Reading records; only this phase counts bytes and records.
    Reading,
    /// Grouping signals into requests.
    Correlating,
    /// Asking the rules.
    Matching,
    /// Everything is read.
    Done,
}

/// Progress at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Glance {
    /// What is being done.
    pub phase: Phase,
    /// Bytes of records read.
    pub bytes: u64,
    /// Bytes of all inputs.
    pub bytes_total: u64,
    /// Records read.
    pub records: u64,
}

impl Progress {
    /// Asks the reader to stop. It does at the next block of records, or of signals when it asks the rules; cutting one
    /// input and correlating are not interrupted.
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Relaxed)
    }

    /// The present state.
    pub fn glance(&self) -> Glance {
        let phase = match self.phase.load(Relaxed) {
            0 => Phase::Waiting,
            1 => Phase::Cutting,
            2 => Phase::Reading,
            3 => Phase::Correlating,
            4 => Phase::Matching,
            _ => Phase::Done,
        };
        let load = |counter: &AtomicU64| counter.load(Relaxed);
        Glance {
            phase,
            bytes: load(&self.bytes),
            bytes_total: load(&self.bytes_total),
            records: load(&self.records),
        }
    }

    pub(super) fn start(&self, inputs: &[Input]) {
        let total = inputs.iter().map(|input| input.bytes.len() as u64).sum();
        self.bytes_total.store(total, Relaxed);
        self.phase.store(Phase::Cutting as u8, Relaxed);
    }

    /// Begins a phase, unless the reader shall stop.
    pub(super) fn enter(&self, phase: Phase) -> Option<()> {
        if self.is_cancelled() {
            return None;
        }
        self.phase.store(phase as u8, Relaxed);
        if phase > Phase::Reading {
            // What lies between records counts as read.
            self.bytes.store(self.bytes_total.load(Relaxed), Relaxed);
        }
        Some(())
    }

    /// Notes records that were read.
    pub(super) fn advance(&self, records: &[Record]) {
        let bytes = records.iter().map(|record| u64::from(record.payload.len)).sum();
        self.bytes.fetch_add(bytes, Relaxed);
        self.records.fetch_add(records.len() as u64, Relaxed);
    }
}

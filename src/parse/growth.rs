//! Cuts and joins an input that grows, at a cost that follows what was added.

use std::collections::BTreeMap;

use super::envelope::Lines;
use super::join::Joiner;
use crate::model::{Cut, Input, Record, Slice};

/// An input of one record per line, read as far as nothing that follows can change where its records begin.
///
/// Whatever the steps in which it grew: the gains together are what [`cut`](super::cut) and [`join`](super::join) make
/// of the whole.
#[derive(Clone, Debug)]
pub struct Growth {
    lines: Lines,
    joiner: Joiner,
    /// Records given away so far.
    taken: usize,
}

/// What an input gained.
#[derive(Clone, Debug, Default)]
pub struct Gain {
    /// New records, in input order, behind those of earlier gains. Their parts are those of this gain.
    pub records: Vec<Record>,
    /// Parts that the new records refer to.
    pub parts: Vec<Slice>,
    /// Further parts of records, also of earlier gains, by position in the whole: to be added to those they have.
    pub joined: BTreeMap<usize, Vec<Slice>>,
}

impl Growth {
    /// Begins with nothing read. `None` for an input that must be cut as a whole: a document, a table, a CSV export.
    pub fn begin(input: &Input) -> Option<Self> {
        let lines = Lines::begin(&input.bytes)?;
        Some(Self { lines, joiner: Joiner::default(), taken: 0 })
    }

    /// Whether the input, which has grown, can still be read line by line.
    pub fn fits(&self, input: &Input) -> bool {
        self.lines.fits(&input.bytes)
    }

    /// How many bytes are read.
    pub fn at(&self) -> usize {
        self.lines.at()
    }

    /// What records share; it holds no records, and its parts are not the records' own.
    pub fn cut(&self) -> &Cut {
        self.lines.cut()
    }

    /// Reads on, but for the last record, which may not be complete.
    pub fn seal(&mut self, input: &Input) -> Gain {
        self.lines.seal(input);
        let gain = join(&mut self.joiner, input, self.lines.cut(), self.taken);
        let (_, parts) = self.lines.take();
        self.taken += gain.records.len();
        Gain { parts, ..gain }
    }

    /// Reads the rest, and sums up what the whole is; the cut holds neither the records nor their parts.
    pub fn finish(mut self, input: &Input) -> (Gain, Cut) {
        let mut cut = self.lines.finish(input, self.taken);
        let gain = join(&mut self.joiner, input, &cut, self.taken);
        cut.records = Vec::new();
        let parts = std::mem::take(&mut cut.parts);
        (Gain { parts, ..gain }, cut)
    }
}

/// Joins the records of `cut`, which come behind `taken` others. The parts stay where they are.
fn join(joiner: &mut Joiner, input: &Input, cut: &Cut, taken: usize) -> Gain {
    let mut gain = Gain::default();
    for record in &cut.records {
        // A record that joins another is none of its own, so it does not count.
        let Some(owner) = joiner.see(&input.bytes, cut, taken + gain.records.len(), record) else {
            gain.records.push(*record);
            continue;
        };
        let first = record.first_part as usize;
        let own = cut.parts.get(first..first + usize::from(record.more)).unwrap_or_default();
        gain.joined.entry(owner).or_default().extend([record.payload].iter().chain(own));
    }
    gain
}

//! An input of lines that grows: what is cut and cannot change any more is not cut again.

use std::ops::Range;

use memchr::memrchr;
use rayon::prelude::*;

use super::builder::Tally;
use super::layout::{self, Layout};
use super::lines::{self, Fragment};
use super::prefix::{self, Dialect};
use super::{Assembly, BLOCK, Damage, format_of, report_dangling};
use crate::model::{Context, Cut, Input, Record, Slice};

/// The lines of an input, cut up to where its last record begins.
#[derive(Clone, Debug)]
pub(in crate::parse) struct Lines {
    dialect: Dialect,
    assembly: Assembly,
    damage: Option<Damage>,
    /// How far the input is cut.
    at: usize,
}

impl Lines {
    /// Nothing is cut yet. `None` for an input of another layout.
    pub(in crate::parse) fn begin(bytes: &[u8]) -> Option<Self> {
        let Layout::Lines(dialect) = layout::of(bytes) else { return None };
        let cut = Cut { contexts: vec![Context::default()], ..Cut::default() };
        let nothing = Fragment { cut, tally: Tally::default(), lines: 0, leading: 0, dangling: None };
        Some(Self { dialect, assembly: Assembly::of(nothing), damage: None, at: 0 })
    }

    /// Whether an input that has grown is still laid out as it was, and holds no other documents.
    pub(in crate::parse) fn fits(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.at
            && layout::of(bytes) == Layout::Lines(self.dialect)
            && self.assembly.cut.children.is_empty()
    }

    /// How far the input is cut.
    pub(in crate::parse) fn at(&self) -> usize {
        self.at
    }

    /// What was cut so far, without the records and parts that were taken.
    pub(in crate::parse) fn cut(&self) -> &Cut {
        &self.assembly.cut
    }

    /// Cuts up to where the last record begins. The new records are in [`cut`](Self::cut), to be taken.
    pub(in crate::parse) fn seal(&mut self, input: &Input) {
        let end = self.last_record(&input.bytes);
        self.cut_to(input, end);
        // The line that the last record stands on has more to come, so no line before it dangles.
        self.assembly.dangling = None;
    }

    /// Takes the records that were cut since, and the parts that they refer to.
    pub(in crate::parse) fn take(&mut self) -> (Vec<Record>, Vec<Slice>) {
        let cut = &mut self.assembly.cut;
        (std::mem::take(&mut cut.records), std::mem::take(&mut cut.parts))
    }

    /// Cuts the rest and sums up; `taken` records came before.
    pub(in crate::parse) fn finish(mut self, input: &Input, taken: usize) -> Cut {
        self.cut_to(input, input.bytes.len());
        let Assembly { mut cut, tally, dangling, .. } = self.assembly;
        if let Some(line) = dangling {
            let has_others = taken + cut.records.len() > 1;
            report_dangling(&mut cut, &input.path, line, has_others);
        }
        cut.format = format_of(self.dialect).unwrap_or_else(|| tally.name());
        cut.issues.extend(self.damage.map(|damage| damage.issue(&input.path)));
        cut
    }

    fn cut_to(&mut self, input: &Input, end: usize) {
        if end <= self.at {
            return;
        }
        let bytes: &[u8] = &input.bytes;
        if let Some(damage) = Damage::of(&bytes[self.at..end]) {
            let line = damage.line.saturating_add(self.assembly.lines);
            let known = self.damage.get_or_insert(Damage { count: 0, line });
            known.count = known.count.saturating_add(damage.count);
        }
        let cut = |block: Range<usize>| {
            lines::cut_block(&input.path, bytes, self.at + block.start..self.at + block.end, self.dialect)
        };
        let blocks = lines::blocks(&bytes[self.at..end], BLOCK);
        let fragments: Vec<Fragment> = blocks.into_par_iter().map(cut).collect();
        for fragment in fragments {
            self.assembly.add(fragment, bytes);
        }
        self.at = end;
    }

    /// Where the last record begins that further lines may change: the last line that is not blank, and in a dialect
    /// with prefixes the last one that has a prefix.
    fn last_record(&self, bytes: &[u8]) -> usize {
        let mut end = bytes.trim_ascii_end().len();
        while end > self.at {
            let start = memrchr(b'\n', &bytes[self.at..end]).map_or(self.at, |at| self.at + at + 1);
            if self.dialect == Dialect::Plain
                || prefix::read(self.dialect, bytes[start..end].trim_ascii_end()).is_some()
            {
                return start;
            }
            end = start.saturating_sub(1);
        }
        self.at
    }
}

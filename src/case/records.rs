//! Where the records of an input lie: in 10 bytes each, and 4 more where their streams differ.

use rustc_hash::FxHashMap;

use crate::model::{Escape, Record, Slice, Timestamp};

/// Records that share a first byte and a first line to count from: few enough that 16 bits hold the lines even of
/// pretty-printed documents.
const GROUP: usize = 1 << 9;
/// Bits of a tag that hold no context.
const ESCAPE: u32 = 30;
const RARE: u32 = 1 << 29;
const CONTEXT: u32 = RARE - 1;

/// The records of an input, in input order.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    /// First byte of each record, from that of its group.
    offsets: Vec<u32>,
    lens: Vec<u32>,
    /// Line of each record, from that of its group.
    lines: Vec<u16>,
    tags: Tags,
    groups: Vec<Group>,
    /// What a row cannot hold: records of several parts, or far from the others.
    rare: FxHashMap<u32, Record>,
    /// Envelope times from `timed_from` on: those that are known and that somebody still needs.
    times: Vec<Option<Timestamp>>,
    timed_from: usize,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    /// First byte of its first record.
    start: u64,
    /// Line of its first record.
    line: u32,
}

/// Per record its context, [`RARE`], and the escape in the two highest bits.
#[derive(Clone, Debug, Default)]
struct Tags {
    /// The tag of all records, while they agree.
    same: u32,
    /// One per record, once they do not.
    each: Vec<u32>,
}

impl Tags {
    fn get(&self, at: usize) -> u32 {
        self.each.get(at).copied().unwrap_or(self.same)
    }

    /// Sets the tag of one of `len` records.
    fn set(&mut self, at: usize, tag: u32, len: usize) {
        if len == 1 {
            *self = Self { same: tag, each: Vec::new() };
        } else if self.each.is_empty() && tag != self.same {
            self.each = vec![self.same; len];
        }
        if let Some(known) = self.each.get_mut(at) {
            *known = tag;
        }
    }

    /// Adds the tag of a record behind `len` others.
    fn push(&mut self, tag: u32, len: usize) {
        if self.each.is_empty() {
            self.set(len, tag, len + 1);
        } else {
            self.each.push(tag);
        }
    }
}

/// What is kept of a record that lies near the beginning of its group.
struct Row {
    offset: u32,
    len: u32,
    line: u16,
    tag: u32,
}

impl Records {
    /// Packs records.
    pub(super) fn new(records: &[Record]) -> Self {
        let mut packed = Self::default();
        packed.offsets.reserve_exact(records.len());
        packed.lens.reserve_exact(records.len());
        packed.lines.reserve_exact(records.len());
        packed.extend(records);
        packed
    }

    /// Adds records behind those that are there.
    pub(super) fn extend(&mut self, records: &[Record]) {
        for record in records {
            let at = self.offsets.len();
            if at.is_multiple_of(GROUP) {
                self.groups.push(Group { start: record.payload.start, line: record.line });
            }
            let row = self.row(at, record);
            self.offsets.push(row.offset);
            self.lens.push(row.len);
            self.lines.push(row.line);
            self.tags.push(row.tag, at);
            if self.times.is_empty() && record.timestamp.is_none() {
                self.timed_from = at + 1;
            } else {
                self.times.push(record.timestamp);
            }
        }
    }

    /// Puts another record into the place of one; its time stays.
    pub(super) fn set(&mut self, at: usize, record: &Record) {
        if at >= self.len() {
            return;
        }
        let row = self.row(at, record);
        self.offsets[at] = row.offset;
        self.lens[at] = row.len;
        self.lines[at] = row.line;
        self.tags.set(at, row.tag, self.offsets.len());
    }

    /// What is kept of a record in the rows, the rest among the rare ones.
    fn row(&mut self, at: usize, record: &Record) -> Row {
        let group = self.groups.get(at / GROUP);
        group.and_then(|group| Row::of(record, *group)).unwrap_or_else(|| {
            self.rare.insert(at as u32, *record);
            Row { offset: 0, len: 0, line: 0, tag: RARE }
        })
    }

    pub(super) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// A record by its position; one of no bytes when there is none.
    pub(super) fn get(&self, at: usize) -> Record {
        let (Some(offset), Some(group)) = (self.offsets.get(at), self.groups.get(at / GROUP)) else {
            return Record::default();
        };
        let timestamp = at.checked_sub(self.timed_from).and_then(|at| self.times.get(at).copied().flatten());
        let tag = self.tags.get(at);
        if tag & RARE != 0 {
            let rare = self.rare.get(&(at as u32)).copied().unwrap_or_default();
            return Record { timestamp, ..rare };
        }
        Record {
            payload: Slice { start: group.start + u64::from(*offset), len: self.lens[at] },
            timestamp,
            line: group.line + u32::from(self.lines[at]),
            context: tag & CONTEXT,
            first_part: 0,
            more: 0,
            escape: match tag >> ESCAPE {
                0 => Escape::None,
                1 => Escape::Json,
                _ => Escape::Csv,
            },
        }
    }

    /// The line of a record; 0 when there is none.
    pub(super) fn line(&self, at: usize) -> u32 {
        self.get(at).line
    }

    /// Drops the envelope times: once a record is read, its time is that of its signal.
    pub(super) fn forget_times(&mut self) {
        self.times = Vec::new();
        self.timed_from = self.offsets.len();
    }
}

impl Row {
    /// `None` for a record that does not fit.
    fn of(record: &Record, group: Group) -> Option<Self> {
        let offset = u32::try_from(record.payload.start.checked_sub(group.start)?).ok()?;
        let line = u16::try_from(record.line.checked_sub(group.line)?).ok()?;
        (record.more == 0 && record.context <= CONTEXT).then_some(Self {
            offset,
            len: record.payload.len,
            line,
            tag: record.context | (record.escape as u32) << ESCAPE,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_record() -> impl Strategy<Value = Record> {
        let start = prop_oneof![8 => 0u64..1 << 20, 1 => Just(0), 1 => any::<u64>()];
        let context = prop_oneof![4 => 0u32..9, 1 => any::<u32>()];
        let more = prop_oneof![4 => Just((0, 0)), 1 => (any::<u32>(), 1..u16::MAX)];
        let escapes = proptest::sample::select(vec![Escape::None, Escape::Json, Escape::Csv]);
        let time = proptest::option::weighted(0.1, any::<i64>().prop_map(Timestamp));
        (start, any::<u32>(), any::<u32>(), context, more, escapes, time).prop_map(
            |(start, len, line, context, (first_part, more), escape, timestamp)| Record {
                payload: Slice { start, len },
                timestamp,
                line,
                context,
                first_part,
                more,
                escape,
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_packed_comes_out_again(
            records in proptest::collection::vec(any_record(), 1..40),
            copies in 1usize..300,
            seam in any::<proptest::sample::Index>(),
        ) {
            let records: Vec<Record> =
                std::iter::repeat_n(records, copies).flatten().collect();
            let (before, after) = records.split_at(seam.index(records.len()));
            let mut packed = Records::new(before);
            packed.extend(after);
            prop_assert_eq!(packed.len(), records.len());
            for (at, record) in records.iter().enumerate() {
                prop_assert_eq!(packed.get(at), *record);
                prop_assert_eq!(packed.line(at), record.line);
            }
            packed.forget_times();
            for (at, record) in records.iter().enumerate().take(20) {
                prop_assert_eq!(packed.get(at), Record { timestamp: None, ..*record });
            }
        }
    }
}

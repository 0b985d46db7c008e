//! Where the records of an input lie, in 16 bytes each.

use rustc_hash::FxHashMap;

use crate::model::{Escape, Record, Slice, Timestamp};

/// Records that share a first byte to count from.
const GROUP: usize = 1 << 12;
/// Bits of [`Row::context`] that hold no context.
const ESCAPE: u32 = 30;
const RARE: u32 = 1 << 29;
const CONTEXT: u32 = RARE - 1;

/// The records of an input, in input order.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    rows: Vec<Row>,
    /// First byte of each group.
    starts: Vec<u64>,
    /// What a row cannot hold: records of several parts, or far from the others.
    rare: FxHashMap<u32, Record>,
    /// Envelope times from `timed_from` on: those that are known and that somebody still needs.
    times: Vec<Option<Timestamp>>,
    timed_from: usize,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// From the first byte of its group.
    offset: u32,
    len: u32,
    line: u32,
    /// Context, [`RARE`], and the escape in the two highest bits.
    context: u32,
}

impl Records {
    /// Packs records.
    pub(super) fn new(records: &[Record]) -> Self {
        let mut packed = Self::default();
        packed.rows.reserve_exact(records.len());
        packed.extend(records);
        packed
    }

    /// Adds records behind those that are there.
    pub(super) fn extend(&mut self, records: &[Record]) {
        for record in records {
            let at = self.rows.len();
            if at.is_multiple_of(GROUP) {
                self.starts.push(record.payload.start);
            }
            self.rows.push(Row { offset: 0, len: 0, line: record.line, context: RARE });
            self.set(at, record);
            if self.times.is_empty() && record.timestamp.is_none() {
                self.timed_from = at + 1;
            } else {
                self.times.push(record.timestamp);
            }
        }
    }

    /// Puts another record into the place of one; its time stays.
    pub(super) fn set(&mut self, at: usize, record: &Record) {
        let (Some(row), Some(start)) = (self.rows.get_mut(at), self.starts.get(at / GROUP)) else { return };
        if let Some(fitting) = Row::of(record, *start) {
            *row = fitting;
        } else {
            row.context = RARE;
            self.rare.insert(at as u32, *record);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A record by its position; one of no bytes when there is none.
    pub(super) fn get(&self, at: usize) -> Record {
        let (Some(row), Some(start)) = (self.rows.get(at), self.starts.get(at / GROUP)) else {
            return Record::default();
        };
        let timestamp = at.checked_sub(self.timed_from).and_then(|at| self.times.get(at).copied().flatten());
        if row.context & RARE != 0 {
            let rare = self.rare.get(&(at as u32)).copied().unwrap_or_default();
            return Record { timestamp, ..rare };
        }
        Record {
            payload: Slice { start: start + u64::from(row.offset), len: row.len },
            timestamp,
            line: row.line,
            context: row.context & CONTEXT,
            first_part: 0,
            more: 0,
            escape: match row.context >> ESCAPE {
                0 => Escape::None,
                1 => Escape::Json,
                _ => Escape::Csv,
            },
        }
    }

    /// The line of a record.
    pub(super) fn line(&self, at: usize) -> u32 {
        self.rows.get(at).map_or(0, |row| row.line)
    }

    /// Drops the envelope times: once a record is read, its time is that of its signal.
    pub(super) fn forget_times(&mut self) {
        self.times = Vec::new();
        self.timed_from = self.rows.len();
    }
}

impl Row {
    /// `None` for a record that does not fit.
    fn of(record: &Record, start: u64) -> Option<Self> {
        let offset = u32::try_from(record.payload.start.checked_sub(start)?).ok()?;
        (record.more == 0 && record.context <= CONTEXT).then_some(Self {
            offset,
            len: record.payload.len,
            line: record.line,
            context: record.context | (record.escape as u32) << ESCAPE,
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

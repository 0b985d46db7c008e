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
    /// Envelope times; empty when there are none, or when nobody needs them any more.
    times: Vec<Option<Timestamp>>,
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
        let mut packed = Self { rows: Vec::with_capacity(records.len()), ..Self::default() };
        if records.iter().any(|record| record.timestamp.is_some()) {
            packed.times = records.iter().map(|record| record.timestamp).collect();
        }
        for group in records.chunks(GROUP) {
            let start = group.iter().map(|record| record.payload.start).min().unwrap_or_default();
            packed.starts.push(start);
            for record in group {
                let at = packed.rows.len() as u32;
                let row = Row::of(record, start).unwrap_or_else(|| {
                    packed.rare.insert(at, *record);
                    Row { offset: 0, len: 0, line: record.line, context: RARE }
                });
                packed.rows.push(row);
            }
        }
        packed
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A record by its position; one of no bytes when there is none.
    pub(super) fn get(&self, at: usize) -> Record {
        let (Some(row), Some(start)) = (self.rows.get(at), self.starts.get(at / GROUP)) else {
            return Record::default();
        };
        let timestamp = self.times.get(at).copied().flatten();
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
    }
}

impl Row {
    /// `None` for a record that does not fit.
    fn of(record: &Record, start: u64) -> Option<Self> {
        let offset = u32::try_from(record.payload.start - start).ok()?;
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
            records in proptest::collection::vec(any_record(), 0..40),
            copies in 1usize..300,
        ) {
            let records: Vec<Record> =
                std::iter::repeat_n(records, copies).flatten().collect();
            let mut packed = Records::new(&records);
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

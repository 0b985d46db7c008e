//! A capture that grows while somebody looks: a pipe, a log file that is appended to.
//!
//! Records are read once, when they are complete. Each new [`Case`] costs a copy of the index (some 60 bytes per
//! signal), sorting, correlation of the whole and a look at the records that rules may match.
//!
//! A copy, because the two are in different orders: here as the inputs stand, so that more can follow each of them, in a
//! case by time and without what was read twice.

use super::read::{self, Batch, Reading, Source};
use super::records::Records;
use super::{Case, Options, Progress};
use crate::model::{Briefs, Bytes, Cut, Format, Input, Names, Opening, Slice};
use crate::parse::{self, Gain, Growth};

/// From this size on an input is read piecemeal: its beginning tells how it is laid out, and what is shorter is read
/// anew in no time.
const SETTLED: usize = 1 << 20;
/// How much of what was read is compared, to notice that a file was replaced.
const GUARD: usize = 64;

/// The inputs of a capture that grows, and what was read of them.
#[derive(Debug)]
pub struct Growing {
    inputs: Vec<Part>,
    /// The strings behind the briefs of all parts.
    names: Names,
    settled: usize,
}

#[derive(Debug)]
struct Part {
    /// All that is complete so far.
    input: Input,
    sealed: Option<Sealed>,
}

/// What was read of an input and will not change, but for lines that join the last records of a stream.
#[derive(Debug)]
struct Sealed {
    growth: Growth,
    source: Source,
    /// Their names are those of all parts.
    briefs: Briefs,
    readings: Vec<Reading>,
    guard: Vec<u8>,
}

impl Default for Growing {
    fn default() -> Self {
        Self { inputs: Vec::new(), names: Names::default(), settled: SETTLED }
    }
}

impl Growing {
    /// How many inputs there are.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there is no input.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Adds an input that is called `path`, empty so far; returns its number.
    pub fn add(&mut self, path: impl Into<String>) -> usize {
        let input = Input { path: path.into(), bytes: Bytes::default() };
        self.inputs.push(Part { input, sealed: None });
        self.inputs.len() - 1
    }

    /// Says what the input with this number is by now, one more than there are being a new one; see
    /// [`feed`](Self::feed). One that is called otherwise than before is read anew.
    pub fn put(&mut self, number: usize, input: Input, is_complete: bool) {
        let Input { path, bytes } = input;
        match self.inputs.get_mut(number) {
            Some(part) if part.input.path != path => {
                *part = Part { input: Input { path, bytes: Bytes::default() }, sealed: None };
            }
            Some(_) => {}
            None => drop(self.add(path)),
        }
        self.feed(number, bytes, is_complete);
    }

    /// Says what an input holds by now: all of it, which should begin with what it held before (otherwise it is read
    /// anew). Unless `is_complete`, a line without its end is left for later. Costs nothing; an unknown number is
    /// ignored.
    pub fn feed(&mut self, input: usize, bytes: Bytes, is_complete: bool) {
        let Some(part) = self.inputs.get_mut(input) else { return };
        let end =
            if is_complete { bytes.len() } else { memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1) };
        part.input.bytes = if end == bytes.len() { bytes } else { bytes.head(end) };
    }

    /// Reads what is new and judges the whole: equal to a case opened with all that was fed. `opening` is what is
    /// known of the inputs beforehand. `None` when cancelled; nothing is lost then.
    pub fn case(
        &mut self,
        opening: impl Into<Opening>,
        options: &Options,
        progress: &Progress,
    ) -> Option<Case> {
        let inputs: Vec<Input> = self.inputs.iter().map(|part| part.input.clone()).collect();
        progress.start(&inputs);
        for part in &mut self.inputs {
            part.settle(self.settled);
            if let Some(sealed) = &mut part.sealed {
                sealed.advance(&part.input, options, progress, &mut self.names);
            }
            if progress.is_cancelled() {
                part.sealed = None;
                return None;
            }
        }
        let batch = Batch { names: self.names.clone(), ..Batch::default() };
        let mut view = View { sources: Vec::new(), batch };
        for part in &self.inputs {
            view.add(part, options, progress);
        }
        let View { sources, batch } = view;
        Case::of_batch(sources, batch, opening.into(), options, progress)
    }
}

impl Part {
    /// Decides whether the input is read piecemeal, and forgets what was read of another one.
    fn settle(&mut self, settled: usize) {
        let input = &self.input;
        if let Some(sealed) = &self.sealed {
            let at = sealed.growth.at();
            let begins_alike = input.bytes.get(..at).is_some_and(|read| read.ends_with(&sealed.guard));
            if begins_alike && sealed.growth.fits(input) {
                return;
            }
            self.sealed = None;
        }
        if input.bytes.len() < settled || !is_plain(input) {
            return;
        }
        let Some(growth) = Growth::begin(input) else { return };
        let cut = Cut { format: Format::Empty, ..growth.cut().clone() };
        self.sealed = Some(Sealed {
            growth,
            source: Source { input: input.clone(), cut, records: Records::default(), issues: Vec::new() },
            briefs: Briefs::new(),
            readings: Vec::new(),
            guard: Vec::new(),
        });
    }
}

/// Whether the bytes are read as they are.
fn is_plain(input: &Input) -> bool {
    let (normal, issues) = parse::normalise(input.clone());
    issues.is_empty() && normal.bytes.len() == input.bytes.len()
}

impl Sealed {
    /// Reads what cannot change any more. When cancelled what it holds is of no use.
    fn advance(&mut self, input: &Input, options: &Options, progress: &Progress, names: &mut Names) {
        let gain = self.growth.seal(input);
        self.source.input = input.clone();
        let contexts = &self.growth.cut().contexts;
        self.source.cut.contexts.extend_from_slice(&contexts[self.source.cut.contexts.len()..]);
        let touched = grow(&mut self.source, gain);
        let new = read::read_on(&[(&self.source, self.briefs.len())], &options.catalogue, progress);
        self.source.records.forget_times();
        let (briefs, readings) = (std::mem::take(&mut self.briefs), std::mem::take(&mut self.readings));
        let mut batch = Batch { briefs, readings, names: std::mem::take(names) };
        batch.append(new);
        read_again(&self.source, 0, &touched, options, &mut batch);
        (self.briefs, self.readings, *names) = (batch.briefs, batch.readings, batch.names);
        let at = self.growth.at();
        self.guard = input.bytes[at.saturating_sub(GUARD)..at].to_vec();
    }
}

/// What all parts together hold at one moment.
struct View {
    sources: Vec<Source>,
    batch: Batch,
}

impl View {
    /// Adds an input as it is now, its last record included.
    fn add(&mut self, part: &Part, options: &Options, progress: &Progress) {
        let Some(sealed) = &part.sealed else { return self.add_whole(part, options, progress) };
        let (gain, cut) = sealed.growth.clone().finish(&part.input);
        if !cut.children.is_empty() {
            return self.add_whole(part, options, progress);
        }
        let mut source = sealed.source.clone();
        source.input = part.input.clone();
        let parts = std::mem::take(&mut source.cut.parts);
        source.cut = Cut { parts, ..cut };
        let touched = grow(&mut source, gain);
        let first = self.batch.briefs.len();
        self.batch.briefs.append(&sealed.briefs, None);
        self.batch.readings.extend_from_slice(&sealed.readings);
        self.batch.append(read::read_on(&[(&source, sealed.briefs.len())], &options.catalogue, progress));
        read_again(&source, first, &touched, options, &mut self.batch);
        self.sources.push(source);
    }

    fn add_whole(&mut self, part: &Part, options: &Options, progress: &Progress) {
        let sources = Source::open(part.input.clone());
        self.batch.append(read::read(&sources, &options.catalogue, progress));
        self.sources.extend(sources);
    }
}

/// Adds what an input gained; returns the positions of the earlier records that got further parts.
fn grow(source: &mut Source, gain: Gain) -> Vec<usize> {
    let Gain { mut records, parts, joined } = gain;
    let (known, all) = (source.records.len(), &mut source.cut.parts);
    for record in &mut records {
        record.first_part += all.len() as u32;
    }
    all.extend(parts);
    source.records.extend(&records);
    let mut touched = Vec::new();
    for (owner, further) in joined {
        add_parts(&mut source.records, owner, &further, all);
        if owner < known {
            touched.push(owner);
        }
    }
    touched
}

fn add_parts(records: &mut Records, owner: usize, further: &[Slice], all: &mut Vec<Slice>) {
    let mut record = records.get(owner);
    let (first, more) = (record.first_part as usize, usize::from(record.more));
    // Parts that already lie at the end need not move, so that a record may grow line by line.
    if more == 0 || first + more != all.len() {
        let own = all.get(first..first + more).unwrap_or_default().to_vec();
        record.first_part = all.len() as u32;
        all.extend(own);
    }
    let room = usize::from(u16::MAX) - more;
    all.extend(further.iter().take(room));
    record.more = (more + further.len().min(room)) as u16;
    records.set(owner, &record);
}

/// Reads records again that got further parts; the brief of the source's first record is at `first`. Their time was
/// theirs or the envelope's and stays.
fn read_again(source: &Source, first: usize, touched: &[usize], options: &Options, batch: &mut Batch) {
    for at in touched {
        let mut record = source.records.get(*at);
        record.timestamp = batch.briefs.at(first + at).timestamp;
        batch.replace(first + at, &read::read_records(source, &[record], &options.catalogue));
    }
}

#[cfg(test)]
mod tests;

//! What a capture holds already, so that going on with it leaves no gap and writes nothing twice.

use std::io::{BufRead, BufReader};

use super::event::LogEvent;
use super::trace_parts;
use super::trace_queue::{SharedQueue, TraceQueue};
use crate::model::Timestamp;
use crate::source::early::Early;
use crate::source::recording::{RecordError, Recorder};
use crate::source::sweep::{Sweep, Window};

/// What is known of a log group.
pub(super) struct Known {
    /// A sweep that goes on from where the capture ends.
    pub sweep: Sweep,
    /// The events that Live Tail or a sweep may bring again; `None` when no Live Tail has been or will be.
    pub early: Option<Early>,
}

/// Reads back the source `place`. Trace ids in events that are not settled for `traces` are noted there.
///
/// # Errors
/// When its file cannot be read.
pub(super) fn group(
    recorder: &Recorder,
    place: usize,
    window: Window,
    live_tail: bool,
    traces: Option<(&SharedQueue, Timestamp)>,
) -> Result<Known, RecordError> {
    let source = &recorder.manifest().sources[place];
    let settled = source.settled.unwrap_or(window.since);
    let rechecked = source.rechecked.unwrap_or(window.since).min(settled);
    let mut sweep = Sweep::new(window, settled, rechecked);
    let mut early = Early::default();
    let mut is_early_needed = live_tail;
    lines(recorder, place, |line| {
        let Some(event) = LogEvent::read(line) else { return };
        if let Some((queue, from)) = traces
            && event.at >= from
        {
            queue.note_in(&event.message, event.at);
        }
        if event.at < rechecked {
            return;
        }
        if let Some(id) = &event.id {
            sweep.recall(id, event.at);
        }
        is_early_needed |= event.id.is_none();
        early.recall(event.at, &event.stream, &event.message, event.id.is_some());
    })?;
    Ok(Known { sweep, early: is_early_needed.then_some(early) })
}

/// Reads back the traces at `place`.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn traces(recorder: &Recorder, place: usize, queue: &mut TraceQueue) -> Result<(), RecordError> {
    lines(recorder, place, |line| {
        if let Some((id, spans)) = trace_parts::read(line) {
            queue.recall(id, spans);
        }
    })
}

fn lines(recorder: &Recorder, place: usize, mut each: impl FnMut(&[u8])) -> Result<(), RecordError> {
    let mut lines = BufReader::with_capacity(1 << 16, recorder.read(place)?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(|error| recorder.io_error(place, error))? > 0 {
        each(&line);
        line.clear();
    }
    Ok(())
}

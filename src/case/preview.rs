//! A first look: the heads of large inputs, judged while the whole is still being read.

use rayon::prelude::*;

use super::read::Source;
use super::{Case, Options, Progress};
use crate::model::{Input, Issue, Opening};

/// Bytes that a first look takes, over all inputs: some 1,000 records, and a part of the 50 ms to the first screen.
const BYTES: usize = 512 << 10;
/// What even the smallest share holds: a few records.
const LEAST: usize = 4 << 10;

/// Reads the first 512 KiB of the inputs. What was left out is a gap in the coverage, so that nothing is said to be
/// absent; [`Case::is_partial`] tells whether anything was.
pub fn preview(inputs: &[Input], opening: impl Into<Opening>, options: &Options) -> Case {
    of_heads(inputs, opening.into(), options, BYTES)
}

fn of_heads(inputs: &[Input], opening: Opening, options: &Options, budget: usize) -> Case {
    let share = (budget / inputs.len().max(1)).max(LEAST);
    let sources: Vec<Source> = inputs.par_iter().flat_map_iter(|input| open(input, share)).collect();
    let partial = inputs.iter().any(|input| head(input, share).is_some());
    let mut case = Case::of_sources(sources, opening, options, &Progress::default()).unwrap_or_default();
    case.partial = partial;
    case
}

fn open(input: &Input, share: usize) -> Vec<Source> {
    let Some(end) = head(input, share) else { return Source::open(input.clone()) };
    let mut sources = Source::open(Input { path: input.path.clone(), bytes: input.bytes.head(end) });
    let missing = Issue::new(&input.path, None, "only its beginning is read so far");
    for source in &mut sources {
        // Complaints that a document breaks off would be ours, not the input's; the others come again.
        source.issues.clear();
        source.cut.issues.clear();
    }
    if let Some(first) = sources.first_mut() {
        first.issues.push(missing);
    }
    sources
}

/// Where the head of an input ends: behind the last line end within `share`, else there. `None` when the input is no
/// longer than that.
fn head(input: &Input, share: usize) -> Option<usize> {
    let head = input.bytes.get(..share).filter(|_| input.bytes.len() > share)?;
    Some(memchr::memrchr(b'\n', head).map_or(share, |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::{input, options};
    use crate::model::SignalKey;

    #[test]
    fn a_head_ends_with_a_record_and_says_that_it_is_one() {
        let line = |number: usize| format!("2026-01-20T14:00:00.{number:03}Z INFO line {number}\n");
        let text: String = (0..500).map(line).collect();
        let inputs = input(&text);
        let case = of_heads(&inputs, Opening::default(), &options(None), 0);
        assert!(case.is_partial() && case.coverage.gaps.len() == 1, "{:?}", case.coverage);
        let read = case.briefs().len();
        assert!((50..500).contains(&read), "{read}");
        let whole = Case::open(inputs.clone(), Vec::new(), &options(None));
        for key in (0..read as u32).map(SignalKey) {
            assert_eq!(case.raw(key), whole.raw(key));
        }
        assert!(!preview(&inputs, Vec::new(), &options(None)).is_partial());
    }

    #[test]
    fn a_document_on_one_line_shows_its_first_records() {
        let event = |number: usize| {
            format!(r#"{{"timestamp":{number},"message":"event {number}","eventId":"{number}"}}"#)
        };
        let events: Vec<String> = (1..500).map(event).collect();
        let text = format!(r#"{{"events":[{}]}}"#, events.join(","));
        let case = of_heads(&input(&text), Opening::default(), &options(None), 0);
        assert!(case.is_partial() && case.briefs().len() > 20, "{}", case.briefs().len());
    }
}

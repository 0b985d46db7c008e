//! Any text is read as a signal, whatever the envelope says of it.
#![no_main]

use agentcore_triage::model::{Context, Hint};
use agentcore_triage::parse;
use libfuzzer_sys::fuzz_target;

const HINTS: [Option<Hint>; 8] = [
    None,
    Some(Hint::XraySegment),
    Some(Hint::XraySummary),
    Some(Hint::OtlpSpan),
    Some(Hint::OtlpLog),
    Some(Hint::InsightsRow),
    Some(Hint::HttpExchange),
    Some(Hint::ToolsList),
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let hint = HINTS[usize::from(*first) % HINTS.len()];
    let context = Context { hint, ..Context::default() };
    let signal = parse::decode(&String::from_utf8_lossy(rest), &context, None);
    assert!(!signal.message.contains("\u{1b}["), "colour in a message");
});

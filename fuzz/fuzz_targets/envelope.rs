//! Any bytes are cut without a panic, into records that lie in the input, in order.

#![no_main]

use agentcore_triage::model::{Bytes, Input};
use agentcore_triage::parse::{cut, normalise, payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (input, _) = normalise(Input { path: "fuzz".to_owned(), bytes: Bytes::new(data.to_vec()) });
    let cut = cut(&input);
    let mut last = 0;
    for record in &cut.records {
        assert!(record.payload.range().end <= input.bytes.len());
        assert!(record.payload.start >= last, "records are in input order");
        assert!((record.context as usize) < cut.contexts.len());
        last = record.payload.start;
        let _ = payload(&input.bytes, &cut, record);
    }
});

#![no_main]

use agentcore_triage::model::{RequestKey, SignalKey};
use agentcore_triage::schema::{Call, Listing, Lists, RefusedCall, Seen, audit, find, refusals};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

// A list of tools, the arguments of a call, and the text of a refusal, a line feed between them.
fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, '\n');
    let tree = Value::from(parts.next().unwrap_or_default());
    let arguments: Value = serde_json::from_str(parts.next().unwrap_or_default()).unwrap_or_default();
    let refused = parts.next().unwrap_or_default();
    let run = || {
        let listing = |found| Listing {
            path: "fuzz".to_owned(),
            line: 1,
            signal: SignalKey(0),
            origin: None,
            cursor: None,
            found,
        };
        let lists = Lists::read(find(&tree).into_iter().map(listing).collect(), None);
        let request = Some(RequestKey(0));
        let call = Call { request, signal: SignalKey(0), tool: "t", arguments: &arguments, dump: None };
        let refused = RefusedCall {
            request,
            signal: SignalKey(0),
            tool: Some("t".to_owned()),
            refusals: refusals(refused),
        };
        let seen = Seen { misfits: lists.misfits(&call), refused: vec![refused] };
        audit(&lists, &seen, &|_| String::new())
    };
    assert_eq!(run(), run());
});

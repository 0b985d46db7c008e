#![no_main]

use agentcore_triage::filter::Filter;
use agentcore_triage::model::Signal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(filter) = Filter::parse(text) {
        filter.matches(&Signal::default());
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }
});

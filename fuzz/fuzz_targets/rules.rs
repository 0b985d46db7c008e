//! No text makes the rule loader panic, and what it accepts matches any message without a panic.

#![no_main]

use agentcore_triage::model::Signal;
use agentcore_triage::rules::Catalogue;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (rule, message) = text.split_once('\0').unwrap_or((text, "some message"));
    match Catalogue::from_text("rule.toml", rule) {
        Ok(catalogue) => {
            let signal = Signal { message: message.to_owned(), ..Signal::default() };
            if !catalogue.match_signal(&signal).is_empty() {
                assert!(catalogue.event_count() > 0);
            }
        }
        Err(errors) => assert!(errors.iter().all(|error| !error.to_string().is_empty())),
    }
});

//! Nothing that acts on a terminal passes the door, whatever comes in, and a second door changes nothing.

#![no_main]

use agentcore_triage::text::Door;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let acts = |c: char| c.is_control() && c != '\n' && c != '\t';
    for door in [Door { redact: true }, Door { redact: false }] {
        let whole = door.pass(text);
        assert!(!whole.as_str().contains(acts));
        assert_eq!(door.pass(whole.as_str()), whole);
        let line = door.line(text, 80);
        assert!(line.as_str().chars().count() <= 80 && !line.as_str().contains('\n'));
        assert_eq!(door.line(line.as_str(), 80), line);
        let part = door.around(text, "e", 80);
        assert!(part.as_str().chars().count() <= 80 && !part.as_str().contains(acts));
    }
});

//! Why something could not be read, in words that end with the next step.

use std::io::{Error, ErrorKind};

use crate::model::Issue;

/// The issue for an input that gave no byte.
pub(super) fn unreadable(path: &str, error: &Error) -> Issue {
    Issue::new(path, None, format!("cannot be read: {}", reason(error))).fatal()
}

/// The system's reason with what to do about it. The system's own numbers are left out: they say nothing more.
pub(super) fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            "no such file or folder; check the spelling and, for a link, its target".into()
        }
        ErrorKind::PermissionDenied => {
            "permission denied; make it readable for this user (chmod u+r) or run as its owner".into()
        }
        _ => {
            let words = error.to_string();
            let words = words.split(" (os error").next().unwrap_or_default();
            format!("{words}; check the file with another program and name it again")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_next_step_and_no_error_number() {
        for code in [2, 5, 13, 21, 40] {
            let words = reason(&Error::from_raw_os_error(code));
            assert!(words.contains("; "), "{words}");
            assert!(!words.contains("os error"), "{words}");
        }
    }
}

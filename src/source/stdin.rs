//! Standard input as a capture.

use std::io::Read;

use crate::model::Issue;

use super::{STDIN, reason};

/// Reads `stdin` to its end. A failure in the middle keeps what came before.
pub(super) fn read(stdin: &mut dyn Read) -> (Vec<u8>, Option<Issue>) {
    let mut content = Vec::new();
    let issue = match stdin.read_to_end(&mut content) {
        Ok(_) => None,
        Err(error) if content.is_empty() => Some(reason::unreadable(STDIN, &error)),
        Err(error) => {
            let message = format!(
                "standard input broke off after {} bytes, which were read: {}",
                content.len(),
                reason::reason(&error)
            );
            Some(Issue::new(STDIN, None, message))
        }
    };
    (content, issue)
}

/// Standard input cannot be read a second time.
pub(super) fn named_twice() -> Issue {
    Issue::new(STDIN, None, "standard input is named twice; it was read once").harmless()
}

/// Whether somebody feeds standard input: it is a pipe, a socket or a redirected file. A terminal and
/// `/dev/null`, what CI jobs are usually given, are no feed.
#[cfg(unix)]
pub fn is_piped() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let Ok(owned) = std::io::stdin().as_fd().try_clone_to_owned() else { return false };
    std::fs::File::from(owned).metadata().is_ok_and(|metadata| {
        let kind = metadata.file_type();
        kind.is_fifo() || kind.is_socket() || kind.is_file()
    })
}

/// Whether somebody feeds standard input. Pipes cannot be told from the null device here: only `-` reads them.
#[cfg(not(unix))]
pub fn is_piped() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    struct Breaks;

    impl Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("cable cut"))
        }
    }

    #[test]
    fn what_came_before_a_failure_is_kept() {
        let (content, issue) = read(&mut io::Cursor::new(b"two\nlines\n").chain(Breaks));
        assert_eq!(content, b"two\nlines\n");
        let issue = issue.unwrap();
        assert!(issue.message.contains("after 10 bytes") && issue.message.contains("cable cut"), "{issue:?}");
        assert!(!issue.fatal);
    }

    #[test]
    fn nothing_at_all_is_fatal() {
        assert!(read(&mut Breaks).1.unwrap().fatal);
        assert_eq!(read(&mut io::empty()), (Vec::new(), None));
    }
}

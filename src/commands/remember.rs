//! Where the person was in a capture, from one run to the next.

use std::path::{Path, PathBuf};
use std::{env, fs};

use etcetera::{BaseStrategy, choose_base_strategy};

use crate::source::STDIN;
use crate::tui::session::Session;

/// The file that remembers these captures; `None` for standard input, the sample, and without a home folder.
pub(super) fn place(captures: &[PathBuf]) -> Option<PathBuf> {
    if captures.is_empty() || captures.iter().any(|capture| capture.as_os_str() == STDIN) {
        return None;
    }
    let base = choose_base_strategy().ok()?;
    let folder =
        base.state_dir().unwrap_or_else(|| base.data_dir()).join("agentcore-triage").join("sessions");
    Some(folder.join(format!("{:016x}.toml", digest(captures))))
}

/// What is remembered; a file that cannot be read is no reason to stop anybody.
pub(super) fn load(place: Option<&Path>) -> Session {
    place
        .and_then(|place| fs::read_to_string(place).ok())
        .and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default()
}

/// Remembers `session`, readable by its owner only: filters may quote log text.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn save(place: &Path, session: &Session) -> anyhow::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let file = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(file.path(), toml::to_string(session)?)?;
    file.persist(place)?;
    Ok(())
}

/// FNV-1a over the resolved paths, the same on every run.
fn digest(captures: &[PathBuf]) -> u64 {
    let resolved = captures.iter().map(|capture| {
        let whole = capture.canonicalize().or_else(|_| env::current_dir().map(|here| here.join(capture)));
        whole.unwrap_or_else(|_| capture.clone())
    });
    let bytes = resolved.flat_map(|path| [path.as_os_str().as_encoded_bytes(), b"\0"].concat());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_survives_and_a_broken_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a").join("b.toml");
        let session = Session { filter: "tool:\"x\"".into(), saved: vec!["a".into()], ..Session::default() };
        save(&place, &session).unwrap();
        assert_eq!(load(Some(&place)), session);
        fs::write(&place, "filter = [").unwrap();
        assert_eq!(load(Some(&place)), Session::default());
        assert_eq!(load(None), Session::default());
    }

    #[test]
    fn nothing_is_remembered_of_what_has_no_path() {
        assert_eq!(place(&[]), None);
        assert_eq!(place(&["-".into()]), None);
    }
}

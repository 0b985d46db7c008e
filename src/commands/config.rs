//! The configuration file of the screens: theme, signs, mouse, time zone, keys.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, anyhow};
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::Deserialize;
use toml::Spanned;

use crate::tui::keys::{Chord, Keymap, Remap};
use crate::tui::theme::ThemeName;
use crate::tui::time::Zone;

/// What a person may configure.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Config {
    /// The theme.
    pub(super) theme: Option<ThemeName>,
    /// Whether signs are ASCII.
    pub(super) ascii: Option<bool>,
    /// Whether the mouse is taken.
    pub(super) mouse: Option<bool>,
    /// Zone of times.
    pub(super) time_zone: Option<Zone>,
    /// Keys by name of the action.
    keys: BTreeMap<Spanned<String>, Vec<Key>>,
}

/// A key as it is written.
#[derive(Debug, Clone, Copy)]
struct Key(Chord);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Where the configuration file is looked for; `None` without a home folder.
pub(super) fn path() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.config_dir().join("agentcore-triage").join("config.toml"))
}

/// Reads the configuration; without a file everything is as it comes.
///
/// # Errors
/// When there is a file and it cannot be read or understood.
pub(super) fn load() -> anyhow::Result<(Config, Keymap)> {
    let Some(path) = path() else { return Ok(Default::default()) };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("'{}' cannot be read; check its rights", path.display()));
        }
    };
    understand(&text).map_err(|mistake| mistake.told(&path))
}

/// Something in the configuration that cannot be understood.
#[derive(Debug)]
struct Mistake {
    /// Line from 1.
    line: usize,
    words: String,
}

impl Mistake {
    fn new(text: &str, at: Option<Range<usize>>, words: impl Into<String>) -> Self {
        let before = text.get(..at.map_or(0, |at| at.start)).unwrap_or(text);
        Self { line: before.matches('\n').count() + 1, words: words.into() }
    }

    /// What, where, and the next step.
    fn told(&self, path: &Path) -> anyhow::Error {
        let (path, Self { line, words }) = (path.display(), self);
        anyhow!("{path}: line {line}: {words}\ncorrect the line, or move the file away")
    }
}

fn understand(text: &str) -> Result<(Config, Keymap), Mistake> {
    let config: Config =
        toml::from_str(text).map_err(|error| Mistake::new(text, error.span(), error.message()))?;
    let remap: Remap = config
        .keys
        .iter()
        .map(|(name, keys)| (name.get_ref().clone(), keys.iter().map(|key| key.0).collect()))
        .collect();
    let keymap = Keymap::new(&remap).map_err(|error| {
        let name = config.keys.keys().find(|name| name.get_ref() == error.name());
        Mistake::new(text, name.map(Spanned::span), error.to_string())
    })?;
    Ok((config, keymap))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        understand(text).unwrap_err().told(Path::new("/home/me/config.toml")).to_string()
    }

    #[test]
    fn a_whole_configuration() {
        let text = "theme = 'light'\nascii = true\nmouse = false\ntime-zone = 'local'\n[keys]\nquit = ['ctrl-q']\n\
                    'requests.open' = ['enter', 'o']\n";
        let (config, keymap) = understand(text).unwrap();
        assert_eq!((config.theme, config.time_zone), (Some(ThemeName::Light), Some(Zone::Local)));
        assert_eq!((config.ascii, config.mouse), (Some(true), Some(false)));
        assert_eq!(keymap.key_of("quit").unwrap().to_string(), "ctrl-q");
    }

    #[test]
    fn mistakes_name_their_line() {
        assert!(wrong("ascii = true\ntheme = 'pink'").contains("line 2"), "{}", wrong("theme = 'pink'"));
        assert!(wrong("[keys]\nquit = ['hyper-q']").contains("'hyper-q' is no key"));
        assert!(
            wrong("\n\n[keys]\nqiut = ['q']")
                .contains("line 4: there is no action 'qiut'; did you mean 'quit'")
        );
        assert!(wrong("colour = 1").contains("unknown field"));
        let conflict = wrong("# quit\n[keys]\nhelp = ['X']\nquit = ['X']");
        assert!(conflict.starts_with("/home/me/config.toml: line 4: 'X' is given to 'help'"), "{conflict}");
        let broken = wrong("mouse = true\n[keys\n");
        assert!(broken.starts_with("/home/me/config.toml: line 2: "), "{broken}");
    }
}

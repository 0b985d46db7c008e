//! The configuration file of the screens: theme, signs, mouse, time zone, keys.

use std::path::PathBuf;
use std::{fs, io};

use anyhow::{Context, anyhow};
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::Deserialize;

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
    keys: std::collections::BTreeMap<String, Vec<Key>>,
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
    understand(&text).with_context(|| format!("{}: correct the line, or move the file away", path.display()))
}

fn understand(text: &str) -> anyhow::Result<(Config, Keymap)> {
    let config: Config = toml::from_str(text)?;
    let remap: Remap = config
        .keys
        .iter()
        .map(|(name, keys)| (name.clone(), keys.iter().map(|key| key.0).collect()))
        .collect();
    let keymap = Keymap::new(&remap).map_err(|error| {
        let line = text.lines().position(|line| line.contains(&error.name)).unwrap_or_default() + 1;
        anyhow!("line {line}: {error}")
    })?;
    Ok((config, keymap))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        format!("{:#}", understand(text).unwrap_err())
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
    }
}

//! A recorded capture read back: its manifest says which bytes are records, and what is known to be missing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::{Gap, Issue, Layer, LiveSource, SourceKind};

use super::recording::{Asked, FILE, Hole, Kind, Manifest, Recorded, Unread};

/// Largest manifest that is read.
const LARGEST: u64 = 64 << 20;

/// A folder with a manifest.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    folder: PathBuf,
    manifest: Manifest,
    /// What of the manifest was passed over.
    pub(super) issue: Option<Issue>,
}

/// What the manifest in `folder` says, or why it cannot be read; `None` when there is none of ours.
pub(super) fn read(folder: &Path) -> Option<Result<Recording, Issue>> {
    let path = folder.join(FILE);
    let metadata = fs::metadata(&path).ok()?;
    let text = (metadata.is_file() && metadata.len() <= LARGEST).then(|| fs::read(&path).ok())??;
    if !Manifest::is_one(&text) {
        return None;
    }
    let issue = |message: String| Issue::new(path.to_string_lossy(), None, message);
    Some(match Manifest::parse(&text) {
        Ok((manifest, unknown)) => {
            let passed_over = || {
                let (tool, fields) = (&manifest.tool, unknown.join(", "));
                issue(format!("holds fields that this version passes over, {tool} knows them: {fields}"))
            };
            let issue = (!unknown.is_empty()).then(|| passed_over().harmless());
            Ok(Recording { folder: folder.to_owned(), manifest, issue })
        }
        Err(error) => Err(issue(format!(
            "{error}. The windows and gaps of this capture are not known; its files are read as any others"
        ))),
    })
}

/// Whether an entry of a recording's folder is its own and no log: the manifest, one that is being written, the lock.
pub(super) fn is_own(name: &str) -> bool {
    name == FILE || name == ".lock" || name.starts_with(".manifest")
}

/// The issue when a file holds fewer bytes than the manifest promises.
pub(super) fn shortened(path: &str, there: u64, promised: u64) -> Option<Issue> {
    let message = format!("holds {there} bytes of records, {FILE} promises {promised}: records are missing");
    (there < promised).then(|| Issue::new(path, None, message))
}

impl Recording {
    /// The files of records. One that lies elsewhere is not named.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.manifest.sources.iter().filter_map(|source| self.file(source))
    }

    fn file(&self, source: &Recorded) -> Option<PathBuf> {
        let name = Path::new(&source.file);
        (name.components().count() == 1 && name.file_name() == Some(name.as_os_str()))
            .then(|| self.folder.join(name))
    }

    /// How many bytes of the file at `path` are records; `None` when the manifest does not know it.
    pub(super) fn bytes(&self, path: &Path) -> Option<u64> {
        self.of(path).map(|source| source.bytes)
    }

    /// What the file at `path` was read from.
    pub(super) fn source(&self, path: &Path) -> Option<LiveSource> {
        let source = self.of(path)?;
        Some(LiveSource {
            kind: match source.kind {
                Kind::LogGroup => SourceKind::LogGroup,
                Kind::Traces => SourceKind::Traces,
            },
            name: source.name.clone(),
            account: source.origin.account.clone(),
            region: source.origin.region.clone(),
            path: path.to_string_lossy().into_owned(),
            records: source.records,
            since: source.since,
            until: source.until,
            settled: source.settled,
            redacted: self.manifest.redacted,
            gaps: source
                .gaps
                .iter()
                .map(|hole| gap(source.kind, &source.name, hole))
                .chain(left_out(source))
                .collect(),
        })
    }

    /// Whether nothing of the file at `path` was fetched, so that there is nothing to read and a gap says so.
    pub(super) fn is_unfetched(&self, path: &Path) -> bool {
        self.of(path).is_some_and(|source| source.bytes == 0 && !source.gaps.is_empty())
    }

    /// What could not be looked up, each with its gap.
    pub(super) fn unread(&self) -> impl Iterator<Item = LiveSource> + '_ {
        self.manifest.unread.iter().map(|unread| LiveSource {
            kind: match unread.kind {
                Asked::Runtime => SourceKind::Runtime,
                Asked::Gateway => SourceKind::Gateway,
                Asked::LogGroup => SourceKind::LogGroup,
                Asked::Trace => SourceKind::Traces,
            },
            name: unread.name.clone(),
            account: unread.origin.account.clone(),
            region: unread.origin.region.clone(),
            path: String::new(),
            records: 0,
            since: unread.gap.start,
            until: unread.gap.end,
            settled: None,
            redacted: self.manifest.redacted,
            gaps: vec![unread_gap(unread)],
        })
    }

    fn of(&self, path: &Path) -> Option<&Recorded> {
        (path.parent() == Some(&self.folder)).then(|| {
            self.manifest.sources.iter().find(|source| path.file_name() == Some(source.file.as_ref()))
        })?
    }
}

/// What is missing of the source of this kind and name.
pub fn gap(kind: Kind, name: &str, hole: &Hole) -> Gap {
    Gap {
        source: name.to_owned(),
        start: hole.start,
        end: hole.end,
        reason: hole.reason.clone(),
        fill: hole.fill.clone(),
        layers: match kind {
            Kind::LogGroup => layers_of(name),
            Kind::Traces => vec![Layer::Span],
        },
        is_asked_for: false,
    }
}

/// What is missing of a source that could not be looked up. A runtime's agent may call any gateway, so that the layers
/// of one are not the other's.
pub fn unread_gap(unread: &Unread) -> Gap {
    let Unread { kind, name, gap: hole, .. } = unread;
    let layers = match kind {
        Asked::Runtime => vec![Layer::Runtime, Layer::Span],
        Asked::Gateway => vec![Layer::Gateway, Layer::Span],
        Asked::LogGroup => layers_of(name),
        Asked::Trace => vec![Layer::Span],
    };
    Gap { layers, ..gap(Kind::LogGroup, name, hole) }
}

/// What a filter pattern kept from being fetched.
fn left_out(source: &Recorded) -> Option<Gap> {
    let pattern = source.pattern.as_ref()?;
    let hole = Hole {
        start: source.since,
        end: source.until,
        reason: format!("only events that match the filter pattern '{pattern}' were fetched"),
        fill: None,
    };
    Some(Gap { is_asked_for: true, ..gap(source.kind, &source.name, &hole) })
}

/// The layers whose signals a log group may hold; none when any may be among them.
///
/// A runtime's group has a stream of spans beside the output of its containers. Groups as in the developer guide,
/// `observability-configure`.
fn layers_of(group: &str) -> Vec<Layer> {
    const GROUPS: [(&str, &[Layer]); 4] = [
        ("/aws/bedrock-agentcore/runtimes/", &[Layer::Runtime, Layer::Span]),
        ("/aws/vendedlogs/bedrock-agentcore/gateway", &[Layer::Gateway]),
        ("/aws/vendedlogs/bedrock-agentcore/runtime", &[Layer::Runtime]),
        ("aws/spans", &[Layer::Span]),
    ];
    // An ARN ends with the name: arn:aws:logs:us-east-1:111122223333:log-group:NAME.
    let name = group.rsplit_once("log-group:").map_or(group, |(_, name)| name);
    let known = GROUPS.iter().find(|(prefix, _)| name.starts_with(prefix));
    known.map(|(_, layers)| layers.to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::recording::Recorder;

    #[test]
    fn a_group_says_which_layers_it_may_hold() {
        let arn = "arn:aws:logs:us-east-1:111122223333:log-group:aws/spans";
        assert_eq!(layers_of(arn), [Layer::Span]);
        assert_eq!(layers_of("/aws/bedrock-agentcore/runtimes/a-DEFAULT"), [Layer::Runtime, Layer::Span]);
        assert_eq!(layers_of("/my/own/group"), []);
    }

    #[test]
    fn only_a_manifest_of_ours_makes_a_recording() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| fs::write(folder.path().join(FILE), text).unwrap();
        assert!(read(folder.path()).is_none());
        write(r#"{"schema": "of somebody else"}"#);
        assert!(read(folder.path()).is_none());
        write(r#"{"schema": "agentcore-triage/capture/9"}"#);
        let issue = read(folder.path()).unwrap().unwrap_err();
        assert!(issue.loses_records && issue.message.contains("capture/9"), "{issue:?}");
        write(
            r#"{"schema": "agentcore-triage/capture/1", "tool": "t 9", "redacted": true, "sources": [],
                "prefixes": [], "later": 1}"#,
        );
        let issue = read(folder.path()).unwrap().unwrap().issue.unwrap();
        assert!(!issue.loses_records && issue.message.contains("t 9 knows them: later"), "{issue:?}");
        fs::remove_file(folder.path().join(FILE)).unwrap();
        drop(Recorder::create(folder.path(), "t".to_owned(), true).unwrap());
        assert_eq!(read(folder.path()).unwrap().unwrap().files().count(), 0);
    }
}

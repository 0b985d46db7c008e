//! Live sources, collected into a capture on a thread of their own.
//!
//! ```text
//! let live = live::start(Live { asks, place, tool, redact, estimate }, tell)?;   // returns at once; the folder is there
//! live.folder()                                                // read it as any capture, again and again
//! live.stop()                                                  // ends it soon; what was fetched is kept
//! let ended = live.wait();                                     // everything is on disk
//! ```
//!
//! `tell` is called on that thread: first [`Told::Resolved`], then [`Told::Standings`] after every commit, about twice a
//! second. A [`Handle`] that is dropped stops the collection; the folder of [`Place::Temporary`] goes with it.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::Utc;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::model::{TimeRange, Timestamp};
use crate::source::aws::selection::{Failure, Resolved, resolve, resume};
use crate::source::aws::{
    Connection, Estimate, Plan, Selection, SelectionError, Standing, by_clock, collect, estimate,
};
use crate::source::recording::{Manifest, RecordError, Recorder};

/// How long calls that are under way may take to end once the collection has.
const PATIENCE: Duration = Duration::from_millis(200);

/// Groups that are estimated at most: each costs a call.
const ESTIMATED: usize = 100;

/// What to collect, and where to.
#[derive(Clone, Debug)]
pub struct Live {
    /// What.
    pub asks: Asks,
    /// Where to.
    pub place: Place,
    /// Who writes: name and version, for the manifest.
    pub tool: String,
    /// Whether secrets are masked before anything is written; a capture that is gone on with has its own answer.
    pub redact: bool,
    /// Whether what a backfill will take is estimated before it starts; a call for each log group.
    pub estimate: bool,
}

/// What to collect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asks {
    /// What a person named.
    Selection(Selection),
    /// What the manifest of the folder names.
    Resume {
        /// A profile, role or endpoint in place of those in the manifest.
        connection: Connection,
        /// Whether to go on until stopped.
        follow: bool,
    },
}

/// Where the capture is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A folder that is new or empty.
    New(PathBuf),
    /// A capture that is gone on with.
    Existing(PathBuf),
    /// A folder that goes with the [`Handle`].
    Temporary,
}

/// What the thread tells.
#[derive(Debug)]
pub enum Told {
    /// The names have been looked up; collecting starts.
    Resolved(Opening),
    /// How each source stands.
    Standings(Vec<Standing>),
}

/// What is going to be collected. Names and messages come from services: they are shown through the `text::Door`.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What a name was taken for and what came along, one sentence each.
    pub notes: Vec<String>,
    /// Sources that cannot be read.
    pub failures: Vec<Failure>,
    /// Log groups, each with its Region and what its window will take, when that was asked for and is known.
    pub groups: Vec<(String, String, Option<Estimate>)>,
    /// Start of names under which groups may still appear.
    pub prefixes: Vec<String>,
    /// From.
    pub since: Timestamp,
    /// To; `None` until stopped.
    pub until: Option<Timestamp>,
}

/// How a collection ended.
#[derive(Debug)]
pub struct Ended {
    /// How each source stands.
    pub standings: Vec<Standing>,
    /// Sources that could not be read from the start.
    pub failures: Vec<Failure>,
    /// What the capture says about itself.
    pub manifest: Manifest,
    /// Why nothing was collected, or why it ended early.
    pub error: Option<LiveEnd>,
}

/// Why a collection did not go on.
#[derive(Debug, thiserror::Error)]
pub enum LiveEnd {
    /// The names, the window or the credentials.
    #[error(transparent)]
    Selection(Box<SelectionError>),
    /// The capture.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A thread or its event loop.
    #[error("the collection failed: {0}; please report this")]
    Broken(String),
}

impl From<SelectionError> for LiveEnd {
    fn from(error: SelectionError) -> Self {
        Self::Selection(Box::new(error))
    }
}

/// A collection that runs.
#[derive(Debug)]
pub struct Handle {
    folder: PathBuf,
    stop: Stop,
    thread: Option<JoinHandle<Ended>>,
    manifest: Manifest,
    temporary: Option<TempDir>,
}

/// Stops a collection, from any thread.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Ends it soon, with what has been fetched on disk.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Starts collecting. The folder is there when this returns; all else comes later.
///
/// # Errors
/// When the capture cannot be made or gone on with, or there is no thread to be had.
pub fn start(live: Live, tell: impl FnMut(Told) + Send + 'static) -> Result<Handle, LiveEnd> {
    let broken = |error: io::Error| LiveEnd::Broken(error.to_string());
    let (recorder, temporary) = match &live.place {
        Place::New(folder) => (Recorder::create(folder, live.tool.clone(), live.redact)?, None),
        Place::Existing(folder) => (Recorder::resume(folder)?, None),
        Place::Temporary => {
            let folder = tempfile::Builder::new().prefix("agentcore-triage-").tempdir().map_err(broken)?;
            (Recorder::create(folder.path(), live.tool.clone(), live.redact)?, Some(folder))
        }
    };
    let (stop, stopped) = watch::channel(false);
    let folder = recorder.folder().to_owned();
    let manifest = recorder.manifest().clone();
    let work = move || run(&live, recorder, stopped, tell);
    let thread = thread::Builder::new().name("live".into()).spawn(work).map_err(broken)?;
    Ok(Handle { folder, stop: Stop(Arc::new(stop)), thread: Some(thread), manifest, temporary })
}

impl Handle {
    /// Folder of the capture.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends it soon, with what has been fetched on disk.
    pub fn stop(&self) {
        self.stop.stop();
    }

    /// The same, for another thread.
    pub fn stopper(&self) -> Stop {
        self.stop.clone()
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end. The second value keeps a temporary folder until it is dropped.
    pub fn wait(mut self) -> (Ended, Option<TempDir>) {
        let ended = self.thread.take().map(JoinHandle::join);
        let ended = match ended {
            Some(Ok(ended)) => ended,
            _ => Ended {
                standings: Vec::new(),
                failures: Vec::new(),
                manifest: self.manifest.clone(),
                error: Some(LiveEnd::Broken("its thread panicked".to_owned())),
            },
        };
        (ended, self.temporary.take())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // Whoever drops the handle does not care how it ended, but the folder must not be written any more.
            let _ = thread.join();
        }
    }
}

/// Waits for the answer of a single question to AWS. Ctrl-C ends the process, also one that was started with Ctrl-C
/// ignored, as shells do in the background.
///
/// # Errors
/// When there is no event loop to be had.
pub fn block_on<F: Future>(question: F) -> io::Result<F::Output> {
    on_interrupt(|| false)?;
    let runtime = event_loop()?;
    let answer = runtime.block_on(question);
    runtime.shutdown_timeout(PATIENCE);
    Ok(answer)
}

/// Calls `interrupt` at each Ctrl-C and SIGTERM. When it says that it does not deal with it, the process ends as usual.
///
/// # Errors
/// When signals cannot be listened to.
#[cfg(unix)]
pub fn on_interrupt(mut interrupt: impl FnMut() -> bool + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let listen = move || {
        for signal in &mut signals {
            if !interrupt() {
                // A signal that ends a process is emulated without fail.
                drop(signal_hook::low_level::emulate_default_handler(signal));
            }
        }
    };
    thread::Builder::new().name("interrupt".into()).spawn(listen).map(drop)
}

/// Without signals an interrupt ends the process; what was committed is kept.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn on_interrupt(_interrupt: impl FnMut() -> bool + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// The clock: event time is wall-clock time.
#[allow(clippy::disallowed_methods, reason = "windows that end now and follow need the time")]
pub fn now() -> Timestamp {
    Timestamp(Utc::now().timestamp_nanos_opt().unwrap_or(i64::MAX))
}

fn event_loop() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).thread_name("aws").enable_all().build()
}

fn run(
    live: &Live,
    mut recorder: Recorder,
    stopped: watch::Receiver<bool>,
    mut tell: impl FnMut(Told),
) -> Ended {
    let mut ended = Ended {
        standings: Vec::new(),
        failures: Vec::new(),
        manifest: recorder.manifest().clone(),
        error: None,
    };
    match event_loop() {
        Ok(runtime) => {
            ended.error =
                runtime.block_on(session(live, &mut recorder, stopped, &mut tell, &mut ended)).err();
            runtime.shutdown_timeout(PATIENCE);
        }
        Err(error) => ended.error = Some(LiveEnd::Broken(error.to_string())),
    }
    ended.manifest = recorder.manifest().clone();
    ended
}

async fn session(
    live: &Live,
    recorder: &mut Recorder,
    stopped: watch::Receiver<bool>,
    tell: &mut impl FnMut(Told),
    ended: &mut Ended,
) -> Result<(), LiveEnd> {
    let looked_up = Box::pin(look_up(live, recorder.manifest()));
    let Some(resolved) = unless(stopped.clone(), looked_up).await else {
        return Ok(());
    };
    let resolved = resolved?;
    resolved.unread.iter().cloned().for_each(|unread| recorder.unread(unread));
    resolved.read.iter().for_each(|(kind, name)| recorder.is_read(*kind, name));
    recorder.commit(|_| {})?;
    let Some(mut opening) = unless(stopped.clone(), opening(&resolved, live.estimate)).await else {
        return Ok(());
    };
    if !recorder.unknown().is_empty() {
        let fields = recorder.unknown().join(", ");
        opening.notes.push(format!(
            "the capture was written by a newer version; what this one does not know of it is dropped: {fields}"
        ));
    }
    tell(Told::Resolved(opening));
    ended.failures.clone_from(&resolved.failures);
    if resolved.is_empty() {
        return Ok(());
    }
    let watch = |standings: &[Standing], _: &Recorder| tell(Told::Standings(standings.to_vec()));
    let ahead = resolved.plan.ahead;
    let now = move || by_clock(now(), ahead);
    ended.standings = collect(resolved.plan, recorder, until(stopped), now, watch).await?;
    Ok(())
}

async fn look_up(live: &Live, manifest: &Manifest) -> Result<Resolved, SelectionError> {
    match &live.asks {
        Asks::Selection(selection) => resolve(selection, now()).await,
        Asks::Resume { connection, follow } => resume(manifest, connection, now(), *follow).await,
    }
}

async fn opening(resolved: &Resolved, estimates: bool) -> Opening {
    let Plan { groups, prefixes, since, until, .. } = &resolved.plan;
    let window = TimeRange { start: *since, end: until.unwrap_or_else(now) };
    let mut listed = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let cost = if estimates && place < ESTIMATED {
            // Only a courtesy: what is wrong with the group, collecting says.
            estimate(&group.account, &group.name, window).await.ok()
        } else {
            None
        };
        listed.push((group.name.clone(), group.account.region().to_owned(), cost));
    }
    Opening {
        notes: resolved.notes.clone(),
        failures: resolved.failures.clone(),
        groups: listed,
        prefixes: prefixes.iter().map(|prefix| prefix.prefix.clone()).collect(),
        since: *since,
        until: *until,
    }
}

/// What `work` gives, or nothing when it is stopped before.
async fn unless<F: Future>(stopped: watch::Receiver<bool>, work: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = until(stopped) => None,
        done = work => Some(done),
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the handle is gone, which stops it as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::aws::selection::{Kind, Moment, Wanted, Window};

    fn asks(window: Window) -> Asks {
        let sources = vec![Wanted::parse(Kind::LogGroup, "/aws/x").unwrap()];
        // Nobody listens on this port, and no credentials are needed to find that out.
        let connection = Connection {
            region: Some("us-east-1".to_owned()),
            endpoint_url: Some("http://127.0.0.1:1".to_owned()),
            ..Connection::default()
        };
        Asks::Selection(Selection { sources, connection, window, ..Selection::default() })
    }

    fn live(asks: Asks, place: Place) -> Live {
        Live { asks, place, tool: "triage 0".to_owned(), redact: true, estimate: false }
    }

    #[test]
    fn a_window_that_cannot_be_is_told_before_anything_is_asked() {
        let day = Moment::Ago(Duration::from_hours(24));
        let window = Window { since: Some(Moment::Ago(Duration::ZERO)), until: Some(day), follow: false };
        let handle = start(live(asks(window), Place::Temporary), |_| {}).unwrap();
        let (ended, _) = handle.wait();
        let Some(LiveEnd::Selection(error)) = ended.error else { panic!("{:?}", ended.error) };
        assert!(matches!(*error, SelectionError::Backwards { .. }));
    }

    #[test]
    fn a_folder_is_written_by_one_and_freed_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::New(folder.path().join("capture"));
        let handle = start(live(asks(Window::default()), place.clone()), |_| {}).unwrap();
        assert!(handle.folder().join("manifest.json").is_file());
        handle.stop();
        handle.wait();
        assert!(matches!(
            start(live(asks(Window::default()), place), |_| {}),
            Err(LiveEnd::Record(RecordError::NotEmpty(_)))
        ));
    }

    #[test]
    fn a_temporary_capture_goes_with_its_handle() {
        let handle = start(live(asks(Window::default()), Place::Temporary), |_| {}).unwrap();
        let folder = handle.folder().to_owned();
        drop(handle);
        assert!(!folder.exists());
    }
}

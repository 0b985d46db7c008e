//! The thread that reads the capture and answers questions about it, so that the screen never waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{io, thread};

use crate::case::{Case, Options};
use crate::source::Loaded;
use crate::tui::message::{Notice, Progress};
use crate::tui::{Data, Effect};

use super::answer::Questions;

/// Reads the captures; runs on the worker's thread.
pub type Load = Box<dyn FnOnce() -> Loaded + Send>;

/// The worker's end for questions.
pub(super) struct Worker(Sender<Effect>);

impl Worker {
    /// Starts reading. `tell` hands answers on; `false` from it ends the worker.
    pub(super) fn start(
        load: Load,
        options: Arc<Options>,
        tell: impl Fn(Data) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let (ask, asked) = channel();
        thread::Builder::new().name("case".into()).spawn(move || {
            let worked = catch_unwind(AssertUnwindSafe(|| work(load, &options, &asked, &tell)));
            if worked.is_err() {
                tell(Data::Notice(Notice::error("reading failed inside the program; please report this")));
            }
        })?;
        Ok(Self(ask))
    }

    /// Asks; the answer comes as [`Data`].
    pub(super) fn ask(&self, question: Effect) {
        // A worker that has failed has told so.
        let _ = self.0.send(question);
    }
}

fn work(load: Load, options: &Options, asked: &Receiver<Effect>, tell: &dyn Fn(Data) -> bool) {
    let case = open(load, options, tell);
    let mut questions = Questions::new(case, options);
    while let Ok(question) = asked.recv() {
        let newest = asked.try_iter().fold(vec![question], |mut waiting, next| {
            // A newer search makes the one before it pointless.
            if matches!(next, Effect::Search { .. }) {
                waiting.retain(|question| !matches!(question, Effect::Search { .. }));
            }
            waiting.push(next);
            waiting
        });
        for question in newest {
            if !questions.answer(&question).into_iter().all(tell) {
                return;
            }
        }
    }
}

/// Reads everything, telling how far it is.
pub(super) fn open(load: Load, options: &Options, tell: &dyn Fn(Data) -> bool) -> Arc<Case> {
    let loaded = load();
    let bytes = loaded.inputs.iter().map(|input| input.bytes.len() as u64).sum();
    let mut progress = Progress { total: Some(bytes), ..Progress::default() };
    tell(Data::Progress(progress));
    let case = Arc::new(Case::open(loaded.inputs, loaded.issues, options));
    let snapshot = Arc::new(case.snapshot(options));
    (progress.bytes, progress.signals, progress.is_done) = (bytes, case.briefs().len() as u64, true);
    tell(Data::Case { case: case.clone(), snapshot });
    tell(Data::Progress(progress));
    case
}

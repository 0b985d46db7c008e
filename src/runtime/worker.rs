//! The threads behind the screen: one reads the captures, one answers questions about what is read so far.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{io, thread};

use crate::case::{Case, Snapshot};
use crate::text::Door;
use crate::tui::message::{Notice, Progress};
use crate::tui::{Data, Effect};

use super::answer::Answering;
use super::judge::Judge;
use super::reader::{Load, Reader};

/// Hands an answer on; false when nobody listens any more.
pub(super) type Tell = Arc<dyn Fn(Data) -> bool + Send + Sync>;

/// What the answering thread is sent.
pub(super) enum Ask {
    /// More is known.
    Case(Arc<Case>, Arc<Snapshot>),
    /// Something is asked.
    Question(Effect),
}

/// The threads' end for questions.
pub(super) struct Worker(Sender<Ask>);

impl Worker {
    /// Starts reading; `bell` says that there is more.
    pub(super) fn start(
        load: Load,
        judge: Judge,
        door: Door,
        tell: &Tell,
        bell: Receiver<()>,
    ) -> io::Result<Self> {
        let (ask, asked) = channel();
        let judge = Arc::new(judge);
        let reader = Reader::new(load, judge.clone(), ask.clone(), tell.clone(), bell);
        guarded("reader", "reading was ended", tell.clone(), move || reader.run())?;
        let answers = Answering::new(judge, door, tell.clone());
        guarded("answers", "answering was ended", tell.clone(), move || answers.run(&asked))?;
        Ok(Self(ask))
    }

    /// Asks; the answer comes as [`Data`].
    pub(super) fn ask(&self, question: Effect) {
        // A thread that has failed has told so.
        let _ = self.0.send(Ask::Question(question));
    }
}

/// Starts a thread whose panic is told on the screen, for as long as it shows what was known before.
fn guarded(
    name: &str,
    without: &'static str,
    tell: Tell,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let work = AssertUnwindSafe(work);
    let run = move || {
        if catch_unwind(work).is_err() {
            let notice = Notice::error(format!("{without} by a fault of the program: quit, and it is told"));
            tell(Data::Progress(Progress { step: without, ..Progress::default() }));
            tell(Data::Notice(notice));
        }
    };
    thread::Builder::new().name(name.into()).spawn(run).map(|_| ())
}

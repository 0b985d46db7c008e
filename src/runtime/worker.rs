//! The threads behind the screen: one reads the captures, one answers questions about what is read so far.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::{io, thread};

use crate::case::{Case, Snapshot};
use crate::text::Door;
use crate::tui::message::Notice;
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
        guarded("reader", tell.clone(), move || reader.run())?;
        let answers = Answering::new(judge, door, tell.clone());
        guarded("answers", tell.clone(), move || answers.run(&asked))?;
        Ok(Self(ask))
    }

    /// Asks; the answer comes as [`Data`].
    pub(super) fn ask(&self, question: Effect) {
        // A thread that has failed has told so.
        let _ = self.0.send(Ask::Question(question));
    }
}

/// Starts a thread whose panic is told on the screen.
pub(super) fn guarded(name: &str, tell: Tell, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let work = AssertUnwindSafe(work);
    let run = move || {
        if catch_unwind(work).is_err() {
            tell(Data::Notice(Notice::error("the program failed while reading; please report this")));
        }
    };
    thread::Builder::new().name(name.into()).spawn(run).map(|_| ())
}

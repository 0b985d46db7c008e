//! The terminal screens: a model, messages, `update`, `view`. No IO and no clock.
//!
//! ```text
//! key, mouse, size, answer ─→ Message ─update→ Model + Vec<Effect> ─→ runtime does them ─→ Message::Data
//!                                               └─view→ cells
//! ```
//!
//! # A screen
//!
//! One module below [`screens`] in the shape that `screens/mod.rs` describes, registered there in one line.
//! `screens/coverage.rs` is the minimal example; `screens/requests.rs` has a list and keys.
//!
//! - **Data** come from [`Shared`]: `shared.snapshot()` (requests, findings, diagnoses, coverage), `shared.lookup`
//!   (request to diagnosis, findings, root cause), `shared.case()` (any signal in full, briefs, raw bytes),
//!   `shared.catalogue()` (all rules), `shared.request` and `shared.signal` (what is selected), `shared.hits()`
//!   (what passes the filter, when one is on), `shared.answers` (asked for with [`Effect`]s).
//! - **Log text** reaches cells only through `shared.line`, `shared.text` or `shared.around`.
//! - **Other screens** are asked through the [`Outbox`]: `out.send(Message::SelectSignal(key))`,
//!   `out.send(Message::Show(ScreenId::Signal))`, `out.send(Message::SetFilter(text))`,
//!   `out.send(Message::Ask(Ask::Line(..)))` for a line of text (the answer comes as the screen's own message).
//! - **The world** is asked with `out.run(Effect::Walk(key))`; the answer is stored in `shared.answers`, then
//!   `refresh` runs with [`Change::Answer`]. Ask in `refresh` on [`Change::Shown`] or [`Change::Selection`].
//! - **Lists** keep a [`widgets::ListState`]; `fit(len, height)` in every `refresh`, `apply(move)` on movement.
//!   [`widgets::Table`] draws only what is visible. `refresh` runs for the screen that is shown, for the others when they
//!   are shown next. Anything per row of a large capture belongs in [`Prepared`], which is made where nobody waits.
//! - **Styles** are named by meaning: `shared.look.style(Role::Failed)`; outcomes show a sign and a word too.
//! - **Tests**: `testing::model(capture, size)` opens a sample without IO, `testing::press(&mut model, "down")`
//!   sends keys, `testing::screen(&model)` is the frame as text for `insta` at 80 × 24, 160 × 50 and 40 × 10.

mod bits;
pub mod count;
pub mod find;
pub mod keys;
pub mod live;
pub mod lookup;
pub mod message;
mod model;
pub mod picture;
pub mod places;
mod pointer;
pub mod popups;
mod prepared;
mod restore;
pub mod screens;
pub mod session;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod time;
mod update;
mod view;
pub mod widgets;

pub use message::{Data, Effect, Message, Outbox};
pub use model::{ActiveFilter, Answers, Change, Model, Settings, Shared};
pub use prepared::Prepared;
pub use update::update;
pub use view::view;

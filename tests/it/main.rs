//! Everything that is tested through the public interface or the binary itself.
//!
//! One binary, so that the library is linked once.

mod architecture;
mod captures;
mod case;
mod cli;
mod determinism;
mod laws;
mod program;
mod rules;
mod samples;

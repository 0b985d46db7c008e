//! The command line as a person or a CI job meets it.

mod bad_input;
mod options;
mod output;
mod reading;
mod rules;
mod usage;

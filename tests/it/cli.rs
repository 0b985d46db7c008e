//! The command line as a person or a CI job meets it.

mod bad_input;
mod live;
mod options;
mod output;
mod reading;
mod rules;
mod usage;

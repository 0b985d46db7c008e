//! The rules are embedded in the binary; a changed rule must rebuild it.

#![allow(clippy::print_stdout, reason = "standard output is how a build script talks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=rules");
}

//! Builds again when a rule or a sample is added or removed: both are embedded folder by folder, and Cargo sees
//! changes of files that it knows only.

#[allow(clippy::print_stdout, reason = "stdout is how a build script talks to Cargo")]
fn main() {
    for folder in ["rules", "samples"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}

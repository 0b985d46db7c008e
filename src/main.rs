//! The command-line program.

fn main() -> std::process::ExitCode {
    agentcore_triage::cli::run(std::env::args_os())
}

//! The command-line program.

/// Reading a capture makes many short-lived strings on several threads, which the system's allocator serves slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    agentcore_triage::cli::run(std::env::args_os())
}

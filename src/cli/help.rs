//! The longer texts of `--help` and `--version`.

use std::env::consts::{ARCH, OS};
use std::sync::LazyLock;

/// What a bug report has to say of the program, behind its name.
pub(super) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    format!("{}\n{profile} build for {ARCH}-{OS}", env!("CARGO_PKG_VERSION"))
});

/// What the program is, above the usage line of `--help`.
pub(super) const LONG_ABOUT: &str = "\
Find out why a call on Amazon Bedrock AgentCore failed.

Reads captured logs and traces (CloudWatch exports, X-Ray traces, container output, HTTP exchanges, or a pasted \
excerpt), or a running system in AWS, says which layer failed, why, and on what evidence, and what to do next. \
Captures never leave the machine, and AWS is only ever read.";

/// Examples and exit codes, at the end of the program's help.
pub(super) const AFTER_HELP: &str = "\
Examples:
  agentcore-triage capture/                     explain what failed in a folder of saved logs
  agentcore-triage gateway.json spans.jsonl.gz  read several captures as one case
  aws logs tail GROUP --since 15m | agentcore-triage -
                                                read standard input
  agentcore-triage --rule-check --format sarif --output triage.sarif logs/
                                                check logs in CI
  agentcore-triage discover                     list what can be read live, and the next command
  agentcore-triage --runtime my_agent --since 15m -f
                                                follow a running system
  agentcore-triage collect --gateway my-gw --since 2h --out incident/
                                                keep what AWS has as a capture
  agentcore-triage doctor --runtime my_agent    check what must hold in a live account
  agentcore-triage                              look at the built-in sample incident

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on, or a difference from --expect
  2  bad usage, a bad rule, or unreadable input
  3  a live source failed, so the answer is partial";

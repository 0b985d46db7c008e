#!/usr/bin/env python3
"""Follows log groups of a third party's AWS stand-in and compares what arrived with what was put, event by event.

    scripts/aws-stand-in.py [--tools DIR] [PROGRAM]

The stand-in is moto, at the version that requirements-stand-in.txt pins; it runs inside this process on a free loopback
port, so it ends with it. Events are put while `collect` follows: late ones, doubles, a new stream and a new group among
them. Then the program is killed, more is put, and `collect --resume` has to fetch exactly that.

Exit codes: 0 everything arrived once, 1 something is missing or there twice, 2 the check could not be made.
"""

import argparse
import collections
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environment import CannotCheck, python_in

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "scripts" / "requirements-stand-in.txt"
REGION = "us-east-1"

RUNTIME = "/aws/bedrock-agentcore/runtimes/my_agent-a1b2c3d4e5-DEFAULT"
PREFIX = "/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/"

# Longest wait for something that must come, in seconds.
DEADLINE = 30

# Longest time from Ctrl-C to the end, in seconds.
AT_ONCE = 5


class Wrong(Exception):
    """The program did not do what it must; says what."""


class Calls(logging.Handler):
    """Counts the calls that the stand-in has answered, from its access log."""

    answered = 0

    def emit(self, record):
        if "POST / " in record.getMessage():
            self.answered += 1


class Logs:
    """The log groups of the stand-in, and everything that was put into them."""

    def __init__(self, url, credentials):
        import boto3

        self.client = boto3.client("logs", endpoint_url=url, region_name=REGION, **credentials)
        self.expected = collections.Counter()
        self.known = set()

    def put(self, group, stream, events):
        """Puts (milliseconds, text) pairs; group and stream are made when they are not there."""
        for names in ({"logGroupName": group}, {"logGroupName": group, "logStreamName": stream}):
            if tuple(names.values()) not in self.known:
                create = self.client.create_log_stream if len(names) == 2 else self.client.create_log_group
                create(**names)
                self.known.add(tuple(names.values()))
        entries = [{"timestamp": at, "message": text} for at, text in sorted(events)]
        answer = self.client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=entries)
        if answer.get("rejectedLogEventsInfo"):
            raise CannotCheck(f"the stand-in refuses events: {answer['rejectedLogEventsInfo']}")
        self.expected.update((group, stream, at, text) for at, text in events)


def captured(folder):
    """Every event of a capture as its manifest promises it; nothing before there is one."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return collections.Counter()
    events = collections.Counter()
    for source in json.loads(manifest.read_text(encoding="utf-8"))["sources"]:
        if source["kind"] != "log-group":
            continue
        lines = (folder / source["file"]).read_bytes()[: source["bytes"]].splitlines()
        for record in map(json.loads, lines):
            events[source["name"], record["logStreamName"], record["timestamp"], record["message"]] += 1
    return events


def until(what, is_true, process):
    """Waits until something holds, while `process` runs."""
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        if process.poll() is not None:
            raise Wrong(f"collect ended with {process.returncode} while waiting for: {what}")
        if time.monotonic() > deadline:
            raise Wrong(f"waited {DEADLINE} s in vain for: {what}")
        time.sleep(0.02)


def compare(logs, capture, when):
    """Raises what is missing and what is there too often."""
    found = captured(capture)
    missing, surplus = logs.expected - found, found - logs.expected
    if missing or surplus:
        raise Wrong(
            f"{when}: of {logs.expected.total()} events {missing.total()} are missing and {surplus.total()} are there "
            f"too often, such as {next(iter(missing | surplus))}"
        )
    print(f"aws-stand-in: {when}: {found.total()} events, each once")


def put_while_following(logs, process, capture, calls):
    """Everything that makes following hard, one thing after another."""
    now = lambda: int(time.time() * 1000)  # noqa: E731
    until("the events of the past", lambda: captured(capture) == logs.expected, process)
    logs.put(RUNTIME, "2026/01/20/[runtime-logs]a", [(now(), f"fresh {n}") for n in range(200)])
    late = [(now() - 1_000 * seconds, f"late by {seconds} s") for seconds in range(1, 100, 3)]
    logs.put(RUNTIME, "2026/01/20/[runtime-logs]a", late)
    at = now()
    logs.put(RUNTIME, "2026/01/20/[runtime-logs]b", [(at, "the same text"), (at, "the same text"), (at, "another")])
    logs.put(RUNTIME, "2026/01/20/[runtime-logs]new", [(now(), "the first of a new stream \x1b[31m\u0001 ünï\ufffd")])
    logs.put(PREFIX + "my-gw-abcdefghij", "s", [(now(), "the first of a new group")])
    until("the events of the present", lambda: captured(capture) == logs.expected, process)
    # What is fetched twice would show now: every group is searched again.
    answered = calls.answered
    until("further searches", lambda: calls.answered >= answered + 6, process)


def check(program):
    """Runs inside the virtual environment."""
    from moto.server import ThreadedMotoServer

    calls = Calls()
    access = logging.getLogger("werkzeug")
    access.handlers, access.propagate = [calls], False
    access.setLevel(logging.INFO)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    logs = Logs(url, {"aws_access_key_id": "test", "aws_secret_access_key": "test"})
    start = int(time.time() * 1000) - 600_000
    for stream in "abc":
        name = f"2026/01/20/[runtime-logs]{stream}"
        logs.put(RUNTIME, name, [(start + 7 * n, f"{stream} {n}") for n in range(4_000)])
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "HOME": home, "NO_COLOR": "1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION,
        }  # fmt: skip
        capture = Path(home) / "capture"
        collect = lambda *options: subprocess.Popen(  # noqa: E731
            [program, "collect", *options], env=environment, stdout=subprocess.DEVNULL
        )
        sources = ["--log-group", RUNTIME, "--log-group", PREFIX + "*"]
        process = collect("--follow", "--since", "15m", *sources, "--out", capture)
        try:
            put_while_following(logs, process, capture, calls)
            process.send_signal(signal.SIGINT)
            process.wait(AT_ONCE)
            compare(logs, capture, "followed")
            process = collect("--follow", "--resume", capture)
            logs.put(RUNTIME, "s", [(int(time.time() * 1000), f"before the kill {n}") for n in range(100)])
            answered = calls.answered
            until("the searches of the second run", lambda: calls.answered >= answered + 3, process)
            process.kill()
            process.wait()
            logs.put(RUNTIME, "s", [(int(time.time() * 1000), f"after the kill {n}") for n in range(100)])
            process = collect("--follow", "--resume", capture)
            until("what was put meanwhile", lambda: not logs.expected - captured(capture), process)
            process.send_signal(signal.SIGINT)
            process.wait(AT_ONCE)
            compare(logs, capture, "killed and gone on with")
        except subprocess.TimeoutExpired as problem:
            raise Wrong(f"collect did not end in time: {problem}") from problem
        finally:
            process.kill()
            process.wait()


def main():
    """Checks in the virtual environment."""
    parser = argparse.ArgumentParser(description="Follows log groups of an AWS stand-in.")
    parser.add_argument("program", nargs="?", default=ROOT / "target/debug/agentcore-triage", metavar="PROGRAM", type=Path)
    parser.add_argument("--tools", default=os.environ.get("VALIDATE_TOOLS", "~/.cache/agentcore-triage-validate"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.program.is_file():
        raise CannotCheck(f"{arguments.program} is not there: run `cargo build`")
    if arguments.inside:
        check(arguments.program.resolve())
        return 0
    tools = Path(arguments.tools).expanduser().resolve()
    tools.mkdir(parents=True, exist_ok=True)
    python = python_in(tools, REQUIREMENTS, "stand-in")
    return subprocess.run([python, __file__, "--inside", arguments.program], check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotCheck as problem:
        print(f"aws-stand-in: {problem}", file=sys.stderr)
        sys.exit(2)
    except Wrong as problem:
        print(f"aws-stand-in: {problem}", file=sys.stderr)
        sys.exit(1)

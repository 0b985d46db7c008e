#!/usr/bin/env python3
"""Checks the commands of rule files, of the read-me, of fetch-commands.txt and of doctor-commands.txt: those of the AWS CLI against the service models that it is generated from.

    scripts/check-commands.py [--tools DIR] [RULES_DIR]

Every `aws …` of a fix's `command`, also behind `&&`, in a pipe or in `$(…)`, must name an operation, give it only
options and members that it has, enumerated values that it knows, and everything that it requires. Commands quoted in
texts (`aws …` in backticks) are mentions: what they name must exist, but they may leave things out. Commands of other
programs may use only the options of a short list below.

The models are botocore's, at the version that requirements.txt pins. Exit codes: 0 all valid, 1 something is wrong,
2 the check could not be made.
"""

import argparse
import difflib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from environment import CannotCheck, python_in

ROOT = Path(__file__).resolve().parent.parent

# The commands that fetch telemetry, and those that the doctor knows besides the rules; unit tests hold the program to them.
LISTS = [ROOT / "scripts" / "fetch-commands.txt", ROOT / "scripts" / "doctor-commands.txt"]

# Prose with commands for people, in fenced blocks behind a prompt.
READ_ME = ROOT / "README.md"

# Other programs whose commands rules give, with the options that they may use: each was looked up in the program's
# manual. What follows an image or a container is the program's inside it.
OTHERS = {
    "agentcore identity setup-aws-jwt": {"--audience"},
    "command": {"-v"},
    "curl": {"-sS", "-i", "-X", "-H", "-d", "--retry", "--retry-connrefused"},
    "docker buildx build": {"--platform", "--provenance", "--sbom", "-t", "--push"},
    "docker exec": set(),
    "docker history": {"--quiet"},
    "docker image inspect": {"--format"},
    "docker inspect": {"--type"},
    "docker run": {"--rm", "-d", "-p", "--platform", "--env-file", "--memory", "--entrypoint"},
    "grep": {"-rnE"},
    "openssl s_client": {"-connect", "-showcerts"},
    "pip install": set(),
    "pip show": set(),
    "python3": {"-c"},
    "uuidgen": set(),
}  # fmt: skip
INSIDE = {"IMAGE", "CONTAINER"}

# Options of every command; the value is whether an argument follows.
GLOBAL = {
    "--region": True, "--profile": True, "--query": True, "--output": True, "--endpoint-url": True, "--color": True,
    "--cli-binary-format": True, "--cli-read-timeout": True, "--cli-connect-timeout": True, "--ca-bundle": True,
    "--no-cli-pager": False, "--no-paginate": False, "--no-sign-request": False, "--no-verify-ssl": False,
    "--debug": False, "--cli-auto-prompt": False,
}  # fmt: skip

# Options of every command that is an operation.
OPERATION = {
    "--cli-input-json": True, "--cli-input-yaml": True, "--generate-cli-skeleton": True,
    "--max-items": True, "--page-size": True, "--starting-token": True,
}  # fmt: skip

# Either of these stands for the required options.
STANDS_FOR_ALL = {"--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton"}

# Commands that the AWS CLI has besides the operations: their options, or None where anything goes.
CUSTOM = {
    ("configure", None): None,
    ("s3", None): None,
    ("sso", "login"): {"--sso-session": True, "--use-device-code": False, "--no-browser": False},
    ("ecr", "get-login-password"): {},
    ("logs", "tail"): {
        "--since": True, "--follow": False, "--format": True, "--filter-pattern": True,
        "--log-stream-names": True, "--log-stream-name-prefix": True,
    },
}  # fmt: skip

# (service, operation, option) of a botocore newer than the pinned one, with the reason.
NEWER = {}

# What stands for a value that the reader fills in: `REGION`, `<role-arn>`.
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*|<[^<>]+>")
HOLE = re.compile(r"(?<!\$)\{([a-z_][a-z0-9_]*)(?:\|([^{}]*))?\}")
INLINE = re.compile(r"`(aws [^`]+)`")


def nearest(name, names):
    """` (did you mean …?)`, or nothing when no name is near."""
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def fill(text):
    """The command as it is shown when the capture knows nothing."""
    return HOLE.sub(lambda hole: hole[1].upper() if hole[2] is None else hole[2], text)


def substitutions(text):
    """The command without its `$(…)`, and the commands in them."""
    inner = []
    while (start := text.find("$(")) >= 0:
        depth, end = 1, start + 2
        while end < len(text) and depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        inner.append(text[start + 2 : end - 1])
        text = f"{text[:start]}SUBSTITUTED{text[end:]}"
    return text, inner


def simple_commands(command):
    """The words of every command in a shell line."""
    command, inner = substitutions(command.replace("\\\n", " "))
    for nested in inner:
        yield from simple_commands(nested)
    for line in command.strip().splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        words = []
        redirected = False
        for word in [*lexer, ";"]:
            if word and set(word) <= set("();|&"):
                if words:
                    yield words
                words = []
            elif word and set(word) <= set("<>"):
                redirected = True
            elif redirected:
                redirected = False
            else:
                words.append(word)


def invocations(command):
    """The words behind every `aws` in a shell line."""
    for words in simple_commands(command):
        if "aws" in words:
            yield words[words.index("aws") + 1 :]


def wrong_elsewhere(command):
    """What is wrong with commands of other programs in a shell line."""
    for words in simple_commands(command):
        if "aws" in words:
            continue
        known = next((name for name in OTHERS if words[: len(name.split())] == name.split()), None)
        if known is None:
            yield f"`{' '.join(words[:2])}` is not in the list of programs (OTHERS)"
            continue
        rest = words[len(known.split()) :]
        inside = next((at for at, word in enumerate(rest) if word in INSIDE), len(rest)) if "docker" in known else len(rest)
        # A value that begins with a hyphen would be taken for an option: none does.
        options = [word.partition("=")[0] for word in rest[:inside] if word.startswith("-")]
        for option in options:
            if option not in OTHERS[known]:
                yield f"`{known}`: the option `{option}` is not in the list (OTHERS)"


class Models:
    """The service models, by the names that the AWS CLI gives them."""

    def __init__(self):
        import botocore
        import botocore.session

        self.kebab = lambda name: botocore.xform_name(name, "-")
        self.session = botocore.session.get_session()
        self.services = self.session.get_available_services()
        self.loaded = {}

    def service(self, name):
        """The model of a service."""
        if name not in self.loaded:
            self.loaded[name] = self.session.get_service_model(name)
        return self.loaded[name]

    def operations(self, service):
        """Operation models by CLI name."""
        model = self.service(service)
        return {self.kebab(name): model.operation_model(name) for name in model.operation_names}

    def members(self, operation):
        """Input members by option."""
        shape = operation.input_shape
        members = shape.members if shape else {}
        return {f"--{self.kebab(name)}": (name, member) for name, member in members.items()}


def is_open(value):
    """Whether a value is for the reader to fill in, or comes from elsewhere."""
    return bool(PLACEHOLDER.fullmatch(value)) or "SUBSTITUTED" in value or value.startswith(("file://", "fileb://", "$"))


def wrong_in_value(value, shape, option):
    """What a value given as JSON, shorthand or word has that its shape does not."""
    if is_open(value):
        return
    if shape.type_name in ("structure", "list", "map"):
        try:
            yield from wrong_in_json(json.loads(value), shape, option)
        except ValueError:
            if value[:1] in ("{", "["):
                yield f"the value of `{option}` is not JSON"
            yield from wrong_in_shorthand(value, shape, option)
    else:
        yield from wrong_in_json(value, shape, option)


def wrong_in_shorthand(value, shape, option):
    """The keys of `Key=value,Key=value`."""
    inner = shape.member if shape.type_name == "list" else shape
    if inner.type_name == "structure":
        for key in re.findall(r"(?:^|[,{])([A-Za-z]\w*)=", value):
            if key not in inner.members:
                yield f"`{option}` has no member `{key}`{nearest(key, inner.members)}"
    elif inner.type_name == "string":
        yield from (wrong for word in value.split(",") for wrong in wrong_in_json(word, inner, option))


def wrong_in_json(value, shape, where):
    """Unknown members, missing members and unknown words, all the way down."""
    if isinstance(value, str) and is_open(value):
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        if getattr(shape, "is_document_type", False):
            return
        for key, member in value.items():
            if key in shape.members:
                yield from wrong_in_json(member, shape.members[key], f"{where}.{key}")
            else:
                yield f"`{where}` has no member `{key}`{nearest(key, shape.members)}"
        for key in shape.required_members:
            if key not in value:
                yield f"`{where}` lacks `{key}`"
    elif shape.type_name == "list" and isinstance(value, list):
        for member in value:
            yield from wrong_in_json(member, shape.member, f"{where}[]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, member in value.items():
            yield from wrong_in_json(member, shape.value, f"{where}.{key}")
    elif shape.type_name == "string":
        words = getattr(shape, "enum", None)
        if words and value not in words:
            yield f"`{where}` does not know `{value}`; it knows {', '.join(words[:12])}"
    elif isinstance(value, str) and shape.type_name in ("integer", "long", "float", "double"):
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            yield f"`{where}` is a number, not `{value}`"


def parse(words):
    """Options with their arguments, and the other words. An argument never begins with `--`."""
    options, rest, current = {}, [], None
    for word in words:
        if word.startswith("--"):
            current, _, value = word.partition("=")
            options.setdefault(current, []).extend([value] if value else [])
        elif current is not None:
            options[current].append(word)
        else:
            rest.append(word)
    return options, rest


class Check:
    """Judges one invocation at a time."""

    def __init__(self, models):
        self.models = models

    def wrong(self, words, mention):
        """What is wrong with `aws` followed by `words`."""
        options, rest = parse(words)
        if len(rest) < 2:
            # Global options may stand in front of the service.
            lead = [option for option in words if option in GLOBAL]
            yield "names no operation" if not lead else "put the service and the operation before the options"
            return
        service, name = rest[:2]
        for key in ((service, None), (service, name)):
            if key in CUSTOM:
                yield from self.wrong_custom(CUSTOM[key], f"{service} {name}", options)
                return
        if service not in self.models.services:
            yield f"there is no service `{service}`{nearest(service, self.models.services)}"
            return
        operations = self.models.operations(service)
        if name not in operations:
            yield f"`{service}` has no operation `{name}`{nearest(name, operations)}"
            return
        yield from self.wrong_operation(service, operations[name], name, options, rest[2:], mention)

    def wrong_custom(self, known, name, options):
        """What is wrong with a command that is no operation."""
        for option in options if known is not None else ():
            if option not in known and option not in GLOBAL:
                yield f"`{name}` has no option `{option}`{nearest(option, known)}"

    def wrong_operation(self, service, operation, name, options, rest, mention):
        """What is wrong with the options of an operation, and what is missing."""
        members = self.models.members(operation)
        files = list(rest)
        for option, values in options.items():
            takes_value = GLOBAL.get(option, OPERATION.get(option))
            if takes_value is not None:
                files.extend(values[int(takes_value) :])
                if takes_value and not values:
                    yield f"`{option}` needs an argument"
                continue
            positive = "--" + option.removeprefix("--no-")
            key = option if option in members else positive
            if key not in members:
                if (service, name, option) not in NEWER:
                    yield f"`{service} {name}` has no option `{option}`{nearest(option, [*members, *GLOBAL])}"
                continue
            shape = members[key][1]
            if shape.type_name == "boolean":
                files.extend(values)
                continue
            if key != option:
                yield f"`{option}`: only a switch can be negated"
            # A list takes every word that follows it; anything else takes one.
            own = values if shape.type_name in ("list", "structure") else values[:1]
            files.extend(values[len(own) :])
            if not own and not mention:
                yield f"`{option}` needs an argument"
            for value in own:
                yield from wrong_in_value(value, shape, option)
        yield from self.wrong_files(operation, files, options, mention)
        if not mention and not STANDS_FOR_ALL & options.keys():
            required = operation.input_shape.required_members if operation.input_shape else []
            for member in required:
                option = f"--{self.models.kebab(member)}"
                # The AWS CLI makes up idempotency tokens by itself.
                if member not in operation.idempotent_members and not {option, f"--no-{option[2:]}"} & options.keys():
                    yield f"`{service} {name}` requires `{option}`"

    def wrong_files(self, operation, files, options, mention):
        """Words that are no option's: only a streamed answer has one, the file it is written to."""
        if operation.has_event_stream_output:
            yield "the AWS CLI cannot read a stream of events"
        wanted = operation.has_streaming_output and "--generate-cli-skeleton" not in options
        for word in files[int(wanted) :]:
            yield f"`{word}` belongs to no option"
        if wanted and not files and not mention:
            yield "the answer is streamed: name the file to write it to, at the end"


def commands_in(rule):
    """(text, whether it is a mention) of everything in a rule that may hold a command."""
    for step in rule.get("fix", []):
        if "command" in step:
            yield step["command"], False
    texts = [rule.get("cause"), rule.get("impact"), rule.get("verify"), *(step.get("text") for step in rule.get("fix", []))]
    texts += [advice.get(key) for advice in rule.get("not", []) for key in ("advice", "why")]
    for text in filter(None, texts):
        yield from ((inline, True) for inline in INLINE.findall(text))


def commands_of(file):
    """The lines of a list, or of a Markdown file what stands behind a prompt."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line[2:] for line in lines if line.startswith("$ aws ")] if file == READ_ME else lines


def check(folder):
    """Runs inside the virtual environment: prints what is wrong, returns how many commands are."""
    import tomllib

    judge = Check(Models())
    seen = wrong = 0
    for file in sorted(folder.rglob("rule.toml")):
        rule = tomllib.loads(file.read_text(encoding="utf-8"))
        for text, mention in commands_in(rule):
            try:
                found = list(invocations(fill(text)))
            except ValueError as error:
                found, problems = [], [f"the shell could not read it: {error}"]
            else:
                problems = [problem for words in found for problem in judge.wrong(words, mention)]
                problems += [] if mention else wrong_elsewhere(fill(text))
            seen += len(found)
            if problems:
                wrong += 1
                print(f"{file}: {rule.get('id')}\n  {text.strip()}")
                print("".join(f"    {problem}\n" for problem in problems))
    for known in [*LISTS, READ_ME]:
        for line in commands_of(known):
            problems = [problem for words in invocations(line) for problem in judge.wrong(words, False)]
            seen += 1
            if problems:
                wrong += 1
                print(f"{known}\n  {line}")
                print("".join(f"    {problem}\n" for problem in problems))
    if seen == 0:
        raise CannotCheck(f"{folder}: no `aws` command in any rule.toml below it")
    print(f"{seen} AWS CLI commands, {wrong} wrong")
    return wrong


def main():
    """Checks in the virtual environment."""
    parser = argparse.ArgumentParser(description="Checks the AWS CLI commands of rule files.")
    parser.add_argument("folder", nargs="?", default=ROOT / "rules", metavar="RULES_DIR", type=Path)
    parser.add_argument("--tools", default=os.environ.get("VALIDATE_TOOLS", "~/.cache/agentcore-triage-validate"))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return 1 if check(arguments.folder) else 0
    if sys.version_info < (3, 11):
        raise CannotCheck("Python 3.11 or newer is needed: older ones cannot read TOML")
    tools = Path(arguments.tools).expanduser().resolve()
    tools.mkdir(parents=True, exist_ok=True)
    return subprocess.run([python_in(tools), __file__, "--inside", arguments.folder], check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotCheck as problem:
        print(f"check-commands: {problem}", file=sys.stderr)
        sys.exit(2)

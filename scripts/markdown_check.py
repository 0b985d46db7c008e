"""Holds Markdown reports to CommonMark with GitHub's tables, and their diagrams to Mermaid's own parser."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from environment import CannotCheck, run

MERMAID = Path(__file__).resolve().parent / "mermaid"
TITLE = "AgentCore root-cause report"
SECTIONS = [
    "Impact",
    "Root cause",
    "Root causes",
    "Root cause: unknown",
    "Timeline",
    "Evidence",
    "Comparison with a healthy request",
    "Hypotheses",
    "Fixes",
    "Other findings",
    "Errors that no rule explains",
    "Schema audit",
    "Coverage",
    "How this report was made",
]


def mermaid_in(tools):
    """The folder below `tools` in which Mermaid is installed as the lock file says; made when it is not there."""
    folder = tools / "mermaid"
    stamp = folder / "installed.json"
    lock = (MERMAID / "package-lock.json").read_text(encoding="utf-8")
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == lock):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(MERMAID / name, folder / name)
        run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder)
        stamp.write_text(lock, encoding="utf-8")
    shutil.copy(MERMAID / "check.mjs", folder / "check.mjs")
    return folder


def problems(path, mermaid):
    """What is wrong with one report."""
    from markdown_it import MarkdownIt

    text = Path(path).read_text(encoding="utf-8")
    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    found = [*inert(tokens), *fences(tokens, lines), *tables(tokens, lines), *headings(tokens)]
    diagrams = [[f"{path}: diagram", token.content] for token in tokens if token.type == "fence" and token.info == "mermaid"]
    if diagrams:
        if shutil.which("node") is None:
            raise CannotCheck("`node` is not installed: it runs Mermaid")
        done = subprocess.run(
            ["node", "check.mjs"], cwd=mermaid, input=json.dumps(diagrams), capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1):
            raise CannotCheck(f"Mermaid's parser failed:\n{done.stderr.strip()[-500:]}")
        found += done.stdout.strip().splitlines()
        if done.returncode == 1 and not done.stdout.strip():
            raise CannotCheck(f"Mermaid's parser failed:\n{done.stderr.strip()[-500:]}")
    return found


def inert(tokens):
    """HTML, images, and links to anything but the address that is shown."""
    for token in tokens:
        if token.type == "html_block":
            yield f"raw HTML: {token.content[:80]!r}"
        children = token.children or []
        for index, child in enumerate(children):
            if child.type in ("html_inline", "image"):
                yield f"{child.type}: {child.content[:80]!r}"
            if child.type == "link_open":
                address = child.attrGet("href")
                if child.markup != "autolink" or not address.startswith("https://"):
                    yield f"a link that hides its address: {address}"
                elif children[index + 1].type != "text":
                    yield f"a link without text: {address}"
            if child.type == "text" and re.search(r"https?://|www\.|(^|\s)@\w", child.content):
                before = children[index - 1] if index else None
                if before is None or before.type != "link_open":
                    yield f"GitHub would make a link of it: {child.content[:80]!r}"


def fences(tokens, lines):
    """Blocks of code that run to the end of the page."""
    for token in tokens:
        if token.type == "fence" and lines[token.map[1] - 1].strip() != token.markup:
            yield f"line {token.map[0] + 1}: the block of code is not closed"
        if token.type == "code_block":
            yield f"line {token.map[0] + 1}: text became a block of code by its indentation"


def tables(tokens, lines):
    """Rows with more or fewer cells than the head."""
    for token in tokens:
        if token.type == "table_open":
            rows = lines[token.map[0] : token.map[1]]
            cells = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
            if len(set(cells)) != 1:
                yield f"line {token.map[0] + 1}: rows of {sorted(set(cells))} bars"


def headings(tokens):
    """Levels that are left out, and sections of a root-cause report out of order."""
    found = [
        (int(token.tag[1]), tokens[index + 1].content) for index, token in enumerate(tokens) if token.type == "heading_open"
    ]
    if not found:
        yield "no heading"
        return
    for (above, _), (level, name) in zip(found, found[1:]):
        if level > above + 1:
            yield f"heading {name!r}: level {level} below level {above}"
    if not found[0][1].startswith(TITLE):
        return
    if [level for level, _ in found].count(1) != 1:
        yield "not one title"
    sections = [name for level, name in found if level == 2]
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown:
        yield f"unknown sections {unknown}"
    elif sections != sorted(sections, key=SECTIONS.index):
        yield f"sections out of order: {sections}"
    if sections[-1:] != SECTIONS[-1:]:
        yield f"the last section is {sections[-1:]}"

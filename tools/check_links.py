#!/usr/bin/env python3
"""Fails on a link or a path in a Markdown file that leads nowhere in this tree.

Checked are relative links with their anchors, and words in `backticks` that look like a path of
this project (src/..., docs/..., tools/..., tests/..., web/..., bench/..., cmake/...).

usage: check_links.py [ROOT]
"""
import re
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:src|docs|tools|tests|web|bench|cmake|\.ci)/[\w./-]*\w)/?`")
HEADING = re.compile(r"^#+ +(.*)$", re.M)
FENCE = re.compile(r"^ *```.*?^ *```", re.M | re.S)


def anchors_of(text):
    """As GitHub makes them: lower case, punctuation dropped, blanks to hyphens."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in HEADING.findall(FENCE.sub("", text))
    }


def check_link(root, file, target):
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    goal = (file.parent / path) if path else file
    if not goal.exists():
        return f"{target} does not exist"
    if anchor and goal.suffix == ".md" and anchor not in anchors_of(goal.read_text()):
        return f"{target} has no such heading"
    return None


def check_path(root, path):
    is_made = "NAME" in path or "build/" in path
    found = is_made or (root / path).exists() or any(root.glob(path + ".*"))
    return None if found else f"`{path}` does not exist"


def check_file(root, file):
    text = FENCE.sub(lambda m: "\n" * m[0].count("\n"), file.read_text())
    complaints = []
    for pattern, check in (
        (LINK, lambda target: check_link(root, file, target)),
        (PATH, lambda path: check_path(root, path)),
    ):
        for match in pattern.finditer(text):
            wrong = check(match[1])
            if wrong:
                line = text.count("\n", 0, match.start()) + 1
                complaints.append(f"{file.relative_to(root)}:{line}: {wrong}")
    return complaints


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard", "*.md"],
        check=True, capture_output=True, text=True,
    ).stdout
    complaints = [
        line
        for path in listed.split("\0")
        if path and (root / path).is_file()
        for line in check_file(root, root / path)
    ]
    for line in complaints:
        print(line, file=sys.stderr)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()

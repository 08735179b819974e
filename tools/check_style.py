#!/usr/bin/env python3
"""Holds every tracked file to docs/style.md, as far as words and lines can tell.

usage: check_style.py [ROOT]
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from cpp_text import without_literals

CODE = {".cpp", ".h", ".py", ".mjs", ".js", ".ts", ".tsx", ".css", ".cmake", ".sh"}
# Prettier folds these lines; what it leaves long are strings.
FOLDED = {".mjs", ".js", ".ts", ".tsx", ".css"}
SCRIPTS = {"dev", "setup", ".ci/run", "tools/pre-commit"}
MAX_COLUMNS = 100
MAX_LINES = {".h": 300, ".cpp": 600, ".py": 600, ".mjs": 600, ".js": 600, ".ts": 600}
MAX_KERNEL_LINES = 900
MAX_FILES_IN_FOLDER = 45
MAX_KERNEL_FILES = 60
MAX_BYTES = 1_500_000

BANNED = set(
    """manager handler helper helpers util utils processor controller service engine info data
    wrapper impl common misc""".split()
)
TYPE = re.compile(r"^\s*(?:class|struct|enum(?: class)?|union|concept|using)\s+([A-Z]\w*)", re.M)
SCRIPT_TYPE = re.compile(r"^\s*(?:export\s+)?(?:class|interface|type|enum)\s+([A-Z]\w*)", re.M)
GETTER = re.compile(r"(?<![.>\w])get_\w+\s*\(")
BANNER = re.compile(r"^\s*(?://|#)\s*[-=/*#]{4,}", re.M)
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b(\((?:soon|someday|perf)\):)?")
SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b")
# Composed, so that this file passes its own check.
FOREIGN = {
    "a path of one machine": re.compile(r"/(?:work/|tmp/bash_jobs|farm/|home/[a-z]|root/)"),
    "a registry's host": re.compile(
        "|".join(re.escape(a + b) for a, b in (("registry.", "npmjs"), ("deb.", "debian.org")))
    ),
}


def words_of(name):
    """`DataFile2` and `data_file` are both {data, file}."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return {part.lower() for part in re.split(r"[^A-Za-z]+", parts)}


def lines_matching(text, pattern):
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match


def check_name(path):
    return [
        f"{path}: \"{word}\" says nothing in a file name"
        for word in sorted(words_of(Path(path).stem) & BANNED)
    ]


def check_lock_file(path, text):
    packages = json.loads(text).get("packages", {})
    return [f"{path}: {name} is tied to a host" for name, at in packages.items() if "resolved" in at]


def check_length(path, suffix, text):
    limit = MAX_LINES.get(suffix)
    if suffix == ".cpp" and path.startswith("src/crdt/"):
        limit = MAX_KERNEL_LINES
    count = text.count("\n")
    return [f"{path}: {count} lines, at most {limit}"] if limit and count > limit else []


def check_columns(path, lines):
    return [
        f"{path}:{number}: {len(line)} columns, at most {MAX_COLUMNS}"
        for number, line in enumerate(lines, 1)
        if len(line) > MAX_COLUMNS
    ]


def check_todo(path, text):
    return [
        f"{path}:{number}: {match[1]} without TODO(soon|someday|perf):"
        for number, match in lines_matching(text, TODO)
        if not match[2] or match[1] != "TODO"
    ]


def check_types(path, text, pattern):
    return [
        f'{path}:{number}: "{word}" says nothing in the name of {match[1]}'
        for number, match in lines_matching(text, pattern)
        for word in sorted(words_of(match[1]) & BANNED)
    ]


def check_cpp(path, text):
    code = without_literals(text)
    complaints = check_types(path, code, TYPE)
    if path.endswith(".h"):
        if not text.startswith("// "):
            complaints.append(f"{path}:1: a header opens with what the thing is")
        if "#pragma once" not in text:
            complaints.append(f"{path}:1: no #pragma once")
    for number, match in lines_matching(code, GETTER):
        complaints.append(f"{path}:{number}: {match[0]}...): what answers is a noun, without get_")
    for number, _ in lines_matching(code, re.compile(r"\bGTEST_SKIP\b")):
        complaints.append(f"{path}:{number}: a test never skips itself")
    if "_test." in path:
        for number, match in lines_matching(code, SLEEP):
            complaints.append(f"{path}:{number}: {match[0]}: a test never sleeps")
    return complaints


def check_text(path, text):
    """Every rule for one file; `path` is relative to the root."""
    suffix = Path(path).suffix
    if Path(path).name == "package-lock.json":
        return check_lock_file(path, text)
    complaints = []
    for what, pattern in FOREIGN.items():
        for number, match in lines_matching(text, pattern):
            complaints.append(f"{path}:{number}: {match[0]} is {what}")
    if suffix in CODE or path in SCRIPTS or Path(path).name == "CMakeLists.txt":
        if suffix not in FOLDED:
            complaints += check_columns(path, text.splitlines())
        complaints += check_length(path, suffix, text)
        complaints += check_todo(path, text)
        for number, _ in lines_matching(text, BANNER):
            complaints.append(f"{path}:{number}: no section banners")
    if suffix in (".cpp", ".h"):
        complaints += check_cpp(path, text)
    elif suffix in (".ts", ".tsx"):
        complaints += check_types(path, text, SCRIPT_TYPE)
    return complaints


def check_file(root, path):
    content = (root / path).read_bytes()
    complaints = check_name(path)
    if len(content) > MAX_BYTES:
        complaints.append(f"{path}: {len(content)} bytes; generate it instead")
    try:
        return complaints + check_text(path, content.decode())
    except UnicodeDecodeError:
        return complaints


def check_folders(paths):
    counts = {}
    for path in paths:
        # Tests lie beside what they test; a folder with more of them is no harder to read.
        if path.startswith("src/") and "_test." not in path:
            folder = Path(path).parent.as_posix()
            counts[folder] = counts.get(folder, 0) + 1
    complaints = []
    for folder, count in counts.items():
        limit = MAX_KERNEL_FILES if folder.startswith("src/crdt") else MAX_FILES_IN_FOLDER
        if count > limit:
            complaints.append(f"{folder}: {count} files, at most {limit}")
    return complaints


def tracked_files(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for path in listed.split("\0") if path and (root / path).is_file()]


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    paths = tracked_files(root)
    complaints = check_folders(paths)
    for path in paths:
        if path.split("/")[-1] not in ("check_style.py", "check_style_test.py"):
            complaints += check_file(root, path)
    for line in complaints:
        print(line, file=sys.stderr)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()

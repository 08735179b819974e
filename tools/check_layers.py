#!/usr/bin/env python3
"""Holds the source tree to src/layers.txt.

A module includes only itself and the modules that its line names; nobody includes another module's
internal/; every file lies in a module; a library from outside is seen by the folders that own it;
pure modules include no header and make no call that reaches for the world.

usage: check_layers.py [ROOT]
"""
import re
import sys
from pathlib import Path

from cpp_text import without_comments, without_literals

IMPURE_HEADERS = set(
    """atomic chrono condition_variable coroutine cstdio ctime exception filesystem format fstream
    future iostream istream latch locale mutex ostream print random semaphore shared_mutex
    sstream stdexcept stop_token syncstream thread typeinfo stdio.h time.h unistd.h pthread.h
    fcntl.h errno.h signal.h netdb.h""".split()
)
IMPURE_FOLDERS = ("sys/", "netinet/", "arpa/", "linux/")
IMPURE_WORDS = {
    "reads a clock": r"\b(?:now|gettimeofday|clock_gettime|std::time|std::clock)\s*\(",
    "draws its own randomness": r"\b(?:rand|srand|random_device|arc4random|getrandom)\b\s*\(?",
    "reads the environment": r"\bgetenv\s*\(",
    "prints": r"\b(?:f?printf|puts|perror)\s*\(|\bstd::c(?:out|err|log)\b",
    "opens files": r"\bfopen\s*\(",
    "throws": r"\bthrow\b",
    "catches": r"\bcatch\s*\(",
    "uses RTTI": r"\b(?:dynamic_cast|typeid)\b",
    "sleeps": r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b",
}
# What each library from outside may be included from; tests may use the test libraries.
LIBRARIES = {
    "boost/unordered": {"server", "host", "net"},
    "boost/": {"net", "host"},
    "openssl/": {"net", "host"},
    "sqlite3.h": {"store/sqlite"},
    "spdlog/": {"host"},
    "prometheus/": {"host"},
    "CLI/": {"cli"},
    "rapidjson/": {"sync/dialects", "host", "cli"},
    "tl/": {"base"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def read_layers(path):
    """{module: (kind, allowed modules)}; complains about a name that does not stand above."""
    modules, complaints = {}, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        name, kind, allowed = words[0], words[1], words[2:]
        if kind not in ("pure", "io"):
            complaints.append(f"{path}:{number}: {name} is neither pure nor io")
        for other in allowed:
            if other not in modules:
                complaints.append(f"{path}:{number}: {name} names {other}, which is not above it")
            elif kind == "pure" and modules[other][0] == "io":
                complaints.append(f"{path}:{number}: pure {name} names {other}, which does I/O")
        modules[name] = (kind, set(allowed))
    return modules, complaints


def module_of(path, modules):
    """The module of a path relative to src/, or None. Only internal/ and folders of internal/ may
    lie below a module."""
    folder = Path(path).parent
    if folder.parent.name == "internal":
        folder = folder.parent
    if folder.name == "internal":
        folder = folder.parent
    return folder.as_posix() if folder.as_posix() in modules else None


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def is_below_internal(path):
    return Path(path).parent.parent.name == "internal"


def check_include(own, relative, target, modules):
    """What is wrong with `relative`, of `own`, including the quoted `target`, or None."""
    other = module_of(target, modules)
    if other is None:
        return f'"{target}" lies in no module'
    if other != own and other not in modules[own][1]:
        return f"{own} may not know {other}"
    if other != own and "/internal/" in target:
        return f'"{target}" is internal to {other}'
    if is_below_internal(relative) and "/internal/" in target and not is_below_internal(target):
        return f'"{target}" is above the folder below internal/ that asks for it'
    return None


def check_library(own, kind, header, is_test):
    if kind == "pure" and not is_test:
        if header in IMPURE_HEADERS or header.startswith(IMPURE_FOLDERS):
            return f"<{header}> has no place in a pure module"
    for prefix, owners in LIBRARIES.items():
        if header.startswith(prefix):
            return None if own in owners else f"<{header}> belongs to {', '.join(sorted(owners))}"
    return None


def check_file(path, relative, modules):
    own = module_of(relative, modules)
    if own is None:
        return [f"{path}: lies in no module of layers.txt"]
    kind = modules[own][0]
    is_test = "_test." in path.name
    complaints = []
    text = path.read_text()
    code = without_comments(text)
    for match in INCLUDE.finditer(code):
        if match[1] == '"':
            wrong = check_include(own, relative, match[2], modules)
        else:
            wrong = check_library(own, kind, match[2], is_test)
        if wrong:
            complaints.append(f"{path}:{line_of(code, match.start(1))}: {wrong}")
    if kind == "pure" and not is_test:
        words = without_literals(text)
        for sin, pattern in IMPURE_WORDS.items():
            for match in re.finditer(pattern, words):
                complaints.append(f"{path}:{line_of(words, match.start())}: pure code {sin}")
    return complaints


def check_tree(root):
    source = root / "src"
    modules, complaints = read_layers(source / "layers.txt")
    for path in sorted(source.rglob("*")):
        if path.suffix in (".h", ".cpp"):
            complaints += check_file(path, path.relative_to(source).as_posix(), modules)
    return complaints


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    complaints = check_tree(root)
    for line in complaints:
        print(line, file=sys.stderr)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()

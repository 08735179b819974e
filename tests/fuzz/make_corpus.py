#!/usr/bin/env python3
"""Seeds for the fuzz targets of updates, from the golden bytes that npm yjs wrote.

Writes them below a folder, one file each; libFuzzer keeps those that reach something new:

    tests/fuzz/make_corpus.py build/seeds
    for t in build/seeds/*; do
      n=$(basename $t); build/fuzz/fuzz/$n -merge=1 tests/fuzz/corpus/$n $t
    done
"""
import re
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def varuint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varbytes(content):
    return varuint(len(content)) + content


def updates():
    text = (ROOT / "tests/golden/yjs13.jsonl").read_text()
    v1 = {bytes.fromhex(found) for found in re.findall(r'"v1":"([0-9a-f]+)"', text)}
    v2 = {bytes.fromhex(found) for found in re.findall(r'"v2":"([0-9a-f]+)"', text)}
    return sorted(v1, key=len), sorted(v2, key=len)


def seeds():
    v1, v2 = updates()
    yield from (("update_v1", update) for update in v1)
    yield from (("update_v2", update) for update in v2)
    for at in range(0, len(v1) - 3, 3):
        yield "stored_row", b"".join(varbytes(row) for row in v1[at : at + 3])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, content in seeds():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / sha256(content).hexdigest()[:16]).write_bytes(content)


if __name__ == "__main__":
    main()

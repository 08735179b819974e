#!/usr/bin/env python3
"""Seeds for the fuzz targets, from the golden bytes that npm packages wrote.

Writes them below a folder, one file each; libFuzzer keeps those that reach something new:

    tests/fuzz/make_corpus.py build/seeds
    for t in build/seeds/*; do n=$(basename $t); build/fuzz/fuzz/$n -merge=1 tests/fuzz/corpus/$n $t; done
"""
import re
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COMMIT, TIME, GONE, DRAINED = (action << 2 for action in (4, 5, 6, 7))


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


def frames():
    text = (ROOT / "src/sync/golden_frames.h").read_text()
    found = re.findall(r'\{"(\w+)",\s*((?:"[0-9a-f]*"\s*)+)\}', text)
    return {name: bytes.fromhex(re.sub(r'["\s]', "", hexes)) for name, hexes in found}


def masked(opcode, payload, fin=True):
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    key = b"\x01\x02\x03\x04"
    body = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    return bytes([(0x80 if fin else 0) | opcode]) + length + key + body


def conversation(messages):
    """Everything said by two connections, with commits and time in between."""
    steps = bytearray()
    for at, message in enumerate(messages):
        steps += bytes([at & 1]) + varbytes(message)
        steps += bytes([COMMIT]) if at % 3 == 2 else b""
    return bytes(steps) + bytes([COMMIT, TIME, 200, DRAINED, GONE, TIME, 255])


def seeds():
    v1, v2 = updates()
    by_name = frames()
    talk = lambda start: [content for name, content in by_name.items() if name.startswith(start)]
    yield from (("update_v1", update) for update in v1)
    yield from (("update_v2", update) for update in v2)
    for start in ("y_", "h_writer", "h_reader", "h_session", "h_client", "h_c", "h_s"):
        yield "sync" if start == "y_" else "hocuspocus", conversation(talk(start))
    for content in talk("y_"):
        yield "sync", conversation([content, by_name["y_step1"]])
    for content in talk("h_"):
        yield "hocuspocus", conversation([content])
    for content in talk("awareness_"):
        yield "awareness", b"\x01" + varbytes(content) + b"\x1f" + varbytes(content)
    for at in range(0, len(v1) - 3, 3):
        yield "stored_row", b"".join(varbytes(row) for row in v1[at : at + 3])
    yield "websocket", b"\x02" + masked(2, by_name["y_step2"]) + masked(9, b"hi") + masked(10, b"")
    pieces = masked(1, "größe".encode(), fin=False) + masked(9, b"") + masked(0, b"!")
    yield "websocket", b"\x00" + pieces
    yield "websocket", b"\x06" + masked(2, b"x" * 300) + masked(8, b"\x03\xe8bye")
    yield "websocket", b"\x01" + masked(8, b"\x03") + masked(11, b"") + masked(1, b"\xff")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, content in seeds():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / sha256(content).hexdigest()[:16]).write_bytes(content)


if __name__ == "__main__":
    main()

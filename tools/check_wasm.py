#!/usr/bin/env python3
"""Fails if a wasm module imports anything: pure code asks nothing of the world. Fails also if it is
larger than it may be, compressed by gzip as a server would.

usage: check_wasm.py MODULE.wasm [BYTES]
"""
import gzip
import sys

IMPORT_SECTION = 2
KINDS = ("function", "table", "memory", "global", "tag")


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varuint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def take(self, count):
        self.at += count
        if self.at > len(self.data):
            raise ValueError("the module ends too early")
        return self.data[self.at - count : self.at]

    def name(self):
        return self.take(self.varuint()).decode()

    def limits(self):
        flags = self.varuint()
        self.varuint()
        if flags & 1:
            self.varuint()


def read_import(reader):
    text = f"{reader.name()}.{reader.name()}"
    kind = KINDS[reader.byte()]
    if kind == "function":
        reader.varuint()
    elif kind == "table":
        reader.byte()
        reader.limits()
    elif kind == "memory":
        reader.limits()
    elif kind == "global":
        reader.take(2)
    else:
        reader.byte()
        reader.varuint()
    return f"{kind} {text}"


def imports(module):
    reader = Reader(module)
    if reader.take(8) != b"\0asm\1\0\0\0":
        raise ValueError("not a wasm module")
    while reader.at < len(module):
        section, size = reader.byte(), reader.varuint()
        body = Reader(reader.take(size))
        if section == IMPORT_SECTION:
            return [read_import(body) for _ in range(body.varuint())]
    return []


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        module = file.read()
    flaws = [f"imports {line}" for line in imports(module)]
    if len(sys.argv) == 3:
        size = len(gzip.compress(module, 9))
        print(f"{len(module)} bytes, {size} by gzip -9")
        if size > int(sys.argv[2]):
            flaws.append(f"takes {size} bytes by gzip -9, more than {sys.argv[2]}")
    for flaw in flaws:
        print(f"{sys.argv[1]} {flaw}", file=sys.stderr)
    sys.exit(1 if flaws else 0)


if __name__ == "__main__":
    main()

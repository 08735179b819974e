#!/usr/bin/env python3
"""Puts the functions of a wasm module into an order in which it compresses better: gzip finds what
a function has in common with others only if they lie within 32 kB. What the module does stays.

usage: order_wasm.py IN.wasm OUT.wasm

The module must import nothing. Those that are called most come first, where their numbers are one
byte; then always the function that shares most of its bytes with those that came last.
"""
import collections
import sys

from check_wasm import Reader

FUNCTION, EXPORT, START, ELEMENT, CODE = 3, 7, 8, 9, 10
ONE_BYTE_NUMBERS = 128
WINDOW = 26000
GRAM = 6
# A function of few bytes resembles many; these count as if it had more of its own.
SMALL = 8
COMMON = 60  # what more functions than that have in common is found anyway

CALL, REF_FUNC = 0x10, 0xD2
# Immediates by opcode: u and s for numbers, b for a byte, 4 and 8 for so many bytes.
IMMEDIATES = {
    **dict.fromkeys((0x02, 0x03, 0x04), "s"),
    **dict.fromkeys((0x0C, 0x0D), "u"),
    **dict.fromkeys(range(0x20, 0x27), "u"),
    **dict.fromkeys(range(0x28, 0x3F), "uu"),
    **dict.fromkeys((0x3F, 0x40), "b"),
    **dict.fromkeys((0x41, 0x42), "s"),
    0x11: "uu",
    0x43: "4",
    0x44: "8",
    0xD0: "s",
}
PREFIX = 0xFC
PREFIXED = {
    **dict.fromkeys((9, 13, 15, 16, 17), "u"),
    **dict.fromkeys((12, 14), "uu"),
    8: "ub",
    10: "bb",
    11: "b",
}
PLAIN = {0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B, 0xD1, *range(0x45, 0xC5)}
BRANCH_TABLE = 0x0E


def varuint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def skip(reader, immediates):
    for kind in immediates:
        if kind in "us":
            reader.varuint()
        else:
            reader.take({"b": 1, "4": 4, "8": 8}[kind])


def skip_instruction(reader, opcode):
    if opcode == PREFIX:
        operation = reader.varuint()
        skip(reader, "" if operation < 8 else PREFIXED[operation])
    elif opcode == BRANCH_TABLE:
        skip(reader, "u" * (reader.varuint() + 1))
    elif opcode not in PLAIN:
        skip(reader, IMMEDIATES[opcode])


def pieces(body):
    """A body as bytes and numbers of functions in turn."""
    reader = Reader(body)
    for _ in range(reader.varuint()):
        skip(reader, "ub")
    found, start = [], 0
    while reader.at < len(body):
        opcode = reader.byte()
        if opcode in (CALL, REF_FUNC):
            found += [body[start : reader.at], reader.varuint()]
            start = reader.at
        else:
            skip_instruction(reader, opcode)
    return found + [body[start:]]


def renumbered(parts, numbers):
    return b"".join(varuint(numbers[p]) if isinstance(p, int) else p for p in parts)


class Similarity:
    """How much each function has in common with those that were taken last."""

    def __init__(self, bodies):
        grams = [{b[i : i + GRAM] for i in range(len(b) - GRAM + 1)} for b in bodies]
        count = collections.Counter(gram for own in grams for gram in own)
        self.grams = [{g for g in own if 1 < count[g] < COMMON} for own in grams]
        self.sizes = [len(body) for body in bodies]
        self.owners = collections.defaultdict(list)
        for number, own in enumerate(self.grams):
            for gram in own:
                self.owners[gram].append(number)
        self.shared = [0] * len(bodies)
        self.seen = collections.Counter()
        self.window = collections.deque()
        self.bytes = 0

    def note(self, number, step):
        self.bytes += step * self.sizes[number]
        for gram in self.grams[number]:
            was = self.seen[gram]
            self.seen[gram] += step
            if (was == 0) != (self.seen[gram] == 0):
                for owner in self.owners[gram]:
                    self.shared[owner] += step

    def take(self, number):
        self.window.append(number)
        self.note(number, 1)
        while self.bytes > WINDOW:
            self.note(self.window.popleft(), -1)

    def next_of(self, left):
        best = max(left, key=lambda n: (self.shared[n] / (len(self.grams[n]) + SMALL), -n))
        left.remove(best)
        self.take(best)
        return best


def order_of(parts, bodies):
    calls = collections.Counter(p for each in parts for p in each if isinstance(p, int))
    most = {number for number, _ in calls.most_common(ONE_BYTE_NUMBERS)}
    similarity = Similarity(bodies)
    order = []
    for left in (most, set(range(len(bodies))) - most):
        while left:
            order.append(similarity.next_of(left))
    return order


def read_list(body, read):
    reader = Reader(body)
    return [read(reader) for _ in range(reader.varuint())]


def sized(data):
    return varuint(len(data)) + data


def vector(items):
    return varuint(len(items)) + b"".join(items)


def export_section(body, numbers):
    def read(reader):
        name, kind, number = reader.take(reader.varuint()), reader.byte(), reader.varuint()
        return sized(name) + bytes([kind]) + varuint(numbers[number] if kind == 0 else number)

    return vector(read_list(body, read))


def element_section(body, numbers):
    def read(reader):
        start = reader.at
        if reader.varuint() != 0 or reader.byte() != 0x41:
            raise ValueError("an element segment is of a kind that clang does not write")
        reader.varuint()
        if reader.byte() != 0x0B:
            raise ValueError("the place of an element segment is not a number")
        head = body[start : reader.at]
        return head + vector([varuint(numbers[reader.varuint()]) for _ in range(reader.varuint())])

    return vector(read_list(body, read))


def sections_of(module):
    reader = Reader(module)
    header = reader.take(8)
    sections = []
    while reader.at < len(module):
        sections.append((reader.byte(), reader.take(reader.varuint())))
    return header, sections


def ordered(module):
    header, sections = sections_of(module)
    code = dict(sections)[CODE]
    bodies = read_list(code, lambda reader: reader.take(reader.varuint()))
    parts = [pieces(body) for body in bodies]
    order = order_of(parts, bodies)
    numbers = {old: new for new, old in enumerate(order)}
    types = read_list(dict(sections)[FUNCTION], Reader.varuint)
    rewritten = {
        FUNCTION: lambda body: vector([varuint(types[old]) for old in order]),
        EXPORT: lambda body: export_section(body, numbers),
        START: lambda body: varuint(numbers[Reader(body).varuint()]),
        ELEMENT: lambda body: element_section(body, numbers),
        CODE: lambda body: vector([sized(renumbered(parts[old], numbers)) for old in order]),
    }
    out = header
    for section, body in sections:
        out += bytes([section]) + sized(rewritten.get(section, bytes)(body))
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        module = ordered(file.read())
    with open(sys.argv[2], "wb") as file:
        file.write(module)


if __name__ == "__main__":
    main()

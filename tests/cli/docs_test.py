"""Compares docs/ with the real program: docs_test.py BINARY docs [--write-docs]"""

import pathlib
import subprocess
import sys
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()
DOCS = pathlib.Path(sys.argv[2])


class Docs(unittest.TestCase):
    """The tables in docs/ are those of the program. With --write-docs they become so."""

    def settings(self):
        return subprocess.run([BINARY, "settings"], capture_output=True, check=True,
                              timeout=60).stdout.decode()

    def assert_holds(self, document, mark, table):
        path = DOCS / document
        begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
        text = path.read_text()
        head, rest = text.split(begin)
        written, tail = rest.split(end)
        if "--write-docs" in sys.argv:
            path.write_text(head + begin + table + end + tail)
        else:
            self.assertEqual(written, table, "write it anew: docs_test.py BINARY docs --write-docs")

    def test_have_the_table_of_settings(self):
        self.assert_holds("operating.md", "settings", self.settings())

    def test_have_the_limits_of_sessions_and_rooms(self):
        first = "| `--max-room-name-bytes "
        rows = self.settings().split(first)
        self.assertEqual(len(rows), 2, "what sockets may cost stands before what rooms may cost")
        table = "| Option | Default | Why |\n|---|---|---|\n"
        for row in (first + rows[1]).splitlines():
            flag, _, default, why = row.strip("| ").split(" | ")
            name, unit = flag.strip("`-").split(" ")
            table += f"| `{name}` | {default.strip('`')} {unit} | {why} |\n"
        self.assert_holds("protocol.md", "limits", table)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

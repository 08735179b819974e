"""Runs the real program: cli_test.py BINARY docs [--write-docs]"""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()
DOCS = pathlib.Path(sys.argv[2])

DONE, FOUND_FAULT, USAGE, NOT_THERE, STORE_UNAVAILABLE = range(5)


def tidemark(*arguments, stdin=b"", env=None):
    return subprocess.run(
        [str(BINARY), *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, **(env or {})},
    )


class Commands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = self.folder / "data"

    def run_ok(self, *arguments, **keywords):
        done = tidemark(*arguments, **keywords)
        self.assertEqual(done.returncode, DONE, done.stderr.decode())
        return done.stdout.decode()

    def refuse(self, code, *arguments, **keywords):
        done = tidemark(*arguments, **keywords)
        self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
        return done.stderr.decode()

    def import_text(self, name, text, *more):
        return self.run_ok("doc", "import", "--data", self.data, name, "-", "-f", "text", *more,
                           stdin=text.encode())

    def export(self, name, form, *more):
        return self.run_ok("doc", "export", "--data", self.data, name, "-f", form, *more)

    def test_tells_version_and_help(self):
        self.assertRegex(self.run_ok("--version"), r"^tidemark \d+\.\d+\.\d+\n$")
        text = self.run_ok("--help")
        for word in ("serve", "doc", "inspect", "doctor", "backup"):
            self.assertIn(word, text)
        self.assertIn("--listen", self.run_ok("serve", "--help"))

    def test_says_what_is_wrong_with_a_command_line(self):
        self.assertIn("doctor", self.refuse(USAGE))
        self.assertIn('no command "dance"', self.refuse(USAGE, "dance"))
        self.assertIn("list, show", self.refuse(USAGE, "doc", "dance"))
        self.assertIn("tidemark doc list --help",
                      self.refuse(USAGE, "doc", "list", "--colour", "blue"))
        for wrong in ("many", "0", "99999999999999999999"):
            self.assertIn("max-rooms", self.refuse(USAGE, "serve", "--max-rooms", wrong))
        self.assertIn("year", self.refuse(USAGE, "serve", "--room-idle-ms", "100000000M"))

    def test_folds_its_help(self):
        for command in (["serve"], ["doc", "import"], ["inspect"]):
            for line in self.run_ok(*command, "--help").splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_reads_and_writes_pipes(self):
        self.import_text("a", "one")
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
            self.export("a", "text", pipe)
            self.assertEqual(reader.communicate()[0], b"one")
        self.assertTrue(pipe.is_fifo(), "it is not replaced by a file")
        with subprocess.Popen(["sh", "-c", f"echo two >{pipe}"]):
            self.run_ok("doc", "import", "--data", self.data, "b", pipe, "-f", "text")
        self.assertEqual(self.export("b", "text"), "two\n")

    def test_text_goes_in_and_out(self):
        self.import_text("notes", "héllo 😀 world")
        self.assertEqual(self.export("notes", "text"), "héllo 😀 world")
        self.import_text("notes", "héllo 😁 wörld")
        self.assertEqual(self.export("notes", "text"), "héllo 😁 wörld")
        self.assertIn("already", self.import_text("notes", "héllo 😁 wörld"))

    def test_json_goes_in_and_out(self):
        content = {"list": [1, "two", None], "map": {"a": {"b": True}}, "text": "abc"}
        self.run_ok("doc", "import", "--data", self.data, "j", "-", "-f", "json",
                    stdin=json.dumps(content).encode())
        self.assertEqual(json.loads(self.export("j", "json")), content)
        self.run_ok("doc", "import", "--data", self.data, "j", "-", "-f", "json",
                    stdin=b'{"map":{"c":2},"list":[1,"two",3]}')
        content["map"]["c"] = 2
        content["list"] = [1, "two", 3]
        self.assertEqual(json.loads(self.export("j", "json")), content)

    def test_xml_goes_in_and_out(self):
        xml = '<paragraph align="left">one &amp; two</paragraph><hr></hr>'
        self.run_ok("doc", "import", "--data", self.data, "x", "-", "-f", "xml",
                    stdin=xml.encode())
        self.assertIn('<paragraph align="left">', self.export("x", "xml"))
        self.assertEqual(self.export("x", "text"), "one & two\n")
        self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "x", "-", "-f", "xml",
                    stdin=b"<a><b></a>")

    def test_updates_merge_in_both_formats(self):
        self.import_text("a", "from a")
        for form in ("update-v1", "update-v2"):
            file = self.folder / form
            self.export("a", form, file)
            self.run_ok("doc", "import", "--data", self.data, "b", file)
            self.assertEqual(self.export("b", "text"), "from a")
        listed = json.loads(self.run_ok("doc", "list", "--data", self.data, "--json"))
        sizes = {one["name"]: one["logRows"] for one in listed["documents"]}
        self.assertEqual(sizes, {"a": 1, "b": 1}, "the second import told nothing new")

    def test_refuses_input_that_is_no_update(self):
        message = self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "a", "-",
                              stdin=b"\x05hello")
        self.assertIn("--format", message)
        self.refuse(NOT_THERE, "doc", "show", "--data", self.data, "a")
        self.refuse(NOT_THERE, "doc", "import", "--data", self.data, "a", self.folder / "nothing")

    def test_lists_and_shows(self):
        self.import_text("b", "two")
        self.import_text("a\nb", "one")
        text = self.run_ok("doc", "list", "--data", self.data)
        self.assertIn("a\\x0ab\n", text)
        self.assertEqual(len(text.splitlines()), 2)
        self.assertEqual(len(self.run_ok("doc", "list", "--data", self.data, "--prefix",
                                         "b").splitlines()), 1)
        self.assertIn("two", self.run_ok("doc", "show", "--data", self.data, "b"))
        shown = json.loads(self.run_ok("doc", "show", "--data", self.data, "b", "--json"))
        self.assertEqual(shown["content"], {"text": "two"})

    def test_deletes_when_told_so(self):
        self.import_text("a", "one")
        self.refuse(USAGE, "doc", "delete", "--data", self.data, "a")
        self.run_ok("doc", "show", "--data", self.data, "a")
        self.run_ok("doc", "delete", "--data", self.data, "a", "--yes")
        self.refuse(NOT_THERE, "doc", "show", "--data", self.data, "a")
        self.refuse(NOT_THERE, "doc", "delete", "--data", self.data, "a", "--yes")

    def test_inspects_files_and_documents(self):
        self.import_text("a", "hello world")
        self.import_text("a", "hello")
        file = self.folder / "a.v2"
        self.export("a", "update-v2", file)
        for target in (["a", "--data", self.data], [file]):
            seen = json.loads(self.run_ok("inspect", *target, "--json"))
            self.assertEqual(seen["clients"], 1)
            self.assertEqual(seen["units"], 11)
            self.assertEqual(seen["deletedUnits"], 6)
            self.assertEqual(seen["roots"]["text"]["length"], 5)
            self.assertIn("tombstones", self.run_ok("inspect", *target))
        self.refuse(FOUND_FAULT, "inspect", "-", stdin=b"\xff\xff")
        self.assertIn("no file nothing",
                      self.refuse(STORE_UNAVAILABLE, "inspect", "nothing", "--data", "nowhere"))

    def test_a_fault_in_one_document_is_named(self):
        self.import_text("good", "11111111")
        self.import_text("bad", "22222222")
        self.assertIn("all of them load", self.run_ok("doctor", "--data", self.data))
        database = self.data / "tidemark.db"
        before = database.read_bytes().replace(b"22222222", b"22322222")
        database.write_bytes(before)
        done = tidemark("doctor", "--data", self.data, "--json")
        self.assertEqual(done.returncode, FOUND_FAULT, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual({one["document"] for one in found["damaged"]}, {"bad"})
        self.assertEqual(database.read_bytes(), before, "nothing is repaired in place")
        self.refuse(FOUND_FAULT, "doc", "export", "--data", self.data, "bad", "-f", "text")
        self.assertEqual(self.export("good", "text"), "11111111")
        self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "bad", "-", "-f", "text",
                    stdin=b"over it")

    def test_stores_of_every_version_are_sound_and_exported(self):
        golden = DOCS.parent / "tests/golden/store"
        files = sorted(golden.glob("version_*.db"))
        self.assertTrue(files)
        self.data.mkdir()
        for file in files:
            shutil.copy(file, self.data / "tidemark.db")
            self.assertIn("4 documents", self.run_ok("doctor", "--data", self.data))
            self.assertEqual(self.export("snapshot and tail", "text"), "hi yo!")

    def test_a_backup_never_replaces_a_file(self):
        self.import_text("a", "one")
        file = self.folder / "newer.db"
        self.run_ok("backup", "--data", self.data, file)
        self.assertTrue(file.exists())
        self.refuse(FOUND_FAULT, "backup", "--data", self.data, file)

    def test_backups_are_stores(self):
        self.import_text("a", "one")
        other = self.folder / "other"
        other.mkdir()
        self.run_ok("backup", "--data", self.data, other / "tidemark.db")
        self.assertEqual(self.run_ok("doc", "export", "--data", other, "a", "-f", "text"), "one")

    def test_refuses_stores_that_it_cannot_use(self):
        self.refuse(STORE_UNAVAILABLE, "doc", "list", "--data", self.folder / "nothing")
        self.import_text("a", "one")
        with sqlite3.connect(self.data / "tidemark.db") as database:
            database.execute("PRAGMA user_version=99")
        database.close()
        self.assertIn("newer", self.refuse(STORE_UNAVAILABLE, "doc", "list", "--data", self.data))

    def test_settings_have_their_order(self):
        self.import_text("a", "one")
        config = self.folder / "config.toml"
        config.write_text(f'data = "{self.data}"\nlisten = ["127.0.0.1:1", "[::1]:2"]\n')
        self.assertIn("  a\n", self.run_ok("doc", "list", "--config", config))
        empty = self.folder / "empty"
        self.refuse(STORE_UNAVAILABLE, "doc", "list", "--config", config,
                    env={"TIDEMARK_DATA": str(empty)})
        self.assertIn("  a\n", self.run_ok("doc", "list", "--data", self.data,
                                           env={"TIDEMARK_DATA": str(empty)}))
        self.assertIn("  a\n", self.run_ok("doc", "list", env={"TIDEMARK_CONFIG": str(config)}))
        config.write_text("dta = 1\n")
        self.assertIn("dta", self.refuse(USAGE, "doc", "list", "--config", config))

    def test_refuses_to_serve_strangers_unasked(self):
        message = self.refuse(USAGE, "serve", "--data", self.data, "--listen", "0.0.0.0:0")
        self.assertIn("--open", message)

    def test_reads_beside_a_server_and_does_not_write(self):
        self.import_text("a", "one")
        server = subprocess.Popen(
            [str(BINARY), "serve", "--data", str(self.data), "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE)
        try:
            self.assertIn(b"http://127.0.0.1:", server.stdout.readline())
            self.assertEqual(self.export("a", "text"), "one")
            self.run_ok("doctor", "--data", self.data)
            message = self.refuse(STORE_UNAVAILABLE, "doc", "delete", "--data", self.data, "a",
                                  "--yes")
            self.assertIn(str(server.pid), message)
        finally:
            server.terminate()
            self.assertEqual(server.wait(timeout=30), 0)
            server.stdout.close()
        self.run_ok("doc", "delete", "--data", self.data, "a", "--yes")


class Docs(unittest.TestCase):
    """The tables in docs/ are those of the program. With --write-docs they become so."""

    def settings(self):
        return tidemark("settings").stdout.decode()

    def assert_holds(self, document, mark, table):
        path = DOCS / document
        begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
        text = path.read_text()
        head, rest = text.split(begin)
        written, tail = rest.split(end)
        if "--write-docs" in sys.argv:
            path.write_text(head + begin + table + end + tail)
        else:
            self.assertEqual(written, table, "write it anew: cli_test.py BINARY docs --write-docs")

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

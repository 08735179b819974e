"""Runs the real program: cli_test.py BINARY docs"""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from xml.etree import ElementTree

BINARY = pathlib.Path(sys.argv[1]).resolve()
DOCS = pathlib.Path(sys.argv[2])

DONE, FOUND_FAULT, USAGE, NOT_THERE, STORE_UNAVAILABLE = range(5)


def tidemark(*arguments, stdin=b"", env=None):
    return subprocess.run(
        [str(BINARY), *(one if isinstance(one, bytes) else str(one) for one in arguments)],
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
        self.assertEqual(self.run_ok("-V"), self.run_ok("--version"))
        text = self.run_ok("--help")
        self.assertEqual(self.run_ok("help"), text)
        self.assertEqual(self.run_ok("help", "doc", "list"), self.run_ok("doc", "list", "--help"))
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
        for limit, most in (("--max-nesting", 256), ("--max-room-name-bytes", 1024)):
            self.assertIn(f"{most} or less", self.refuse(USAGE, "serve", limit, str(most + 1)))
            self.assertIn("too large", self.refuse(USAGE, "serve", limit, "9" * 20))
        self.assertIn("K, M or G", self.refuse(USAGE, "serve", "--max-rooms", "10kb"))
        self.assertIn("year", self.refuse(USAGE, "serve", "--room-idle-ms", "100000000M"))

    def test_refuses_times_that_would_be_over_at_once(self):
        rows = re.findall(r"`--([a-z-]+-ms) ms`.* At least (\d+)\. \|", self.run_ok("settings"))
        self.assertGreaterEqual(len(rows), 13)
        self.assertEqual(len(rows), self.run_ok("settings").count("-ms ms`"))
        for name, least in rows:
            for wrong in {"0", str(int(least) - 1)}:
                message = self.refuse(USAGE, "serve", "--" + name, wrong)
                self.assertIn("--" + name, message)
                self.assertIn(f"{least} or more", message)

    def test_refuses_settings_that_contradict_one_another(self):
        message = self.refuse(USAGE, "serve", "--idle-deadline-ms", "20000")
        self.assertIn("ping-interval-ms (25000) must be below idle-deadline-ms (20000)", message)
        message = self.refuse(USAGE, "serve", "--queue-soft-bytes", "8m")
        self.assertIn("must not be above queue-hard-bytes (4194304)", message)

    def test_refuses_origins_that_no_browser_sends(self):
        for wrong, why in (("app.example", "scheme"), ("https://*.example", "patterns"),
                           ("https://app.example/editor", "path"), ("wss://app.example", "http"),
                           ("https://", "host"), ("https://app.example:0", "port")):
            message = self.refuse(USAGE, "serve", "--origin", wrong)
            self.assertIn("--origin", message)
            self.assertIn(why, message)

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

    def test_xml_is_well_formed_and_comes_back(self):
        xml = ('<doc Kind="a&quot;&lt;b&amp;&#10;c"><bulletList>x&lt;y&amp;z<b> </b>'
               '&quot;q&quot; ]]&gt;</bulletList></doc>')
        self.run_ok("doc", "import", "--data", self.data, "x", "-", "-f", "xml",
                    stdin=xml.encode())
        once = self.export("x", "xml")
        element = ElementTree.fromstring(xml.replace("<b> </b>", ""))
        read = ElementTree.fromstring(once)
        self.assertEqual(read.attrib, {"Kind": 'a"<b&\nc'})
        self.assertEqual(read.attrib, element.attrib)
        self.assertEqual(self.export("x", "text"), 'x<y&z"q" ]]>\n')
        self.run_ok("doc", "import", "--data", self.data, "again", "-", "-f", "xml",
                    stdin=once.encode())
        self.assertEqual(self.export("again", "xml"), once)
        plain = json.loads(self.export("x", "json"))
        self.assertEqual(json.loads(self.export("again", "json")), plain)
        spaced = "<p>one</p><p>&#32;&#9;</p>"
        self.run_ok("doc", "import", "--data", self.data, "s", "-", "-f", "xml",
                    stdin=spaced.encode())
        self.assertEqual(self.export("s", "xml"), spaced)

    def test_chooses_among_the_roots_that_fit_the_format(self):
        self.run_ok("doc", "import", "--data", self.data, "a", "-", "-f", "xml", stdin=b"<p>x</p>")
        self.import_text("a", "one", "--root", "text")
        self.assertEqual(self.export("a", "xml"), "<p>x</p>")
        message = self.refuse(USAGE, "doc", "export", "--data", self.data, "a", "-f", "text")
        self.assertIn("(default, text)", message)
        self.assertIn("of type text",
                      self.refuse(USAGE, "doc", "export", "--data", self.data, "a", "-f", "xml",
                                  "--root", "text"))
        self.run_ok("doc", "import", "--data", self.data, "a", "-", "-f", "xml", "--root", "more",
                    stdin=b"<p>y</p>")
        self.assertIn("XML (default, more)",
                      self.refuse(USAGE, "doc", "export", "--data", self.data, "a", "-f", "xml"))

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
        self.import_text("b", "one")
        self.refuse(NOT_THERE, "doc", "show", "--data", self.data, "a")
        self.refuse(NOT_THERE, "doc", "import", "--data", self.data, "a", self.folder / "nothing")

    def test_refuses_bytes_behind_an_update(self):
        self.import_text("a", "hello")
        first, second = self.folder / "first", self.folder / "second"
        self.export("a", "update-v1", first)
        self.export("a", "update-v2", second)
        for file, told, hint in ((second, "update-v1", "V2"), (first, "update-v2", "V1")):
            message = self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "b", file,
                                  "--format", told)
            self.assertIn(f"is it {hint}?", message)
            self.refuse(NOT_THERE, "doc", "show", "--data", self.data, "b")
        longer = first.read_bytes() + b"abc"
        message = self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "b", "-", "-f",
                              "update-v1", stdin=longer)
        self.assertIn("3 bytes follow the update", message)
        message = self.refuse(FOUND_FAULT, "inspect", "-", stdin=longer)
        self.assertIn("3 bytes follow the update", message)
        self.assertNotIn("--format", message)

    def test_tells_what_waits_for_other_updates(self):
        # One character at clock 1 of a client whose clock 0 is not there.
        update = bytes([1, 1, 1, 1, 4, 1, 4]) + b"text" + bytes([1]) + b"x" + bytes([0])
        for told in ([], ["-f", "update-v1"]):
            done = tidemark("doc", "import", "--data", self.data, "a", "-", *told, stdin=update)
            self.assertEqual(done.returncode, DONE)
            self.assertIn("1 block and 0 deletions that wait", done.stderr.decode())
        done = tidemark("inspect", "-", stdin=update)
        self.assertEqual(done.returncode, DONE)
        self.assertIn("waits", done.stderr.decode())
        self.assertIn("pending     1 block,", done.stdout.decode())

    def test_makes_a_store_only_for_what_goes_into_it(self):
        for form, wrong in (("text", b"\xff"), ("json", b"{"), ("xml", b"<a>"),
                            ("update-v1", b"x")):
            self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "a", "-", "-f", form,
                        stdin=wrong)
            self.assertFalse(self.data.exists(), form)
        self.refuse(STORE_UNAVAILABLE, "doc", "delete", "--data", self.data, "a", "--yes")
        self.assertFalse(self.data.exists())
        self.assertIn(f"new store in {self.data}", self.import_text("a", "one"))
        self.assertNotIn("new store", self.import_text("b", "two"))
        self.assertNotIn("Serving", self.run_ok("inspect", "--help"))
        self.assertIn("if missing", self.run_ok("doc", "import", "--help"))

    def test_lists_and_shows(self):
        self.import_text("b", "two")
        self.import_text("a-b", "one")
        # A name that is no longer given to documents, but was.
        with sqlite3.connect(self.data / "tidemark.db") as database:
            database.execute("UPDATE documents SET name = 'a\nb' WHERE name = 'a-b'")
        database.close()
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

    def test_counts_one_as_one(self):
        self.run_ok("doc", "import", "--data", self.data, "m", "-", "-f", "json",
                    stdin=b'{"map":{"key":1}}')
        seen = self.run_ok("inspect", "m", "--data", self.data)
        self.assertIn('"map" (map), 1 key\n', seen)
        self.assertNotRegex(seen, r"\b1 (units|keys|blocks|ranges)\b")
        self.assertNotIn("bytes)", seen.splitlines()[0])
        self.import_text("long", "x" * 2000)
        self.assertIn("bytes)", self.run_ok("inspect", "long", "--data", self.data))

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
            lines = self.run_ok("inspect", *target, "--blocks").splitlines()
            self.assertRegex(lines[0] + lines[-1], r'in "text" "hello"deletes \d+:5\+6$')
            listed = json.loads(self.run_ok("inspect", *target, "--blocks", "--json"))
            self.assertEqual(listed["blocks"][0]["text"], "hello")
            self.assertEqual(sum(block["length"] for block in listed["blocks"]), 11)
            self.assertEqual([one["length"] for one in listed["deletes"]], [6])
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
        self.assertEqual([one["document"] for one in found["damaged"]], ["bad"])
        text = tidemark("doctor", "--data", self.data).stdout.decode()
        self.assertIn("1 damaged place.", text)
        self.assertEqual(text.count("bad"), 1, "the name is told once")
        self.assertEqual(database.read_bytes(), before, "nothing is repaired in place")
        message = self.refuse(FOUND_FAULT, "doc", "export", "--data", self.data, "bad", "-f",
                              "text")
        self.assertIn("`tidemark doctor`", message)
        self.assertEqual(self.export("good", "text"), "11111111")
        self.refuse(FOUND_FAULT, "doc", "import", "--data", self.data, "bad", "-", "-f", "text",
                    stdin=b"over it")

    def test_a_torn_page_is_told_once_and_sends_nobody_in_a_circle(self):
        self.import_text("a", "one")
        database = self.data / "tidemark.db"
        content = bytearray(database.read_bytes())
        content[8192:8292] = b"\xff" * 100
        database.write_bytes(content)
        done = tidemark("doctor", "--data", self.data)
        self.assertEqual(done.returncode, FOUND_FAULT, done.stderr)
        self.assertNotIn("run `tidemark doctor`", done.stdout.decode())
        self.assertNotIn("0 documents", done.stdout.decode())
        lines = done.stdout.decode().splitlines()
        self.assertEqual(len(lines), len(set(lines)))

    def test_serving_a_damaged_store_says_so(self):
        self.import_text("a", "one")
        database = self.data / "tidemark.db"
        sound = database.read_bytes()
        size = int.from_bytes(sound[16:18], "big")
        with sqlite3.connect(database) as opened:
            roots = dict(opened.execute("SELECT name, rootpage FROM sqlite_schema"))
        opened.close()
        for table in (None, "documents", "document_updates", "counters"):
            content = bytearray(sound)
            if table is not None:
                at = (roots[table] - 1) * size
                content[at:at + 100] = b"\xff" * 100
            database.write_bytes(content)
            with subprocess.Popen([str(BINARY), "serve", "--data", str(self.data), "--listen",
                                   "127.0.0.1:0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as server:
                server.stdout.readline()
                server.terminate()
                log = server.communicate(timeout=30)[1].decode()
            if table is None:
                self.assertEqual(log, "")
            else:
                self.assertIn("event=store_damaged", log, table)
                self.assertIn("run `tidemark doctor`", log)

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
        before = file.read_bytes()
        self.assertIn("exists", self.refuse(USAGE, "backup", "--data", self.data, file))
        self.assertEqual(file.read_bytes(), before)
        self.assertIn("exists", self.refuse(USAGE, "backup", "--data", self.data, self.folder))

    def test_tells_apart_what_an_import_finds(self):
        self.assertIn("is a directory", self.refuse(USAGE, "doc", "import", "--data", self.data,
                                                    "a", self.folder))
        told = self.import_text("a", "")
        self.assertIn('no document "a" was made', told)
        self.assertNotIn("already", told)
        self.refuse(NOT_THERE, "doc", "show", "--data", self.data, "a")
        self.import_text("a", "one")
        self.assertRegex(self.run_ok("doc", "list", "--data", self.data),
                         r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ ")

    def test_an_answer_of_no_is_no_success(self):
        self.import_text("a", "one")
        primary, terminal = os.openpty()
        command = [str(BINARY), "doc", "delete", "--data", str(self.data), "a"]
        with subprocess.Popen(command, stdin=terminal, stderr=subprocess.PIPE) as asked:
            os.write(primary, b"n\n")
            self.assertIn(b"Nothing was deleted", asked.communicate(timeout=30)[1])
        os.close(primary)
        os.close(terminal)
        self.assertEqual(asked.returncode, FOUND_FAULT)
        self.run_ok("doc", "show", "--data", self.data, "a")

    def test_imports_only_under_names_that_are_served(self):
        for name, why in (("a\nb", "control character"), ("\x7f", "control character"),
                          ("a/../b", "segment"), (".", "segment"), ("", "empty"),
                          (b"\xff", "UTF-8"), ("x" * 1025, "1024 bytes")):
            done = tidemark("doc", "import", "--data", self.data, name, "-", "-f", "text",
                            stdin=b"text")
            self.assertIn(done.returncode, (1, 2), done.stderr)
            self.assertIn(why, done.stderr.decode(errors="replace"), name)
        self.import_text("täglich/..a", "served")

    def test_survives_types_that_nest_without_end(self):
        def varint(number):
            out = b""
            while number > 0x7F:
                out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
            return out + bytes([number])

        def nested(type_and_name, depth):
            first = b"\x07\x01\x01r" + type_and_name
            rest = [b"\x07\x00\x01" + varint(n) + type_and_name for n in range(depth - 1)]
            return b"\x01" + varint(depth) + b"\x01\x00" + first + b"".join(rest) + b"\x00"

        depth = 100_000
        for name, type_and_name in (("arrays", b"\x00"), ("elements", b"\x03\x01p")):
            self.run_ok("doc", "import", "--data", self.data, name, "-", "-f", "update-v1",
                        stdin=nested(type_and_name, depth))
            self.run_ok("doc", "show", "--data", self.data, name)
            self.run_ok("doc", "show", "--data", self.data, name, "--json")
            self.run_ok("inspect", "--data", self.data, name)
            copy = self.folder / f"{name}.v1"
            self.run_ok("doc", "export", "--data", self.data, name, copy)
            self.assertEqual(copy.read_bytes(), nested(type_and_name, depth))
        self.run_ok("doctor", "--data", self.data)
        told = self.refuse(1, "doc", "export", "--data", self.data, "arrays", "-f", "json")
        self.assertIn("update-v1", told)
        self.assertEqual(self.export("elements", "xml"), "<p>" * depth + "</p>" * depth)
        self.assertEqual(self.export("elements", "text"), "")

    def test_an_export_replaces_a_file_only_when_told_so(self):
        self.import_text("a", "one")
        file = self.folder / "a.txt"
        file.write_text("mine")
        message = self.refuse(USAGE, "doc", "export", "--data", self.data, "a", file)
        self.assertIn("--force", message)
        self.assertEqual(file.read_text(), "mine")
        self.run_ok("doc", "export", "--data", self.data, "a", file, "--force")
        self.assertEqual(file.read_text(), "one")

    def test_a_store_that_does_not_open_is_told_alike_by_all(self):
        self.data.mkdir()
        database = self.data / "tidemark.db"
        file = self.folder / "a.txt"
        file.write_text("one")
        commands = (["doc", "list"], ["doctor"], ["inspect", "a"], ["doc", "import", "a", file],
                    ["doc", "delete", "a", "--yes"], ["backup", self.folder / "copy.db"],
                    ["serve", "--listen", "127.0.0.1:0"])
        for command in commands:
            database.write_bytes(bytes(range(256)) * 16)
            message = self.refuse(STORE_UNAVAILABLE, *command, "--data", self.data)
            self.assertIn("not a Tidemark store", message)
            database.write_bytes(b"")
            wal = self.data / "tidemark.db-wal"
            wal.write_bytes(b"a log")
            message = self.refuse(STORE_UNAVAILABLE, *command, "--data", self.data)
            self.assertIn("missing or empty", message)
            wal.unlink()
            message = self.refuse(STORE_UNAVAILABLE, *command, "--data", self.data)
            self.assertIn("is empty", message)
            self.assertEqual(database.stat().st_size, 0, "it is not filled either")
        self.assertFalse((self.folder / "copy.db").exists())

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

    def test_reads_flat_toml(self):
        self.import_text("a", "one")
        config = self.folder / "config.toml"
        config.write_text(
            f"\ufeff# where\r\n\n\"data\" = '{self.data}' # here\nmax-rooms=500\nopen = false\n"
            'listen = [\n  "127.0.0.1:1", # one\n  "[::1]:2",\n]\nkey = "a\\\\b \\"c\\""')
        self.assertIn("  a\n", self.run_ok("doc", "list", "--config", config))

    def test_names_the_line_of_a_fault_in_the_config_file(self):
        config = self.folder / "config.toml"
        for text, line, words in (
            ('\nlisten = "localhost:5001\n', 2, "quote not closed"),
            ('data "x"\n', 1, '= missing after "data"'),
            ("# one\n\ndta = 1\n", 3, "did you mean data?"),
            ('listen = [\n"a",\n"b"\n', 1, "[ is not closed"),
            ('listen = ["a" "b"]\n', 1, ", or ] missing"),
            ("data =\n", 1, "a value is missing"),
            ("listen = []\n", 1, "a value is missing"),
            ('data = ["a", "b"]\n', 1, "one value"),
            ('data = "a" "b"\n', 1, "more follows"),
            ('data = "a"\ndata = "b"\n', 2, "line 1"),
            ('data = "a\\q"\n', 1, "escape"),
            ("max-rooms = 1\n[serve]\nopen = true\n", 2, "no sections"),
            ("max-rooms = many\n", 1, "not a number"),
        ):
            config.write_text(text)
            message = self.refuse(USAGE, "doc", "list", "--config", config)
            self.assertIn(f"{config}:{line}: ", message)
            self.assertIn(words, message)

    def test_tells_of_variables_that_are_no_settings(self):
        self.import_text("a", "one")
        done = tidemark("doc", "list", "--data", self.data,
                        env={"TIDEMARK_LISTN": "localhost:1", "TIDEMARK_PORT": "tcp://10.0.0.1"})
        self.assertEqual(done.returncode, DONE)
        message = done.stderr.decode()
        self.assertIn("TIDEMARK_LISTN is no setting and is ignored; did you mean TIDEMARK_LISTEN?",
                      message)
        self.assertIn("TIDEMARK_PORT is no setting", message)
        done = tidemark("doc", "list", "--data", self.data,
                        env={"TIDEMARK_SHARED": "a", "TIDEMARK_ORIGIN": "https://a.example"})
        self.assertEqual(done.stderr, b"")

    def test_says_which_option_was_meant(self):
        message = self.refuse(USAGE, "serve", "--lisen", "localhost:1")
        self.assertIn("`tidemark serve` has no option --lisen; did you mean --listen?", message)
        self.assertIn("did you mean --format?",
                      self.refuse(USAGE, "doc", "export", "--fromat=text"))
        self.assertNotIn("did you mean", self.refuse(USAGE, "doctor", "--colour"))
        self.assertIn('with "one" "two"', self.refuse(USAGE, "doc", "list", "one", "two"))

    def test_names_the_half_of_tls_that_is_missing(self):
        for given, missing in (("--key", "--certificate"), ("--certificate", "--key")):
            message = self.refuse(USAGE, "serve", "--data", self.data, given, "x.pem")
            self.assertIn(missing + " is missing", message)

    def test_says_that_a_certificate_has_another_key(self):
        for name in ("one", "two"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                            "-keyout", self.folder / f"{name}.key", "-out",
                            self.folder / f"{name}.pem"], check=True, capture_output=True)
        message = self.refuse(USAGE, "serve", "--data", self.data, "--certificate",
                              self.folder / "one.pem", "--key", self.folder / "two.key")
        self.assertIn("do not belong together", message)

    def test_says_what_is_in_the_way_of_a_folder(self):
        file = self.folder / "file"
        file.write_text("")
        message = self.refuse(STORE_UNAVAILABLE, "serve", "--data", file / "data", "--listen",
                              "127.0.0.1:0")
        self.assertIn("no folder", message)
        self.assertNotIn("room", message)

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

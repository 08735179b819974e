#!/usr/bin/env python3
"""Plants each violation that check_style.py is for and expects it to be reported."""
import unittest

import check_style


class CheckStyle(unittest.TestCase):
    def assert_clean(self, path, text):
        self.assertEqual(check_style.check_text(path, text), [])

    def assert_reports(self, path, text, expected):
        found = check_style.check_text(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_accepts_a_plain_header(self):
        self.assert_clean("src/base/a.h", "// A thing.\n#pragma once\nclass Room {};\n")

    def test_reports_long_lines(self):
        self.assert_clean("src/base/a.cpp", "x" * 100 + "\n")
        self.assert_reports("src/base/a.cpp", "\n" + "x" * 101 + "\n", "a.cpp:2: 101 columns")
        self.assert_reports("dev", "x" * 101 + "\n", "columns")

    def test_reports_empty_names(self):
        self.assert_reports("src/base/a.cpp", "class RoomManager {\n", "manager")
        self.assert_reports("src/base/a.cpp", "struct DataFile {\n", "data")
        self.assert_reports("web/a.ts", "export interface ThingHelper {\n", "helper")
        self.assertTrue(check_style.check_name("src/base/string_utils.h"))
        self.assertFalse(check_style.check_name("src/base/database.h"))

    def test_overlooks_empty_names_in_comments(self):
        self.assert_clean("src/base/a.cpp", "// class Manager\n/*\nstruct Data {};\n*/\n")

    def test_reports_long_files(self):
        self.assert_reports("src/net/a.cpp", "int a;\n" * 601, "601 lines")
        self.assert_clean("src/crdt/a.cpp", "int a;\n" * 900)

    def test_reports_headers_that_do_not_say_what_they_are(self):
        self.assert_reports("src/base/a.h", "#pragma once\n", "what the thing is")

    def test_reports_unfinished_work(self):
        for text in ("TODO(now): finish", "TODO: finish", "FIXME"):
            self.assert_reports("src/base/a.cpp", f"// {text}\n", "TODO")
        self.assert_clean("src/base/a.cpp", "// TODO(perf): reuse the buffer.\n")

    def test_reports_getters_banners_skips_and_sleeps(self):
        self.assert_reports("src/base/a.cpp", "int get_size();\n", "get_")
        self.assert_reports("src/base/a.cpp", "/" * 20 + "\n", "banner")
        self.assert_reports("src/base/a_test.cpp", "GTEST_SKIP();\n", "skips")
        self.assert_reports("src/base/a_test.cpp", "std::this_thread::sleep_for(x);\n", "sleeps")

    def test_reports_what_belongs_to_one_machine(self):
        self.assert_reports("docs/a.md", "cd " + "/wor" + "k/main\n", "one machine")
        self.assert_reports("docs/a.md", "https://registry." + "npmjs.org\n", "host")
        lock = '{"packages": {"a": {"resolved": "https://x/a.tgz"}, "b": {}}}'
        self.assert_reports("web/package-lock.json", lock, "a is tied to a host")


if __name__ == "__main__":
    unittest.main()

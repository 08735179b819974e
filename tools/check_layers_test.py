#!/usr/bin/env python3
"""Plants each violation that check_layers.py is for and expects it to be reported."""
import tempfile
import unittest
from pathlib import Path

import check_layers

LAYERS = """\
base   pure
crdt   pure  base
store  pure  base crdt
net    io    base
host   io    base store net
"""


class CheckLayers(unittest.TestCase):
    def complaints(self, path, text, layers=LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "src").mkdir()
            (root / "src/layers.txt").write_text(layers)
            file = root / "src" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            return [line.replace(f"{root}/", "") for line in check_layers.check_tree(root)]

    def assert_clean(self, path, text):
        self.assertEqual(self.complaints(path, text), [])

    def assert_reports(self, path, text, expected):
        found = self.complaints(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_permits_what_the_line_names(self):
        self.assert_clean("store/log.cpp", '#include "base/bytes.h"\n#include "crdt/doc.h"\n')
        self.assert_clean("crdt/doc.cpp", '#include "crdt/internal/item.h"\n#include <vector>\n')
        text = '#include "crdt/internal/update/wire.h"\n'
        self.assert_clean("crdt/internal/update/cut.cpp", text)
        self.assert_clean("crdt/internal/list.cpp", text)
        self.assert_clean("host/serve.cpp", "#include <thread>\n#include <boost/asio.hpp>\n")

    def test_reports_a_module_above(self):
        self.assert_reports("base/bytes.cpp", '#include "crdt/doc.h"\n', "base may not know crdt")

    def test_reports_a_module_that_the_line_omits(self):
        self.assert_reports("host/serve.cpp", '#include "crdt/doc.h"\n', "host may not know crdt")

    def test_reports_io_from_pure_code(self):
        self.assert_reports("store/log.cpp", '#include "net/loop.h"\n', "store may not know net")

    def test_reports_foreign_internals(self):
        text = '#include "crdt/internal/item.h"\n'
        self.assert_reports("store/log.cpp", text, "internal to crdt")
        self.assert_reports("crdt/internal/update/cut.cpp", text, "above the folder")
        deeper = '#include "crdt/internal/update/wire.h"\n'
        self.assert_reports("store/log.cpp", deeper, "internal to crdt")

    def test_reports_files_outside_of_modules(self):
        self.assert_reports("stray.cpp", "", "no module")
        self.assert_reports("util/strings.h", "", "no module")
        self.assert_reports("crdt/deeper/item.h", "", "no module")

    def test_reports_impure_headers_with_their_line(self):
        self.assert_reports("crdt/doc.h", "// Doc.\n#include <chrono>\n", "doc.h:2: <chrono>")
        self.assert_reports("crdt/doc.h", "#include <sys/stat.h>\n", "<sys/stat.h>")

    def test_reports_a_library_outside_of_its_folder(self):
        self.assert_reports("net/loop.cpp", "#include <sqlite3.h>\n", "belongs to store/sqlite")
        self.assert_reports("base/bytes.h", "#include <boost/asio.hpp>\n", "belongs to")

    def test_reports_impure_words(self):
        for sin in (
            "auto t = now();",
            "auto t = std::chrono::system_clock::now();",
            "int r = rand();",
            "std::random_device entropy;",
            'auto* home = getenv("HOME");',
            "throw 1;",
            "auto* text = dynamic_cast<Text*>(type);",
            "std::cout << 1;",
            'printf("%d", 1);',
        ):
            with self.subTest(sin):
                self.assert_reports("crdt/doc.cpp", f"void f() {{ {sin} }}\n", "doc.cpp:1: pure")

    def test_overlooks_comments_and_literals(self):
        text = '// throw now()\n/* rand() */ auto s = "throw"; auto r = R"(now())";\n'
        self.assert_clean("crdt/doc.cpp", text + "/*\n#include <thread>\n*/\n")

    def test_permits_members_that_are_named_like_clocks(self):
        self.assert_clean("crdt/doc.cpp", "uint64_t clock() const; auto c = item.clock();\n")

    def test_permits_tests_more_headers_but_no_more_modules(self):
        self.assert_clean("crdt/doc_test.cpp", "#include <gtest/gtest.h>\n#include <sstream>\n")
        self.assert_reports("crdt/doc_test.cpp", '#include "store/log.h"\n', "may not know store")

    def test_reports_a_cycle_in_the_layers(self):
        found = self.complaints("base/a.h", "", "base pure crdt\ncrdt pure base\n")
        self.assertEqual(len(found), 1)
        self.assertIn("not above it", found[0])

    def test_reports_pure_that_names_io(self):
        found = self.complaints("base/a.h", "", "base pure\nnet io base\nsync pure net\n")
        self.assertIn("does I/O", found[0])


if __name__ == "__main__":
    unittest.main()

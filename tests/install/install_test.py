"""Installs the library and uses it from outside: install_test.py BUILD EXAMPLES

BUILD is a build folder in which everything is built; EXAMPLES is copied away and built against the
installed library, once by find_package(tidemark) and once by pkg-config.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv[1]).resolve()
EXAMPLES = pathlib.Path(sys.argv[2]).resolve()


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=900, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
    return done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        # Moved after it was installed: nothing in it may know where it was.
        run("cmake", "--install", BUILD, "--prefix", cls.root / "first")
        cls.prefix = cls.root / "prefix"
        (cls.root / "first").rename(cls.prefix)
        shutil.copytree(EXAMPLES, cls.root / "examples")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def flags(self, *what):
        folder, = self.prefix.glob("lib*/**/pkgconfig")
        environment = {**os.environ, "PKG_CONFIG_PATH": str(folder)}
        return run("pkg-config", *what, "tidemark", env=environment).split()

    def test_puts_public_headers_only(self):
        headers = [path.relative_to(self.prefix / "include/tidemark")
                   for path in self.prefix.rglob("*.h")]
        self.assertIn(pathlib.Path("crdt/doc.h"), headers)
        self.assertIn(pathlib.Path("base/result.h"), headers)
        for header in headers:
            self.assertNotIn("internal", header.parts)
            self.assertNotRegex(header.name, r"test|fixture|golden|faulty", header)
        in_c = [header.name for header in headers if header.parts[0] == "bindings"]
        self.assertEqual(in_c, ["tidemark.h"])
        source = self.root / "all.cpp"
        source.write_text("".join(f'#include "{header}"\n' for header in sorted(headers)))
        for standard in ("c++20", "c++23"):
            run("c++", f"-std={standard}", "-fsyntax-only", "-Wall", "-Wextra",
                *self.flags("--cflags"), source)

    def test_leaves_the_choice_of_the_standard_to_the_program(self):
        self.assertFalse([flag for flag in self.flags("--cflags") if flag.startswith("-std")])

    def test_is_found_by_cmake(self):
        build = self.root / "build"
        run("cmake", "-G", "Ninja", "-S", self.root / "examples", "-B", build,
            f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        printed = run("ctest", "--test-dir", build, "--no-tests=error")
        self.assertIn("100% tests passed", printed)

    def test_is_found_by_pkg_config(self):
        program = self.root / "collaborate"
        run("c++", "-std=c++20", self.root / "examples/collaborate.cpp",
            *self.flags("--cflags", "--libs"), "-o", program)
        self.assertEqual(run(program), (EXAMPLES / "collaborate.txt").read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

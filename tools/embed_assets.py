#!/usr/bin/env python3
"""Makes one C++ file that holds the files of a folder: embed_assets.py FOLDER OUTPUT.

The bytes are taken in by the assembler, so that megabytes cost no compile time. A file that
compresses gets a gzip variant; a file x.br beside x is its brotli variant. If the folder is not
there, one plain page takes its place.
"""
import gzip
import hashlib
import pathlib
import re
import sys

TYPES = {
    '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png',
    '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.json': 'application/json',
    '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8',
    '.md': 'text/plain; charset=utf-8', '.wasm': 'application/wasm',
}
FALLBACK = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tidemark</title></head><body>
<h1>Tidemark is running</h1>
<p>This binary was built without its page. Build web/ and then the binary again: ./dev build release
does both. Clients connect all the same: y-websocket at /yjs/&lt;room&gt;, Hocuspocus at
/hocuspocus.</p>
</body></html>
"""
HEAD = """// Made by tools/embed_assets.py.
#include "host/assets.h"

namespace tidemark::host {
namespace {
"""
# The section is closed with .previous, so that the compiler goes on where it was.
BYTES = """
__asm__(R"(
.section .rodata
.balign 16
.local {name}
{name}:
.incbin "{file}"
.previous
)");
extern "C" const uint8_t {name}[];
"""


def files_of(folder):
    if not (folder / 'index.html').is_file():
        return {'/index.html': (FALLBACK, b'')}
    found = {}
    for path in sorted(folder.rglob('*')):
        if not path.is_file() or path.suffix in ('.br', '.gz'):
            continue
        brotli = path.with_name(path.name + '.br')
        found['/' + path.relative_to(folder).as_posix()] = (
            path.read_bytes(), brotli.read_bytes() if brotli.is_file() else b'')
    return found


def main():
    folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    parts = output.parent / (output.stem + '.parts')
    parts.mkdir(parents=True, exist_ok=True)
    text, rows = HEAD, []
    for index, (path, (plain, brotli)) in enumerate(sorted(files_of(folder).items())):
        packed = gzip.compress(plain, 9, mtime=0)
        variants = [plain, packed if len(packed) < len(plain) else b'', brotli]
        views = []
        for variant, content in enumerate(variants):
            if not content:
                views.append('{}')
                continue
            name = f'tidemark_asset_{index}_{variant}'
            (parts / name).write_bytes(content)
            text += BYTES.format(name=name, file=(parts / name).absolute())
            views.append(f'{{{name}, {len(content)}}}')
        kind = TYPES.get(pathlib.PurePosixPath(path).suffix, 'application/octet-stream')
        etag = hashlib.sha256(plain).hexdigest()[:16]
        immutable = bool(re.search(r'-[A-Za-z0-9_-]{8}\.\w+$', path))
        rows.append(f'    {{"{path}", "{kind}", "\\"{etag}\\"", {str(immutable).lower()},'
                    f' {", ".join(views)}}},')
    text += '\nconst Asset kAssets[] = {\n' + '\n'.join(rows) + '\n};\n\n}  // namespace\n\n'
    text += 'std::span<const Asset> embedded_assets() { return kAssets; }\n\n'
    text += '}  // namespace tidemark::host\n'
    if not output.is_file() or output.read_text() != text:
        output.write_text(text)


if __name__ == '__main__':
    main()

import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const kLicenses = 'licenses.md';

// Vite collects the licences of scripts; the typeface comes by way of a style sheet.
function fontLicense(): Plugin {
  return {
    name: 'font-license',
    apply: 'build',
    writeBundle: ({ dir }) => {
      const text = readFileSync('node_modules/@fontsource-variable/inter/LICENSE', 'utf8');
      appendFileSync(path.join(dir!, kLicenses), `\n## Inter, the typeface (OFL-1.1)\n\n${text}`);
    },
  };
}

// A file x.br beside each x that becomes smaller; the server sends it to whoever understands it.
function brotli(): Plugin {
  return {
    name: 'brotli',
    apply: 'build',
    writeBundle: ({ dir }) => {
      for (const entry of readdirSync(dir!, { recursive: true, withFileTypes: true })) {
        if (!/\.(html|js|css|svg|md)$/.test(entry.name)) continue;
        const file = path.join(entry.parentPath, entry.name);
        const plain = readFileSync(file);
        const small = brotliCompressSync(plain);
        if (small.length < plain.length) writeFileSync(`${file}.br`, small);
      }
    },
  };
}

// The output is embedded into the binary: every file's name carries the hash of its content, so
// that it may be cached for good, and index.html alone is asked for again.
export default defineConfig({
  base: '/',
  plugins: [fontLicense(), brotli()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    license: { fileName: kLicenses },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:1234',
      '/yjs': { target: 'ws://127.0.0.1:1234', ws: true },
      '/hocuspocus': { target: 'ws://127.0.0.1:1234', ws: true },
    },
  },
});

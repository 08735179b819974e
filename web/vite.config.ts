import { defineConfig } from 'vite';

// The output is embedded into the binary: every file's name carries the hash of its content, so
// that it may be cached for good, and index.html alone is asked for again.
export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    sourcemap: false,
    license: { fileName: 'licenses.md' },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:1234',
      '/yjs': { target: 'ws://127.0.0.1:1234', ws: true },
      '/hocuspocus': { target: 'ws://127.0.0.1:1234', ws: true },
    },
  },
});

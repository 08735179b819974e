// Loads a module of the page as the build would.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

export async function load(module) {
  const vite = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  const loaded = await vite.ssrLoadModule(`/src/${module}`);
  await vite.close();
  return loaded;
}

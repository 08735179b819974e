// What the tests of the kernel's JavaScript face share: the module as the build has left it.
import fs from 'node:fs';
import { Kernel } from '../../sdk/index.mjs';

export const module = new WebAssembly.Module(
  fs.readFileSync(new URL('../../build/wasm/tidemark.wasm', import.meta.url)),
);

export const newKernel = (options) => Kernel.load(module, options);

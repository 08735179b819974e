// Runs a wasm program that wants nothing but WASI, such as unit tests built for wasm32. It sees one
// folder, as its current one.
//   node run_wasm.mjs FOLDER PROGRAM.wasm [ARGUMENT...]
import fs from 'node:fs';
import { WASI } from 'node:wasi';

const [, , folder, program, ...args] = process.argv;
const wasi = new WASI({
  version: 'preview1',
  args: [program, ...args],
  env: process.env,
  preopens: { '.': folder },
  returnOnExit: true,
});
const module = await WebAssembly.compile(fs.readFileSync(program));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));

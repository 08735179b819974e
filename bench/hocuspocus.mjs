// @hocuspocus/server as its documentation starts it; with a folder, its Database extension keeps
// each document in a file there, the way its SQLite extension keeps it in a table.
//   node hocuspocus.mjs PORT [FOLDER]
import fs from 'node:fs/promises';
import path from 'node:path';
import { Database } from '@hocuspocus/extension-database';
import { Server } from '@hocuspocus/server';

const [port, folder] = process.argv.slice(2);
const fileOf = (name) => path.join(folder, encodeURIComponent(name));
const database = () =>
  new Database({
    fetch: ({ documentName }) => fs.readFile(fileOf(documentName)).catch(() => null),
    store: ({ documentName, state }) => fs.writeFile(fileOf(documentName), state),
  });

const server = new Server({
  address: '127.0.0.1',
  port: Number(port),
  quiet: true,
  extensions: folder === undefined ? [] : [database()],
});
await server.listen();

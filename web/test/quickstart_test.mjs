// The snippets of docs/quickstart.md can be followed: each section installs what it imports, in
// versions that fit, and a bundler takes it as it stands.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EditorState } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { build } from 'vite';
import { yUndoManagerKeymap } from 'y-codemirror.next';
import { Awareness } from 'y-protocols/awareness';

const kWeb = new URL('..', import.meta.url);
const kPage = JSON.parse(readFileSync(new URL('package.json', kWeb), 'utf8')).dependencies;

function block(text, pattern) {
  return text.match(pattern)?.[1];
}

// The sections that install something.
function sections() {
  const text = readFileSync(new URL('../docs/quickstart.md', kWeb), 'utf8');
  return text
    .split(/^(?=###? )/m)
    .filter((section) => section.includes('npm i '))
    .map((section) => ({
      title: block(section, /^#+ (.*)/),
      code: block(section, /```js\n([^]*?)```/),
      versions: new Map(
        block(section, /npm i (.*)/)
          .split(' ')
          .map((one) => [one.slice(0, one.lastIndexOf('@')), one.slice(one.lastIndexOf('@') + 1)]),
      ),
    }));
}

// The name of a package without a path inside it: @tiptap/pm/state is of @tiptap/pm.
function packages_of(code) {
  const names = [...code.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
  return names.map((from) => from.split('/', from.startsWith('@') ? 2 : 1).join('/'));
}

async function bundle(code) {
  const snippet = {
    name: 'snippet',
    resolveId: (id) => (id === 'snippet.js' ? id : null),
    load: (id) => (id === 'snippet.js' ? code : null),
  };
  const built = await build({
    root: fileURLToPath(kWeb),
    configFile: false,
    publicDir: false,
    logLevel: 'silent',
    plugins: [snippet],
    build: { write: false, minify: false, rollupOptions: { input: 'snippet.js' } },
  });
  return [built].flat()[0].output[0].code;
}

// What a snippet hands to its editor, which has no page here, as its provider has no server.
async function configured(code) {
  let given;
  let awareness;
  class Editor {
    constructor(config) {
      given = config;
    }
  }
  class Provider {
    constructor(...told) {
      awareness = this.awareness = new Awareness(told[0].document ?? told[2]);
    }
  }
  const instead = {
    codemirror: { EditorView: Editor },
    '@tiptap/core': { Editor },
    'y-websocket': { WebsocketProvider: Provider },
    '@hocuspocus/provider': { HocuspocusProvider: Provider },
  };
  const load = async (from) => ({ ...(await import(from)), ...instead[from] });
  const body = code.replace(
    /^import (?:\* as (\w+)|(\{.*\})) from '(.*)'$/gm,
    (_, all, some, from) => `const ${all ?? some} = await load('${from}')`,
  );
  const Snippet = Object.getPrototypeOf(async () => {}).constructor;
  const document = { body: undefined };
  await new Snippet('load', 'window', 'document', `{${body}}`)(load, { document }, document);
  awareness.destroy();
  return given;
}

function snippet_with(name) {
  return sections().find(({ code }) => code.includes(name)).code;
}

test('the quick start has a section for each provider', () => {
  assert.equal(sections().length, 2);
});

for (const { title, code, versions } of sections()) {
  test(`${title}: what is imported is installed, in versions that fit`, () => {
    for (const name of packages_of(code)) assert.ok(versions.has(name), name);
    for (const [name, version] of versions) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      // The page takes newer parts of Tiptap against the word of one of them, which npm lets nobody
      // do without an override; who follows the quick start has all of them at the version of that.
      const pinned = /^@tiptap\/(?!y-)/.test(name) ? '@tiptap/extension-collaboration-caret' : name;
      assert.equal(version, kPage[pinned], name);
    }
  });

  test(`${title}: a bundler takes the snippet`, async () => {
    assert.ok((await bundle(code)).length > 100_000);
  });
}

test('a snippet that imports what is not there does not pass', async () => {
  await assert.rejects(bundle("import { nothing } from 'yjs'\nconsole.log(nothing)"));
  await assert.rejects(bundle("import 'no-such-package'"));
});

test('undo of the CodeMirror snippet is that of the shared text', async () => {
  const { doc, extensions } = await configured(snippet_with('codemirror'));
  const bindings = EditorState.create({ doc, extensions }).facet(keymap).flat();
  const undo = bindings.filter(({ key }) => key === 'Mod-z');
  assert.ok(undo.length > 1, 'the set-up has one that takes back what others wrote');
  assert.equal(undo[0].run, yUndoManagerKeymap.find(({ key }) => key === 'Mod-z').run);
});

test('the Tiptap snippet neither writes on load nor has an undo of its own', async () => {
  const { extensions } = await configured(snippet_with('StarterKit'));
  const { options } = extensions.find(({ name }) => name === 'starterKit');
  assert.equal(options.trailingNode, false);
  assert.equal(options.undoRedo, false);
});

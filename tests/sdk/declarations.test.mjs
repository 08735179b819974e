// The types say what is there, and all of it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import * as face from '../../sdk/index.mjs';
import { newKernel } from './kernel.mjs';

const declarations = fs.readFileSync(new URL('../../sdk/index.d.mts', import.meta.url), 'utf8');

// Name, base and members of each class that is declared.
const classes = [
  ...declarations.matchAll(/^export class (\w+)(?: extends \w+)? \{([^]*?)\}$/gm),
].map(([, name, body]) => ({
  name,
  members: [...body.matchAll(/^ {2}(static |readonly )?(\w+)(?=[(:<])/gm)]
    .map(([, kind = '', member]) => ({ isStatic: kind === 'static ', member }))
    .filter(({ member }) => member !== 'constructor'),
}));

const own = (object, names = []) =>
  object === null || object === Object.prototype || object === Function.prototype
    ? names
    : own(Object.getPrototypeOf(object), [...names, ...Object.getOwnPropertyNames(object)]);

test('everything that is exported is declared', () => {
  const declared = [...declarations.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(
    ([, name]) => name,
  );
  for (const name of Object.keys(face)) assert.ok(declared.includes(name), name);
  for (const name of declared) assert.ok(name in face, `${name} is not there`);
});

test('every member that is declared is there', async () => {
  const kernel = await newKernel();
  const doc = new face.Doc(kernel, { clientId: 1 });
  const element = doc.getXmlFragment('x').insertElement(0, 'p');
  const instances = {
    Kernel: kernel,
    Doc: doc,
    KernelError: new face.KernelError('invalid', 'x'),
    UndoManager: new face.UndoManager(doc),
    SharedType: doc.getText('t'),
    SharedText: doc.getText('t'),
    SharedArray: doc.getArray('a'),
    SharedMap: doc.getMap('m'),
    XmlFragment: doc.getXmlFragment('x'),
    XmlElement: element,
    XmlText: element.insertText(0),
    XmlHook: element.insertHook(0, 'h'),
  };
  assert.deepEqual(classes.map(({ name }) => name).sort(), Object.keys(instances).sort());
  for (const { name, members } of classes) {
    for (const { isStatic, member } of members) {
      const names = own(isStatic ? instances[name].constructor : instances[name]);
      assert.ok(names.includes(member), `${name}.${member}`);
    }
  }
});

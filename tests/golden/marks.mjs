// Marks as docs/marks.md has them, on npm yjs, which knows nothing of them: one document whose marks
// are written by hand, and one of ours that a Yjs peer edits and sends on.
import * as Y from 'yjs';
import { hex } from '../support/values.mjs';

// What our kernel says after client 5 wrote "The fox jumped." and marked "fox" as bold, and as a
// link. The test makes these bytes again.
const OURS =
  '01020500040101740f54686520666f78206a756d7065642e080110746964656d61726b3a6d61726b' +
  '733a74027605036b65797704626f6c640576616c75657805737461727474040005040003656e6474' +
  '0400050700057374616d7075027d017d057605036b657977046c696e6b0576616c75657701750573' +
  '7461727474040005040003656e64740400050641057374616d7075027d027d0500';

const docOf = (clientID) => {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  return doc;
};

const anchor = (text, index, assoc) =>
  Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(text, index, assoc));

const written = () => {
  const doc = docOf(21);
  const text = doc.getText('t');
  const marks = doc.getArray('tidemark:marks:t');
  text.insert(0, 'The fox jumped.');
  const [start, end] = [anchor(text, 4, 0), anchor(text, 7, 0)];
  marks.push([{ key: 'bold', value: true, start, end, stamp: [1, 21] }]);
  const comment = { key: 'comment', id: 'c', value: { by: 'me' } };
  const [first, last] = [anchor(text, 0, 0), anchor(text, 7, -1)];
  marks.push([{ ...comment, start: first, end: last, stamp: [2, 21] }]);
  text.insert(7, 'es');
  text.delete(0, 1);
  return { marks: 'written by Yjs', update: hex(Y.encodeStateAsUpdate(doc)) };
};

const carried = () => {
  const doc = docOf(22);
  Y.applyUpdate(doc, Buffer.from(OURS, 'hex'));
  const text = doc.getText('t');
  text.insert(7, 'es');
  text.insert(5, 'ree f');
  text.delete(0, 2);
  const again = docOf(23);
  Y.applyUpdateV2(again, Y.encodeStateAsUpdateV2(doc));
  again.getText('t').insert(0, 'A th');
  return { marks: 'carried by Yjs', ours: OURS, update: hex(Y.encodeStateAsUpdate(again)) };
};

export const marks = () => [written(), carried()];

// The y-protocols sync message, as far as the proof of durability listens to it.
//
//   message := varint 0, varbytes state-vector     SyncStep1, the question
//            | varint 1, varbytes update           SyncStep2, the answer
//            | varint 2, varbytes update           Update
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync';

import type { DurabilityProof } from './durability';

export function writeQuestion(encoder: encoding.Encoder, stateVector: Uint8Array): void {
  encoding.writeVarUint(encoder, messageYjsSyncStep1);
  encoding.writeVarUint8Array(encoder, stateVector);
}

export function hearSyncMessage(proof: DurabilityProof, decoder: decoding.Decoder): void {
  const type = decoding.readVarUint(decoder);
  const content = decoding.readVarUint8Array(decoder);
  if (type === messageYjsSyncStep1) proof.hearStateVector(content);
  if (type === messageYjsSyncStep2) proof.hearUpdate(content, true);
  if (type === messageYjsUpdate) proof.hearUpdate(content, false);
}

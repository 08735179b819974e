// What a peer of Yjs 14 says of all that it holds. Its documents may have gaps, and its whole
// states name them: a Skip stands for whatever it has not heard of, before the first struct too.
import * as Y from 'yjs';

// The state of one who has heard of these updates V1, in whichever order.
export const stateWithGaps = (updates, version) => {
  const { structs, ds } = Y.decodeUpdate(Y.mergeUpdates(updates));
  const clients = new Map();
  for (const struct of structs) {
    const { client, clock } = struct.id;
    if (!clients.has(client))
      clients.set(client, clock > 0 ? [new Y.Skip(Y.createID(client, 0), clock)] : []);
    clients.get(client).push(struct);
  }
  const encoder = new Y.UpdateEncoderV1();
  const number = (n) => encoder.writeClient(n); // in V1 a plain number
  number(clients.size);
  for (const [client, list] of clients) {
    number(list.length);
    number(client);
    number(0);
    for (const struct of list) struct.write(encoder, 0);
  }
  number(ds.clients.size);
  for (const [client, ranges] of [...ds.clients].sort(([a], [b]) => b - a)) {
    number(client);
    number(ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  const update = encoder.toUint8Array();
  return version === 2 ? Y.convertUpdateFormatV1ToV2(update) : update;
};

// The golden sessions: small programs that together show every rule of the format. `shared` names
// the vector of the shared collection that has the same history.
import { concurrent, pending, utilities } from './cases_replicas.mjs';
import { rich, texts } from './cases_text.mjs';
import { arrays, maps, subdocs, xml } from './cases_types.mjs';

export const CASES = [
  ...texts,
  ...rich,
  ...arrays,
  ...maps,
  ...xml,
  ...subdocs,
  ...concurrent,
  ...pending,
  ...utilities,
];

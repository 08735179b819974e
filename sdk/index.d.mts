// Types of the kernel's JavaScript face. What each thing promises is said beside its code.

export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Value[]
  | { [key: string]: Value };
export type Attributes = { [name: string]: Value };
export type DeltaStep = {
  insert?: string | Value;
  retain?: number;
  delete?: number;
  attributes?: Attributes;
};
export type Format = 1 | 2;
export type KindName = keyof typeof KIND;

export type ErrorCode =
  | 'malformed'
  | 'too_large'
  | 'conflict'
  | 'unsupported'
  | 'invalid'
  | 'freed'
  | 'trap'
  | 'out_of_memory'
  | 'poisoned';
export class KernelError extends Error {
  readonly code: ErrorCode;
}

export class Kernel {
  static load(
    source: BufferSource | WebAssembly.Module | Response | URL | string,
    options?: { maxMemoryBytes?: number },
  ): Promise<Kernel>;
  readonly isPoisoned: boolean;
  readonly memoryBytes: number;
  mergeUpdates(updates: Uint8Array[], format?: Format): Uint8Array;
  diffUpdate(update: Uint8Array, vector: Uint8Array, format?: Format): Uint8Array;
  stateVectorFromUpdate(update: Uint8Array, format?: Format): Uint8Array;
  convertUpdate(update: Uint8Array, format: Format): Uint8Array;
}

// The update is valid during the call.
export type UpdateListener = (update: Uint8Array, origin: unknown, isLocal: boolean) => void;

export class Doc {
  constructor(kernel: Kernel, options?: { clientId?: number; gc?: boolean });
  free(): void;
  readonly clientId: number;
  readonly memoryBytes: number;
  readonly hasPending: boolean;
  getText(name?: string): SharedText;
  getArray(name?: string): SharedArray;
  getMap(name?: string): SharedMap;
  getXmlFragment(name?: string): XmlFragment;
  transact<T>(body: () => T, origin?: unknown): T;
  onUpdate(listener: UpdateListener): () => void;
  onUpdateV2(listener: UpdateListener): () => void;
  applyUpdate(update: Uint8Array, origin?: unknown): void;
  applyUpdateV2(update: Uint8Array, origin?: unknown): void;
  applyUpdates(updates: Uint8Array[], origin?: unknown, format?: Format): void;
  encodeStateAsUpdate(vector?: Uint8Array): Uint8Array;
  encodeStateAsUpdateV2(vector?: Uint8Array): Uint8Array;
  encodeStateVector(): Uint8Array;
  toJSON(): { [name: string]: Value };
  relativePosition(type: SharedType, index: number, assoc?: number): Uint8Array;
  findPosition(position: Uint8Array): { type: SharedType; index: number; assoc: number } | null;
}

export class UndoManager {
  constructor(
    scope: Doc | SharedType | SharedType[],
    options?: { captureTimeout?: number; trackedOrigins?: Iterable<unknown>; now?: () => number },
  );
  free(): void;
  undo(): boolean;
  redo(): boolean;
  readonly undoCount: number;
  readonly redoCount: number;
  stopCapturing(): void;
  clear(): void;
}

export const KIND: {
  readonly array: 0;
  readonly map: 1;
  readonly text: 2;
  readonly xmlElement: 3;
  readonly xmlFragment: 4;
  readonly xmlHook: 5;
  readonly xmlText: 6;
};

export type Found = Value | SharedType | { guid: string; options: Value };

export class SharedType {
  readonly doc: Doc;
  readonly length: number;
  readonly isLive: boolean;
  equals(other: unknown): boolean;
  toJSON(): Value;
  toString(): string;
}

export class SharedText extends SharedType {
  insert(index: number, text: string, attributes?: Attributes): void;
  insertEmbed(index: number, value: Value, attributes?: Attributes): void;
  delete(index: number, count?: number): void;
  format(index: number, count: number, attributes: Attributes): void;
  applyDelta(delta: DeltaStep[]): void;
  toDelta(): DeltaStep[];
}

export class SharedArray extends SharedType {
  insert(index: number, values: Value[]): void;
  push(values: Value[]): void;
  insertType(index: number, kind: KindName): SharedType;
  pushType(kind: KindName): SharedType;
  delete(index: number, count?: number): void;
  get(index: number): Found;
  toArray(): Found[];
}

export class SharedMap extends SharedType {
  set(key: string, value: Value): void;
  setType(key: string, kind: KindName): SharedType;
  get(key: string): Found;
  has(key: string): boolean;
  delete(key: string): void;
  keys(): string[];
}

export class XmlFragment extends SharedType {
  insertElement(index: number, nodeName: string): XmlElement;
  insertHook(index: number, hookName: string): XmlHook;
  insertText(index: number): XmlText;
  delete(index: number, count?: number): void;
  get(index: number): Found;
  toArray(): Found[];
}

export class XmlElement extends XmlFragment {
  readonly nodeName: string;
  setAttribute(name: string, value: Value): void;
  getAttribute(name: string): Found;
  hasAttribute(name: string): boolean;
  removeAttribute(name: string): void;
  keys(): string[];
}

export class XmlText extends SharedText {}

export class XmlHook extends SharedMap {
  readonly hookName: string;
}

// What may be passed in. All arguments are looked at before the kernel hears of them: it takes a
// number for what is none, and nothing of what it is doing then can be undone.
import { KernelError } from './error.mjs';

export const invalid = (message) => new KernelError('invalid', message);

const typedArrays = Object.getPrototypeOf(Uint8Array.prototype);
const { get: kindOfArray } = Object.getOwnPropertyDescriptor(typedArrays, Symbol.toStringTag);

// Those of another window or frame too, and Buffers.
export const isBytes = (value) => kindOfArray.call(value) === 'Uint8Array';
// Made by {} or Object.create(null), here or in another window.
export const isPlainObject = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

export const checkIndex = (index) => {
  if (typeof index !== 'number' || index >>> 0 !== index) {
    throw invalid('an index or a count is a whole number below 2^32');
  }
};
export const checkString = (value, what) => {
  if (typeof value !== 'string') throw invalid(`${what} is a string`);
};
export const checkKey = (key) => checkString(key, 'a key');
export const checkBytes = (value) => {
  if (!isBytes(value)) throw invalid('bytes are a Uint8Array');
};
export const checkAttributes = (attributes) => {
  if (!isPlainObject(attributes)) throw invalid('attributes are a plain object');
};
export const checkFormat = (format) => {
  if (format !== 1 && format !== 2) throw invalid('a format is 1 or 2');
};
export const checkFunction = (value, what) => {
  if (typeof value !== 'function') throw invalid(`${what} is a function`);
};
// Yields them as an array.
export const checkIterable = (value, what) => {
  if (typeof value?.[Symbol.iterator] !== 'function') throw invalid(`${what} are a list`);
  return [...value];
};

// What can go wrong, as an Error with a code: that of the kernel (src/bindings/c/tidemark.h), or
// `invalid` for an argument that makes no sense; `freed` for the use of what was given up; `trap` or
// `out_of_memory` when the kernel ended in the middle of something, and `poisoned` for every use of
// it after that. A poisoned kernel never answers again: load another one and bring back the documents
// from where they are stored.
export class KernelError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = 'KernelError';
    this.code = code;
  }
}

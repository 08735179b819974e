// The time that yjs reads, which a session sets. Must be imported before yjs, which takes its clock
// when it is loaded.
const real = Date.now;
let virtual = null;

Date.now = () => virtual ?? real();

export const withTime = (ms, f) => {
  virtual = ms;
  try {
    return f();
  } finally {
    virtual = null;
  }
};

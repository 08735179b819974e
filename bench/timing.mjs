// How the benchmarks in JavaScript measure time.

// Processor time with that of the garbage collector and the compilers, which may run beside.
export const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export const msOf = (work) => {
  const start = cpuMs();
  work();
  return cpuMs() - start;
};

export const medianMs = (work, repeats = 15) => {
  const times = Array.from({ length: repeats }, () => msOf(work)).sort((a, b) => a - b);
  return times[repeats >> 1];
};

export const expect = (condition, what = 'an engine does not do what it is asked') => {
  if (!condition) throw new Error(what);
};

// The garbage collector ends its work on other threads, whose time would count for what comes next.
const nobody = new Int32Array(new SharedArrayBuffer(4));
export const collected = () => {
  globalThis.gc();
  Atomics.wait(nobody, 0, 0, 20);
};

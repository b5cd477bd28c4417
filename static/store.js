/** localStorage and sessionStorage that never throw (private windows, full disks). */
const safe = (/** @type {() => unknown} */ act) => {
  try {
    return act();
  } catch {
    return null;
  }
};

export const local = {
  get: (/** @type {string} */ key) =>
    safe(() => JSON.parse(localStorage.getItem(`holdfast.${key}`) ?? 'null')),
  set: (/** @type {string} */ key, /** @type {unknown} */ value) =>
    safe(() => localStorage.setItem(`holdfast.${key}`, JSON.stringify(value))),
  drop: (/** @type {string} */ key) => safe(() => localStorage.removeItem(`holdfast.${key}`)),
};
export const session = {
  get: (/** @type {string} */ key) =>
    safe(() => JSON.parse(sessionStorage.getItem(`holdfast.${key}`) ?? 'null')),
  set: (/** @type {string} */ key, /** @type {unknown} */ value) =>
    safe(() => sessionStorage.setItem(`holdfast.${key}`, JSON.stringify(value))),
  drop: (/** @type {string} */ key) => safe(() => sessionStorage.removeItem(`holdfast.${key}`)),
};

/** Who has the caller of a call, for all pages. */

/** `name`: of a number outside to which they were handed over. Who is on hold is with nobody.
 * @param {Pick<Contact, 'held'|'consult'|'outside'>} c
 * @returns {{by: 'agent'|'number'|'hold', name: string}} */
export function hasCaller({ held, consult, outside }) {
  if (consult?.at === 'handed') return { by: 'number', name: outside?.word ?? consult.name };
  return { by: held ? 'hold' : 'agent', name: '' };
}

/** Whom the caller hears while their agent's desk or sound is gone: who was brought in, and who takes part.
 * @param {Pick<Contact, 'held'|'consult'|'beside'>} c @returns {string[]} */
export function withoutAgent({ held, consult, beside }) {
  if (held) return [];
  const second = consult?.at === 'together' && !consult.until ? [consult.name] : [];
  return [...second, ...beside.filter((one) => one.mode === 'barge').map((one) => one.name)];
}

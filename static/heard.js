/** Who hears somebody that sits beside the agent of a call, as it is wired (softphone/plans.py):
 * whoever takes part is heard by those who talk with each other just then, whoever whispers by the agent. */
import { whoOf } from './contact.js';
import { t } from './strings/en.js';

/** @typedef {{hears: boolean, meanwhile: 'held'|'music'|'gone'|null}} Ear */

/** Of each party that is there; `second`: whoever was asked in and has come.
 * @param {Pick<Contact, 'held'|'fault'|'consult'>} c @param {BesideMode} mode
 * @returns {{agent: Ear, caller: Ear, second: (Ear & {name: string})|null}} */
export function earsOf({ held, fault, consult }, mode) {
  const [toAgent, toAll] = [mode !== 'listen', mode === 'barge'];
  const there = consult && consult.at !== 'asked' ? consult : null;
  const talks = held || there?.at === 'together';
  const gone = !!there?.until;
  return {
    agent: { hears: toAgent && !fault, meanwhile: fault ? 'gone' : null },
    caller: { hears: toAll && !held, meanwhile: held ? 'held' : null },
    second: there && {
      name: there.name,
      hears: toAll && talks && !gone,
      meanwhile: gone ? 'gone' : talks ? null : 'music',
    },
  };
}

/** In words: who hears them, and that the caller does not. Whoever listens is heard by nobody.
 * @param {Contact} c @param {BesideMode} mode @param {{agent: string, caller: string}} names */
export function heardBy(c, mode, names) {
  const { agent, caller, second } = earsOf(c, mode);
  const hear = [caller.hears && names.caller, second?.hears && second.name, agent.hears && names.agent];
  return t.beside.heardBy(
    hear.filter((one) => typeof one === 'string'),
    mode === 'barge' && caller.meanwhile === 'held' ? names.caller : '',
  );
}

/** To whom whoever takes part speaks, as somebody in the call reads it.
 * @param {Contact} c @returns {{talk: 'both'|'agent'|'second'|'caller'|'all', second: string}} */
export function speaksTo(c) {
  const { second } = earsOf(c, 'barge');
  const talk = c.held ? (second ? 'second' : 'agent') : !second ? 'both' : second.hears ? 'all' : 'caller';
  return { talk, second: second?.name ?? '' };
}

/** What stands at one’s own desk, or board, while one sits there. `name`: of the agent who has the call, if
 * the page knows it. @param {Contact} c @param {BesideMode} mode @param {string} [name] */
export const mineWords = (c, mode, name = '') =>
  mode === 'barge'
    ? heardBy(c, mode, { agent: name || t.beside.mine.agent, caller: whoOf(c) })
    : t.beside.mine[mode](whoOf(c), name);

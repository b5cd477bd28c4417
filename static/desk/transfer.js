/** Handing a call or a text on: colleagues with room, queues, skills, numbers; asking somebody in first, also
 * an interpreter; or back in line. */
import { cls, computed, html, useEffect, useRef, useState } from '../ui.js';
import { pausedWord, stateWord } from '../agent.js';
import { whoOf } from '../contact.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { folded, hasAll, wordsIn } from '../fold.js';
import { skillsText } from '../format.js';
import { toast, wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { askIn } from './consult.js';
import { useCheck } from './dial.js';
import { act, boundLayer, call, centre, layer, link, pending, selected } from './context.js';
import { ContactState, agentStateOf } from '../states.js';

/** Interpreters that have a button; the others are found by typing. */
const BUTTONS = 3;
const NUMBER = /^\+?[\d ()./-]{7,}$/;

/** What can be handed on now: the call, else the text in view. */
export const handable = computed(() => {
  const c = call.value ?? selected.value;
  return c && c.state === ContactState.ACTIVE ? c : null;
});

/** What is looked for as the dialog opens; empty: everything is shown. */
const looked = { for: '' };

/** @param {string} words */
export function openTransferTo(words) {
  if (!handable.peek()) return;
  looked.for = words;
  layer.value = 'transfer';
}
export const openTransfer = () => openTransferTo('');
const shut = () => {
  layer.value = null;
};
boundLayer('transfer', () => handable.value?.id);

/** @param {Contact|null} c */
export async function giveBack(c) {
  if (c && (await act('return', { contact: c.id }))) {
    shut();
    toast(t.transfer.returned(whoOf(c)), 'ok');
  }
}

/** @typedef {{key: string, kind: keyof typeof t.transfer.kinds, name: string, hint: string,
 *   to: object|null, ask: object|null, only?: boolean}} TargetRow only: there is nothing to do but to ask */

/** What they do, if it cannot be handed to them now. @param {TransferAgent} a */
const hereAs = (a) =>
  a.takes
    ? a.free
      ? t.transfer.free
      : t.transfer.room
    : a.choice === 'paused' && !agentStateOf(a).busy
      ? pausedWord(a, centre.peek())
      : stateWord(a);

/** @param {Named} it @returns {TargetRow} */
const interpreterRow = (it) => ({
  key: `i${it.name}`,
  kind: 'interpreter',
  name: t.consult.line.interpreter(it.word),
  hint: t.consult.line.interpreterHint,
  to: null,
  ask: { interpreter: it.name },
  only: true,
});

/** How well a row answers what is typed, the least first: a word of its name begins so, it is in its name, or
 * only in what is said of it. @param {TargetRow} row @param {string[]} words */
function far({ name }, words) {
  const all = folded(name);
  const begins = all.split(/[\s(:/·-]+/);
  return Math.max(
    ...words.map((w) =>
      begins.some((b) => b.startsWith(w)) || all.startsWith(w) ? 0 : all.includes(w) ? 1 : 2,
    ),
  );
}

/** A typed number can be transferred to, as far as is known: at first nobody knows how it is read.
 * @param {TransferTargets} found @param {string|null} [number] as it is read */
const goesTo = (found, number) =>
  found.any_number && (!number || found.begin.some((it) => number.startsWith(it)));

/** Everything the centre offers, as rows, the best match first; what is typed may be a number.
 * @param {TransferTargets} found @param {string} typed @param {boolean} [call] a call: others can be asked in
 * @param {boolean} [refused] the number is not called @param {boolean} [goes] it can be transferred to
 * @returns {TargetRow[]} */
export function rowsOf(found, typed, call = false, refused = false, goes = found.any_number) {
  const words = wordsIn(typed);
  /** @type {TargetRow[]} */
  const all = [
    ...found.agents.map(
      /** @returns {TargetRow} */ (a) => ({
        key: `a${a.id}`,
        kind: 'agent',
        name: a.name,
        hint: [hereAs(a), skillsText(a.skills)].filter(Boolean).join(' · '),
        to: a.takes ? { agent: a.id } : null,
        ask: a.asked_in ? { agent: a.id } : null,
      }),
    ),
    ...(call ? found.interpreters : []).map(interpreterRow),
    ...found.queues.map(
      /** @returns {TargetRow} */ (q) => ({
        key: `q${q.name}`,
        kind: 'queue',
        name: q.word,
        hint: q.open ? '' : t.transfer.closed,
        to: { queue: q.name },
        ask: call ? { queue: q.name } : null,
      }),
    ),
    ...found.skills.map(
      /** @returns {TargetRow} */ (s) => ({
        key: `s${s.name}`,
        kind: 'skill',
        name: `${s.name}${s.level > 1 ? ` ${s.level}+` : ''}`,
        hint: t.transfer.anyOf,
        to: { skills: { [s.name]: s.level } },
        ask: call ? { skills: { [s.name]: s.level } } : null,
      }),
    ),
    ...found.numbers.map(
      /** @returns {TargetRow} */ (n) => ({
        key: `n${n.name}`,
        kind: 'number',
        name: n.word,
        hint: t.transfer.outside,
        to: { number: n.name },
        ask: call ? { number: n.name } : null,
      }),
    ),
  ];
  const rows = all.filter((row) => hasAll(`${row.name} ${t.transfer.kinds[row.kind]} ${row.hint}`, words));
  if (words.length) rows.sort((a, b) => far(a, words) - far(b, words));
  const number = typed.trim();
  if ((goes || call) && NUMBER.test(number))
    rows.push({
      key: 'typed',
      kind: 'number',
      name: number,
      hint: t.transfer[refused ? 'notCalled' : goes ? 'outside' : 'askOnly'],
      to: goes && !refused ? { number } : null,
      ask: call && !refused ? { number } : null,
      only: !goes,
    });
  return rows;
}

/** Why nothing happens: they cannot be asked in, or it cannot go to them, now. @param {Contact} c
 * @param {TargetRow} row @param {boolean} asks */
const whyNot = (c, row, asks) =>
  asks && c.channel !== 'voice'
    ? t.transfer.whyNot.text
    : asks && c.consult
      ? t.transfer.whyNot.asked
      : t.transfer.whyNot[asks ? 'ask' : 'take'](row.name, row.hint, !asks && !!row.ask);

/** @param {{c: Contact}} props */
function Transfer({ c }) {
  const [typed, setTyped] = useState(looked.for);
  const [at, setAt] = useState(-1); // nothing is chosen until somebody chooses
  const [found, setFound] = useState(/** @type {TransferTargets|null} */ (null));
  const [fault, setFault] = useState('');
  const [why, setWhy] = useState('');
  const { found: checked, typed: check } = useCheck();
  const list = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    link.send('transfer_targets', { contact: c.id }).then(setFound, (error) => setFault(wordsOf(error)));
  }, []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, found]);
  const refusal = checked?.refusal ?? '';
  const asks = c.channel === 'voice' && !c.consult;
  const all = found ? rowsOf(found, typed, asks, !!refusal, goesTo(found, checked?.number)) : [];
  const first = typed ? [] : all.filter((row) => row.kind === 'interpreter').slice(0, BUTTONS);
  const rows = all.filter((row) => !first.includes(row));
  const chosen = Math.min(at, rows.length - 1);
  const busy = pending.value.transfer || pending.value.return || pending.value.consult;
  const go = async (/** @type {TargetRow|undefined} */ row) => {
    if (!row || busy) return;
    if (!row.to) return setWhy(whyNot(c, row, false));
    if (await act('transfer', { contact: c.id, ...row.to })) {
      shut();
      toast((row.kind === 'number' ? t.transfer.ringsAt : t.transfer.done)(row.name), 'ok');
    }
  };
  const ask = async (/** @type {TargetRow|undefined} */ row) => {
    if (!row || busy) return;
    if (!row.ask) return setWhy(whyNot(c, row, true));
    if (await askIn(c, row.ask)) shut();
  };
  const press = (/** @type {TargetRow|undefined} */ row) => (row?.only ? ask(row) : go(row));
  const keys = (/** @type {KeyboardEvent} */ e) => {
    const to = e.key === 'ArrowDown' ? chosen + 1 : e.key === 'ArrowUp' ? chosen - 1 : undefined;
    if (to !== undefined) {
      setWhy('');
      setAt(Math.max(0, Math.min(rows.length - 1, to)));
      e.preventDefault();
    }
    if (e.key === 'Enter' && !e.altKey) {
      e.preventDefault();
      if (rows.length && !rows[chosen]) return setWhy(t.transfer.hintChoose);
      void (e.shiftKey ? ask : press)(rows[chosen]);
    }
  };
  return html`<${Dialog} title=${t.transfer.title(whoOf(c))} close=${shut} class="commands finder">
    <input
      autofocus
      role="combobox"
      aria-expanded="true"
      aria-controls="handlist"
      aria-activedescendant=${chosen >= 0 ? `hand${chosen}` : undefined}
      aria-label=${t.transfer.label}
      placeholder=${t.transfer.label}
      maxlength="64"
      autocomplete="off"
      spellcheck=${false}
      value=${typed}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
        setTyped(e.currentTarget.value);
        check(NUMBER.test(e.currentTarget.value.trim()) ? e.currentTarget.value : '');
        setWhy('');
        setAt(e.currentTarget.value.trim() ? 0 : -1);
      }}
      onKeyDown=${keys}/>
    ${first.length > 0 && html`<div class="row interpreters">
      ${first.map(
        (row) => html`<button key=${row.key} disabled=${busy} onClick=${() => ask(row)}>
          <${Icon} name="people"/>
          ${row.name}
        </button>`,
      )}
    </div>`}
    <ul ref=${list} id="handlist" class="scroll" role="listbox" aria-label=${t.transfer.label}>
      ${rows.map(
        (row, i) => html`<li
          key=${row.key}
          id=${`hand${i}`}
          role="option"
          aria-selected=${String(i === chosen)}
          aria-disabled=${String(!row.to && !row.ask)}
          onClick=${() => press(row)}>
          <span class="tag kind">${t.transfer.kinds[row.kind]}</span>
          <b class=${cls('cut', !row.to && !row.only && 'muted')}>${row.name}</b>
          <span class="muted t1 cut grow">${row.hint}</span>
          ${row.ask && row.kind !== 'interpreter' && html`<span
            class="askfirst"
            title=${t.consult.hint}
            onClick=${(/** @type {Event} */ e) => {
              e.stopPropagation();
              void ask(row);
            }}>
            ${t.consult.ask}
          </span>`}
        </li>`,
      )}
    </ul>
    ${!rows.length
      ? html`<p class="muted" role="status">
          ${fault ||
          (!found
            ? t.transfer.asking
            : !found.any_number && NUMBER.test(typed.trim())
              ? t.transfer.noNumbers
              : c.channel === 'voice' && !found.interpreters.length
                ? t.transfer.noInterpreters
                : t.transfer.none)}
        </p>`
      : !found?.agents.some((a) => a.takes) &&
        !typed &&
        html`<p class="muted t1" role="status">
          ${found?.agents.some((a) => a.asked_in) ? t.transfer.onlyAsked : t.transfer.nobody}
        </p>`}
    ${(refusal || why) && html`<p class="s2 t1" role="alert"><${Icon} name="warn"/> ${refusal || why}</p>`}
    <div class="between">
      <button disabled=${busy} onClick=${() => giveBack(c)}><${Icon} name="back"/>${t.transfer.back}</button>
      <span class="faint t0">
        ${busy
          ? t.transfer.going
          : !rows[chosen]
            ? rows.length > 0 && !why && t.transfer.hintChoose
            : rows[chosen].only
              ? rows[chosen].ask && t.consult.hintOnly
              : !rows[chosen].to
                ? rows[chosen].ask
                  ? t.consult.hintAsk
                  : t.transfer.hintNot
                : rows[chosen].ask
                  ? t.consult.hint
                  : t.transfer.hint}
      </span>
    </div>
  </${Dialog}>`;
}

export const TransferDialog = () =>
  layer.value === 'transfer' && handable.value && link.status.value !== 'locked'
    ? html`<${Transfer} key=${handable.value.id} c=${handable.value}/>`
    : null;

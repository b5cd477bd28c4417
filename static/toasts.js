/** Calm messages: what happened, what is safe, what to do. */
import { effect, html, signal } from './ui.js';
import { Icon } from './icons.js';
import { announce } from './announce.js';
import { t } from './strings/en.js';

/** @type {Signal<
 *   {id: number, text: string, tone: string, more?: {label: Shown, act: () => unknown}}[]>} */
const toasts = signal([]);
let next = 1;
const STAY_MS = { ok: 3500, info: 7000, warn: 12000, alarm: 20000 };

/** `more`: what can be done about it, for so long. `holds`: whether it is true still, from signals; once it
 * was, it leaves when it is not any more.
 * @param {string} text @param {'ok'|'info'|'warn'|'alarm'} [tone]
 * @param {{label: Shown, act: () => unknown, ms: number}|null} [more] @param {() => boolean} [holds] */
export function toast(text, tone = 'info', more = null, holds) {
  const id = next++;
  // Only what was done last is undone.
  const kept = toasts.peek().filter((x) => x.text !== text && !(more && x.more));
  toasts.value = [
    ...kept.slice(-3),
    {
      id,
      text,
      tone,
      more: more
        ? {
            label: more.label,
            act: () => {
              dismiss(id);
              more.act();
            },
          }
        : undefined,
    },
  ];
  announce(text, tone === 'alarm' ? 'assertive' : 'polite');
  const stop = holds ? follow(id, holds) : () => {};
  setTimeout(
    () => {
      stop();
      dismiss(id);
    },
    more?.ms ?? STAY_MS[tone] ?? 7000,
  );
}

/** @param {number} id @param {() => boolean} holds */
function follow(id, holds) {
  let held = false; // what it tells of may be a message behind it
  return effect(() => {
    const now = holds();
    if (held && !now) dismiss(id);
    held ||= now;
  });
}

/** What was asked for has been done: its message leaves. @param {string} text */
export const untell = (text) => {
  toasts.value = toasts.peek().filter((x) => x.text !== text);
};

/** @param {number} id */
const dismiss = (id) => {
  toasts.value = toasts.peek().filter((x) => x.id !== id);
};

/** What was to be undone is: its message would say that it still stands. */
export const dropUndo = () => {
  toasts.value = toasts.peek().filter((x) => !x.more);
};

/** Of these the centre knows more than a code can say. */
const CENTRE_SAYS = new Set(['unknown', 'not_ready', 'not_allowed', 'bad_request']);
/** Of what is no offer (undone, beside an agent), too: the usual words for these tell of one. */
export const SAYS_OF_UNDO = new Set([...CENTRE_SAYS, 'too_late', 'not_yours', 'taken']);
/** The words for a refused intent; what the server says more precisely comes first.
 * @param {unknown} error @param {ReadonlySet<string>} [says] of these codes @returns {string} */
export function wordsOf(error, says = CENTRE_SAYS) {
  const { code = '', message = '' } = /** @type {Fault|null|undefined} */ (error) ?? {};
  const told = says.has(code) && message !== code ? message : '';
  return told || t.errors[code] || message || t.errors.unknown;
}

/** Modal dialogs that are open, the newest last: nothing outside of it can be pressed or heard.
 * @type {Signal<object[]>} */
export const dialogs = signal([]);

/** Messages, on the page or in the dialog that lies on top. @param {{on?: object}} props */
export const Toasts = ({ on }) =>
  dialogs.value.at(-1) === on
    ? html`<section class="toasts" aria-label=${t.errors.messages}>
        ${toasts.value.map(
          (x) => html`<div key=${x.id} class=${`toast ${x.tone}`}>
            <span>${x.text}</span>
            ${x.more && html`<button class="small" onClick=${x.more.act}>${x.more.label}</button>`}
            <button class="quiet small" aria-label=${t.errors.close} onClick=${() => dismiss(x.id)}>✕</button>
          </div>`,
        )}
      </section>`
    : null;

/** @param {{text: string}} props */
export const StaleBar = ({ text }) => html`<div class="stalebar" role="status">
  <${Icon} name="warn"/>
  ${text}
</div>`;

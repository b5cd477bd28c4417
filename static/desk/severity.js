/** How severe it really is: a glance at what rings, "wrong severity?" for work in hand. */
import { html, signal } from '../ui.js';
import { whoOf } from '../contact.js';
import { Dialog } from '../dialog.js';
import { Sev } from '../icons.js';
import { isUnsure } from '../grounds.js';
import { SEVERITIES } from '../model.js';
import { t } from '../strings/en.js';
import { act, boundLayer, layer, link, offer, pending, select, selected, state, wordOf } from './context.js';
import { Key } from './single_keys.js';
import { ContactState } from '../states.js';
import { undoable } from './undo.js';

/** Only of these does it make a difference whether they never were one.
 * @param {Contact} c @param {Severity} to */
const asks = (c, to) => c.channel !== 'voice' && c.severity <= 2 && to > c.severity;

/** @param {Contact} c @param {Severity} to @param {{correction?: string|null}} result
 * @param {string} words */
function said(c, to, result, words) {
  const correction = result?.correction ?? null;
  undoable(correction ? `${words} ${t.severity.learns}` : words, {
    send: () => link.send('severity_undo', { contact: c.id, correction }),
    done: t.severity.undone(c.severity),
    // New words, or a colleague, may change it again: then there is nothing to undo.
    holds: () => (state.value.contacts[c.id]?.severity ?? to) === to,
  });
}

/** @param {Contact} c @param {Severity} level @param {string} [kind] */
async function rate(c, level, kind = '') {
  const result = await act('severity', { contact: c.id, severity: level, kind });
  if (result)
    said(c, level, result, level === c.severity ? t.glance.said(level) : t.severity.done(c.severity, level));
}

/** @param {Severity} level @param {string} [kind] */
async function glance(level, kind = '') {
  const ring = offer.peek();
  if (!ring) return;
  asking.value = '';
  const result = await act('glance', { contact: ring.contact.id, fence: ring.fence, severity: level, kind });
  if (!result) return;
  if (result.taken) select(ring.contact.id);
  said(ring.contact, level, result, result.taken ? t.glance.taken : t.glance.on(level));
}

/** "Not" was pressed: the offer (its fence) or the contact in hand of which is asked why. */
const asking = signal('');
/** Why is asked just now: O is an answer to that. */
export const asksWhy = () =>
  !!asking.peek() && asking.peek() === (offer.peek()?.fence ?? selected.peek()?.id);

/** @param {Record<'never'|'over'|'back', () => void>} props */
const Why = ({ never, over, back }) => html`<div class="lookat" role="group" aria-label=${t.severity.why(4)}>
  <span class="t1 b">${t.severity.why(4)}</span>
  <div class="three">
    <button autofocus title=${t.severity.neverWhy} onClick=${never}>
      <${Key} of="N"/> ${t.severity.never}
    </button>
    <button title=${t.severity.overWhy} onClick=${over}><${Key} of="O"/> ${t.severity.over}</button>
    <button class="quiet last" onClick=${back}>${t.severity.back} <kbd>Esc</kbd></button>
  </div>
</div>`;

/** `passes`: what is no emergency goes on to others.
 * @typedef {{yes: string, on: (level: Severity) => () => void, no: () => void, busy: boolean,
 *   passes?: boolean}} Says
 * @param {Says} props */
const Three = ({ yes, on, no, busy, passes = false }) => html`<div
  class="lookat"
  role="group"
  aria-label=${t.glance.title}>
  <span class="t1"><b>${t.glance.title}</b> ${busy ? t.glance.sending : ''}</span>
  <div class="three">
    <button disabled=${busy} onClick=${on(1)}><${Key} of="1"/> ${yes}</button>
    <button disabled=${busy} title=${passes ? t.glance.passes : undefined} onClick=${on(2)}>
      <${Key} of="2"/> ${passes ? t.glance.urgent : t.glance.urgentHand}
    </button>
    <button disabled=${busy} title=${passes ? t.glance.passes : undefined} onClick=${no}>
      <${Key} of="4"/> ${passes ? t.glance.no : t.glance.noHand}
    </button>
  </div>
</div>`;

/** @param {{c: Contact, busy: boolean}} props */
export function GlanceAtOffer({ c, busy }) {
  const fence = offer.value?.fence ?? '';
  if (asking.value === fence)
    return html`<${Why}
      never=${() => glance(4, 'never')}
      over=${() => glance(4, 'over')}
      back=${() => {
        asking.value = '';
      }}/>`;
  return html`<${Three}
    passes
    yes=${t.glance.yes}
    busy=${busy || pending.value.glance}
    on=${(/** @type {Severity} */ level) => () => glance(level)}
    no=${() => {
      asking.value = fence;
    }}/>`;
}

/** @param {{c: Contact}} props */
export function GlanceInHand({ c }) {
  if (asking.value === c.id)
    return html`<${Why}
      never=${() => rateAsked(c, 'never')}
      over=${() => rateAsked(c, 'over')}
      back=${() => {
        asking.value = '';
      }}/>`;
  return html`<${Three}
    yes=${t.glance.yesHand}
    busy=${pending.value.severity}
    on=${(/** @type {Severity} */ level) => () => rate(c, level)}
    no=${() => {
      asking.value = c.id;
    }}/>`;
}

/** @param {Contact} c @param {string} kind */
function rateAsked(c, kind) {
  asking.value = '';
  void rate(c, 4, kind);
}

/** 1, 2, 4 of what is unsure, then N or O; of what rings first, else of what is in hand.
 * @param {string} key @param {() => boolean} early a key that was on its way before the ring */
export function glanceKey(key, early) {
  const ring = offer.peek();
  const c = ring ? ring.contact : selected.peek();
  if (!c || !isUnsure(c) || (!ring && c.state === ContactState.WRAPUP)) return false;
  const id = ring ? ring.fence : c.id;
  const go = (/** @type {Severity} */ level, /** @type {string} */ kind) => {
    asking.value = '';
    void (ring ? glance(level, kind) : rate(c, level, kind));
  };
  const word = key.toLowerCase();
  if (asking.peek() === id) {
    if (word === 'n') {
      go(4, 'never');
      return true;
    }
    if (word === 'o') {
      go(4, 'over');
      return true;
    }
    if (word === 'escape') {
      asking.value = '';
      return true;
    }
  }
  if (word !== '1' && word !== '2' && word !== '4') return false;
  if (ring && early()) return true;
  if (word === '4') asking.value = id;
  else go(word === '1' ? 1 : 2, '');
  return true;
}

/** W, of what is in hand. @returns {boolean} */
export function askSeverity() {
  if (!selected.peek()) return false;
  lower.value = null;
  layer.value = 'severity';
  return true;
}

/** While something rings, W asks why it does. */
export const WrongSeverity = () => html`<button
  class="small wrong"
  aria-haspopup="dialog"
  onClick=${askSeverity}>
  ${t.severity.button}
  ${offer.value ? '' : html` <${Key} of="W"/>`}
</button>`;

boundLayer('severity', () => selected.value?.id);
/** The lower level that was chosen, of which is asked why. */
const lower = signal(/** @type {Severity|null} */ (null));
const shut = () => {
  layer.value = null;
};

/** @param {Contact} c @param {Severity} level @param {string} [kind] */
function go(c, level, kind = '') {
  shut();
  void rate(c, level, kind);
}

/** @param {Contact} c @param {Severity} level */
function choose(c, level) {
  if (level === c.severity && !isUnsure(c)) shut();
  else if (asks(c, level)) lower.value = level;
  else {
    if (level > c.severity) unasked = performance.now();
    go(c, level);
  }
}

/** When a lower level was taken without a question: N or O, which answer it elsewhere, come too late. */
let unasked = 0;
const STRAY_MS = 1500;

/** @param {KeyboardEvent} e */
export function strayKey(e) {
  const stray = /^[no]$/i.test(e.key) && unasked > 0 && e.timeStamp - unasked < STRAY_MS;
  unasked = 0;
  return stray;
}

/** While "wrong severity?" is open, also before it is drawn. @param {string} key @returns {boolean} */
export function severityKey(key) {
  const c = selected.peek();
  if (layer.peek() !== 'severity' || !c) return false;
  const to = lower.peek();
  const word = key.toLowerCase();
  if (/^[1-4]$/.test(word)) choose(c, /** @type {Severity} */ (Number(word)));
  else if (word === 'w')
    layer.value = 'line'; // again: who waits
  else if (to && word === 'n') go(c, to, 'never');
  else if (to && word === 'o') go(c, to, 'over');
  else return false;
  return true;
}

/** @param {{c: Contact}} props */
function Levels({ c }) {
  const said = c.about && c.channel !== 'voice';
  const to = lower.value;
  return html`<${Dialog} title=${t.severity.title(whoOf(c))} close=${shut} class="sevdialog">
    ${said && html`<p class="muted">“${c.about}”</p>`}
    <p class="t1 muted">${t.severity.lead(c.severity)}</p>
    <div class="levels">
      ${SEVERITIES.map(
        (s) => html`<button
          key=${s}
          autofocus=${s === 1}
          aria-pressed=${String(lower.value === s)}
          aria-current=${s === c.severity ? 'true' : undefined}
          onClick=${() => choose(c, s)}>
          <kbd>${s}</kbd> <${Sev} level=${s} word=${wordOf(s)}/>
        </button>`,
      )}
    </div>
    ${to && html`<div class="stack" role="group" aria-label=${t.severity.why(to)}>
      <b>${t.severity.why(to)}</b>
      <button class="reason" onClick=${() => go(c, to, 'never')}>
        <kbd>N</kbd>
        <span><b>${t.severity.never}</b><br/><span class="muted t1">${t.severity.neverWhy}</span></span>
      </button>
      <button class="reason" onClick=${() => go(c, to, 'over')}>
        <kbd>O</kbd>
        <span><b>${t.severity.over}</b><br/><span class="muted t1">${t.severity.overWhy}</span></span>
      </button>
    </div>`}
    <div class="row">
      <span class="grow"></span>
      <button onClick=${shut}>${t.severity.keep} <kbd>Esc</kbd></button>
    </div>
  </${Dialog}>`;
}

export const SeverityDialog = () =>
  layer.value === 'severity' && selected.value ? html`<${Levels} c=${selected.value}/>` : null;

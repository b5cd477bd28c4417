/** Dialling a number that one types, into the incident in view or alone. What would be dialled, in which
 * country, and why not, stands there before anything is. */
import { html, newId, useEffect, useRef, useState } from '../ui.js';
import { announce } from '../announce.js';
import { Dialog } from '../dialog.js';
import { Icon } from '../icons.js';
import { begun } from '../format.js';
import { wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { blocked, calling, withSound } from './callback.js';
import { call, incident, layer, link } from './context.js';
import { actSure } from './sure.js';

const TYPING_MS = 150;
const FEW = 3; // what is shorter is not a number yet

export const openDial = () => {
  layer.value = 'dial';
};
const shut = () => {
  layer.value = null;
};

const countryName = (/** @type {string} */ code) => {
  try {
    return new Intl.DisplayNames(['en'], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
};

/** Asks what it is; an answer that was overtaken by more digits changes nothing. */
export function useCheck() {
  const [found, setFound] = useState(/** @type {DialCheck|null} */ (null));
  const turn = useRef(0);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (/** @type {string} */ number, /** @type {string|null} */ into = null) => {
    const mine = (turn.current += 1);
    clearTimeout(timer.current);
    setFound(null);
    if (number.trim().length < FEW) return;
    const ask = async () => {
      const answer = await link
        .send('dial_check', { number, incident: into })
        .catch((error) => ({ number: null, country: null, name: null, line: null, refusal: wordsOf(error) }));
      if (mine === turn.current) setFound({ ...answer, refusal: answer.refusal && begun(answer.refusal) });
    };
    timer.current = window.setTimeout(() => void ask(), TYPING_MS);
  };
  return { found, typed };
}

/** @param {object} order */
async function dialled(order) {
  const again = (/** @type {object} */ sure) => dialled(sure);
  if ((await withSound('typed', () => actSure('dial', order, again))) && layer.peek() === 'dial') shut();
}

function Dial() {
  const [number, setNumber] = useState('');
  const [into, setInto] = useState(false);
  const { found, typed } = useCheck();
  const of = incident.value;
  const where = (/** @type {boolean} */ there) => {
    setInto(there);
    typed(number, there && of ? of.id : null);
  };
  const why = blocked.value || found?.refusal || '';
  const ready = !!found?.number && !why && !calling.value;
  const go = async () => {
    if (!ready) return announce(why || t.dial.lead, 'assertive');
    void dialled({ number, incident: into && of ? of.id : null, key: newId() });
  };
  return html`<${Dialog} title=${t.dial.title} close=${shut}>
    <label class="stack tight">
      <span>${t.dial.label}</span>
      <input
        autofocus
        type="tel"
        autocomplete="off"
        maxlength="40"
        placeholder=${t.dial.placeholder}
        aria-describedby="dialwhat"
        value=${number}
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
          setNumber(e.currentTarget.value);
          typed(e.currentTarget.value, into && of ? of.id : null);
        }}
        onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
          if (e.key !== 'Enter' || e.altKey) return;
          e.preventDefault();
          void go();
        }}/>
    </label>
    <p id="dialwhat" class="dialwhat" role="status">
      ${found?.number && html`
        <b class="mono">${found.number}</b> ${' '}
        <span class="muted">
          ${[found.country && countryName(found.country), found.name].filter(Boolean).join(' · ')}
        </span>
      `}
      ${found?.line && html`
        <br/>
        <span class="muted">${t.dial.shown(found.line.word, found.line.number)}</span>
      `}
      ${why && html`<span class="s2"><${Icon} name="warn"/> ${why}</span>`}
      ${!why && !found?.number && html`<span class="muted">${t.dial.lead}</span>`}
    </p>
    ${of && html`<div class="row" role="group" aria-label=${t.dial.where}>
      <button class="small" aria-pressed=${String(!into)} onClick=${() => where(false)}>
        ${t.dial.theirs}
      </button>
      <button class="small" aria-pressed=${String(into)} onClick=${() => where(true)}>
        <span class="cut">${t.dial.into(of.number, of.title ?? '')}</span>
      </button>
    </div>`}
    ${!into && html`<p class="faint t1">${t.dial.alone}</p>`}
    <div class="row end">
      <button onClick=${shut}>${t.dial.cancel}</button>
      <button class="primary" disabled=${!ready} onClick=${go}>
        ${calling.value ? t.party.calling : html`${t.dial.go} <kbd>↵</kbd>`}
      </button>
    </div>
  </${Dialog}>`;
}

export const DialDialog = () =>
  layer.value === 'dial' && link.status.value !== 'locked' ? html`<${Dial}/>` : null;

/** In the bar while there is no call. */
export const DialButton = () => html`<button aria-haspopup="dialog" title=${t.dial.title} onClick=${openDial}>
  <${Icon} name="keypad"/>
  ${t.dial.button} <kbd>Alt C</kbd>
</button>`;

/** @type {import('./dialogs.js').Row} */
export const DIAL = {
  body: DialDialog,
  commands: () => (call.value ? [] : [[t.dial.title, 'Alt C', openDial]]),
};

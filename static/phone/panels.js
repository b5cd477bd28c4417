/** The telephone itself, its texts and its mail. */
import { html, useEffect, useRef, useSignal, useSignalEffect, useState } from '../ui.js';
import { Icon } from '../icons.js';
import { exactTime, hourMinute, spanText } from '../format.js';
import { MOST, segments } from '../segments.js';
import { faultWords } from '../network.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { answer, asking, call, config, decline, hangUp, levels, micFault, phone, say } from './call.js';
import { inCall } from './words.js';

const s = t.sandbox;

/** The sandbox's numbers never leave the machine: no masking here.
 * @returns {import('./call.js').SandboxLine[]} */
const lines = () => config.value?.lines ?? [];

/** Where a text goes: on a line of emergencies any text is one, whatever it says. */
const wordsDecide = () => lines().find((l) => l.severity !== 1) ?? lines()[0];

/** @param {{since: number}} props */
const Timer = ({ since }) => {
  const text = useSignal('0:00');
  useEffect(() => {
    const tick = () => {
      text.value = spanText(performance.now() - since);
    };
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [since]);
  return html`<span class="time">${text}</span>`;
};

/** @param {{of: 'mine'|'theirs', word: string}} props */
function Meter({ of, word }) {
  const bar = useRef(/** @type {HTMLElement|null} */ (null));
  useSignalEffect(() => {
    bar.current?.style.setProperty('--p', String(Math.min(1, Math.sqrt(levels.value[of]))));
  });
  return html`<div class="meter">
    <span class="t1 muted">${word}</span>
    <div class="bar ok" aria-hidden="true"><i ref=${bar}></i></div>
  </div>`;
}

const Keypad = () => {
  const [sent, setSent] = useState('');
  const press = (/** @type {string} */ d) => {
    setSent((x) => (x + d).slice(-20));
    say({ do: 'digits', digits: d });
  };
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ e) => {
      if (
        /^[0-9*#]$/.test(e.key) &&
        !(e.target instanceof Element && e.target.closest('input, textarea, select'))
      )
        press(e.key);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return html`<div role="group" aria-label=${s.keypad}>
    <div class="tones mono">${sent || ' '}</div>
    <div class="keys">
      ${[...'123456789*0#'].map(
        (d) => html`<button key=${d} aria-label=${t.phone.keyOf(d)} onClick=${() => press(d)}>${d}</button>`,
      )}
    </div>
  </div>`;
};

export function Telephone() {
  const p = phone.value;
  const live = inCall(p.state);
  const word = lines().find((l) => l.number === p.other)?.word ?? p.other;
  useEffect(() => {
    if (p.error) toast(p.error, 'warn');
  }, [p.error]);
  return html`<section class=${`panel handset ${p.state}`} aria-label=${s.title}>
    <div class="display">
      <span class="number mono">${s.mine(p.number || '…')}</span>
      <strong>${asking.value ? s.states.asking : (s.states[p.state] ?? p.state)}</strong>
      ${live ? html`<span class="muted">${word}</span>` : ''}
      ${p.state === 'in-progress' ? html`<${Timer} since=${p.since}/>` : ''}
    </div>
    ${micFault.value && html`<p class="s2 t1 b" role="alert">${faultWords(micFault.value)[0]} ${s.noMic}</p>`}
    ${p.state === 'incoming' && html`<div class="row">
      <button class="answer grow big" disabled=${asking.value} onClick=${answer}>
        <${Icon} name="voice"/>
        ${s.answer}
      </button>
      <button class="big" onClick=${decline}>${s.decline}</button>
    </div>`}
    ${live && p.state !== 'incoming' && html`
      <${Meter} of="mine" word=${s.level}/>
      <${Meter} of="theirs" word=${s.theirs}/>
      <${Keypad}/>
      <button class="end big" onClick=${hangUp}><${Icon} name="end"/>${s.hangUp}</button>
    `}
    ${!live && html`<ul class="lines" aria-label=${s.lines}>
      ${lines().map(
        (l) => html`<li key=${l.number} class="row">
          <span class="grow"><b>${l.word}</b><br/><span class="mono muted">${l.number}</span></span>
          <button
            class="answer"
            disabled=${asking.value}
            aria-label=${`${s.call}: ${l.word}`}
            onClick=${() => call(l.number)}>
            <${Icon} name="voice"/>
            ${s.call}
          </button>
        </li>`,
      )}
    </ul>`}
    <p class="hint t1"><${Icon} name="speaker"/>${s.headset}</p>
  </section>`;
}

export function Scripted() {
  const all = phone.value.people;
  if (!all.length) return null;
  return html`<section class="panel sec" aria-label=${s.alone}>
    <h2>${s.alone}</h2>
    <p class="muted t1">${s.scripted}</p>
    <ul class="stack scripts">
      ${all.map(
        (x) => html`<li key=${x.name}>
          <button
            title=${x.word}
            onClick=${() => {
              if (say({ do: 'scripted', script: x.name })) toast(s.started(x.word), 'ok');
            }}>
            <${Icon} name=${x.kind ?? 'voice'}/>
            <span>${x.word}</span>
          </button>
        </li>`,
      )}
    </ul>
  </section>`;
}

/** @param {{all: import('./words.js').Letter[], empty: string, mail?: boolean}} props */
function Letters({ all, empty, mail = false }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [all.length]);
  return html`<div
    ref=${box}
    class="thread scroll"
    tabindex="0"
    role="log"
    aria-label=${mail ? s.mail : s.text}>
    ${all.length
      ? html`<ol>
          ${all.map(
            (x) => html`<li key=${x.id} class=${x.direction === 'out' ? 'out' : ''}>
              <div class="bub">
                ${mail && x.subject ? html`<b>${x.subject}</b><br/>` : ''}
                ${x.body}
                <time class="t0" title=${exactTime(x.at)}>${hourMinute(x.at)}</time>
              </div>
            </li>`,
          )}
        </ol>`
      : html`<p class="empty">${empty}</p>`}
  </div>`;
}

export function Texts() {
  const [text, setText] = useState('');
  const [to, setTo] = useState('');
  const number = to || wordsDecide()?.number || '';
  const count = segments(text);
  const send = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (text.trim() && say({ do: 'text', to: number, body: text.trim() })) setText('');
  };
  return html`<section class="panel sec column" aria-label=${s.text}>
    <div class="between">
      <h2>${s.text}</h2>
      <select
        aria-label=${s.lines}
        value=${number}
        onChange=${(/** @type {On<Event, HTMLSelectElement>} */ e) => setTo(e.currentTarget.value)}>
        ${lines().map((l) => html`<option key=${l.number} value=${l.number}>${s.to(l.word)}</option>`)}
      </select>
    </div>
    <${Letters} all=${phone.value.texts} empty=${s.noTexts}/>
    <form class="stack" onSubmit=${send}>
      <textarea
        rows="2"
        maxlength=${MOST}
        aria-label=${s.textLabel}
        placeholder=${s.textLabel}
        value=${text}
        onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) => setText(e.currentTarget.value)}
        onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
          if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) send(e);
        }}></textarea>
      <div class="row">
        <span class="grow faint t1">${text ? t.composer.count(count.units, MOST, count.segments) : ''}</span>
        <button class="primary" disabled=${!text.trim()}>${s.send}</button>
      </div>
    </form>
  </section>`;
}

export function Mails() {
  const [subject, setSubject] = useState('');
  const [body, setBody] = useState('');
  const to = config.value?.mail ?? '';
  const last = [...phone.value.mails].reverse().find((m) => m.direction !== 'out');
  const send = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (body.trim() && say({ do: 'mail', to, subject: subject || (last ? last.subject : ''), body })) {
      setSubject('');
      setBody('');
      toast(s.sent, 'ok');
    }
  };
  return html`<section class="panel sec column" aria-label=${s.mail}>
    <div class="between"><h2>${s.mail}</h2><span class="faint t1 cut">${to && s.to(to)}</span></div>
    <${Letters} all=${phone.value.mails} empty=${s.noMails} mail/>
    <form class="stack" onSubmit=${send}>
      <input
        aria-label=${s.subject}
        placeholder=${s.subject}
        value=${subject}
        maxlength="200"
        onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setSubject(e.currentTarget.value)}/>
      <textarea
        rows="3"
        aria-label=${s.body}
        placeholder=${s.body}
        value=${body}
        onInput=${(/** @type {On<InputEvent, HTMLTextAreaElement>} */ e) =>
          setBody(e.currentTarget.value)}></textarea>
      <div class="row">
        <span class="grow"></span>
        <button class="primary" disabled=${!body.trim()}>${s.sendMail}</button>
      </div>
    </form>
  </section>`;
}

/** Every sentence that callers hear, by line and language: read, heard, then taken. */
import { cls, html, render, signal } from '../ui.js';
import { announce } from '../announce.js';
import { api } from '../link.js';
import { Icon } from '../icons.js';
import { Brand, MenuButton, themeItems } from '../menu.js';
import { Toasts, toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { playClip, playing, readOut, stop } from './playing.js';

/** @typedef {{language: string, tag: string, words: string, voice: string, clip: string,
 *   whose: 'ours'|'centre'|'line', new: boolean, fault?: string}} Said */
/** @typedef {{word: string, number: string, languages: string[],
 *   music: {clip: string, new: boolean, fault?: string},
 *   sentences: {key: string, when: string, said: Said[]}[]}} Heard */
/** @typedef {{file: string, version: string, faults: string[], languages: Record<string, string>,
 *   lines: Heard[], others: {key: string, old?: string, new?: string}[], may_take: boolean}} Told */

const told = signal(/** @type {Told|null} */ (null));
const news = signal({ text: '', bad: false });
const busy = signal(false);

/** @param {string} text */
const say = (text, bad = false) => {
  news.value = { text, bad };
  if (text) announce(text);
};

async function load(after = '') {
  busy.value = true;
  try {
    told.value = /** @type {Told} */ (await api('/api/callers'));
    say(after);
  } catch (error) {
    const { code, message } = /** @type {Fault} */ (error);
    if (code === 'unauthorized') location.replace('/login?next=/callers');
    say(code === 'not_allowed' ? t.hear.notAllowed : message || t.hear.offline, true);
  }
  busy.value = false;
}

async function take() {
  busy.value = true;
  try {
    await api('/api/config/reload', { seen: told.value?.version });
    await load(t.hear.taken);
  } catch (error) {
    const { message } = /** @type {Fault} */ (error);
    await load();
    say(message || t.hear.offline, true);
  }
  busy.value = false;
}

/** @param {{id: string, name: string, play: () => void}} props */
const Play = ({ id, name, play }) => {
  const on = playing.value === id;
  return html`<button
    class=${cls('small', on && 'primary')}
    aria-label=${`${on ? t.hear.stop : t.hear.play}: ${name}`}
    onClick=${on ? stop : play}>
    ${on ? t.hear.stop : t.hear.play}
  </button>`;
};

/** @param {{id: string, sentence: string, it: Said}} props */
const Cell = ({ id, sentence, it }) => {
  const language = told.value?.languages[it.language] ?? it.language;
  const play = () => {
    say('');
    if (it.clip && !it.fault) playClip(id, it.clip, () => toast(t.hear.failed, 'warn'));
    else if (!readOut(id, it.words, it.tag)) toast(t.hear.noVoice(language), 'warn');
  };
  return html`<td>
    ${it.words || it.clip
      ? html`<div class="said">
          <${Play} id=${id} name=${t.hear.playIt(sentence, language)} play=${play}/>
          <p lang=${it.language}>${it.words || html`<span class="faint">${t.hear.clip}</span>`}</p>
        </div>`
      : html`<p class="faint">${t.hear.silent}</p>`}
    ${(it.words || it.clip) && html`<p class="how faint t0">
      ${it.new && html`<span class="tag accent b">${t.hear.isNew}</span>`}
      ${it.clip && !it.fault ? `${t.hear.clip} ${it.clip}` : `${t.hear.read} ${it.voice || it.tag}`} ·${' '}
      ${t.hear.whose[it.whose]}
    </p>`}
    ${it.fault && html`<p class="s2 t1"><${Icon} name="warn"/> ${t.hear.broken(it.fault)}</p>`}
  </td>`;
};

/** @param {{line: Heard}} props */
const Line = ({ line }) => html`<section class="panel line" aria-label=${line.word}>
  <h2><span class="b">${line.word}</span> <span class="faint mono">${line.number}</span></h2>
  <table>
    <thead>
      <tr>
        <th scope="col">${t.hear.title}</th>
        ${line.languages.map((one) => html`<th scope="col" key=${one}>${told.value?.languages[one]}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${line.sentences.map(
        ({ key, when, said }) => html`<tr key=${key}>
          <th scope="row"><span class="mono">${key}</span><span class="muted t1">${when}</span></th>
          ${said.map(
            (it) => html`<${Cell}
              key=${it.language}
              id=${`${line.number} ${key} ${it.language}`}
              sentence=${key}
              it=${it}/>`,
          )}
        </tr>`,
      )}
      <tr>
        <th scope="row">
          <span class="mono">${t.hear.music}</span>
          <span class="muted t1">${t.hear.musicWhen}</span>
        </th>
        <td colspan=${line.languages.length}>
          <div class="said">
            <${Play}
              id=${`${line.number} music`}
              name=${`${t.hear.music}, ${line.word}`}
              play=${() =>
                playClip(`${line.number} music`, line.music.clip, () => toast(t.hear.failed, 'warn'))}/>
            <p class="faint t0">
              ${line.music.new && html`<span class="tag accent b">${t.hear.isNew}</span>`}
              ${t.hear.clip} ${line.music.clip}
            </p>
          </div>
          ${line.music.fault && html`<p class="s2 t1">
            <${Icon} name="warn"/> ${t.hear.broken(line.music.fault)}
          </p>`}
        </td>
      </tr>
    </tbody>
  </table>
</section>`;

/** @param {Told} of */
const newOnes = (of) =>
  of.lines.reduce(
    (n, line) =>
      n +
      Number(line.music.new) +
      line.sentences.reduce((m, { said }) => m + said.filter((it) => it.new).length, 0),
    0,
  );

/** What else counts when the file is taken. @param {{of: Told}} props */
const Others = ({ of }) => html`<div class="others">
  <p class="s2 b">${t.hear.others(of.others.length)}</p>
  <table>
    <thead>
      <tr>
        <th scope="col">${t.hear.setting}</th>
        ${of.may_take && html`<th scope="col">${t.hear.old}</th><th scope="col">${t.hear.young}</th>`}
      </tr>
    </thead>
    <tbody>
      ${of.others.map(
        (it) => html`<tr key=${it.key}>
          <th scope="row" class="mono">${it.key}</th>
          ${of.may_take && html`<td>${it.old}</td><td>${it.new}</td>`}
        </tr>`,
      )}
    </tbody>
  </table>
</div>`;

/** What the file says against what callers hear. @param {{of: Told}} props */
const Standing = ({ of }) => {
  const n = newOnes(of);
  return html`<div class="panel sec standing">
    <div class="row">
      <p class="grow">
        <b>${of.faults.length ? t.hear.leadFaulty : t.hear.lead(of.file)}</b> <span class="muted">
          ${t.hear.voice}
        </span>
      </p>
      <button disabled=${busy.value} onClick=${() => load()}>${t.hear.again}</button>
      ${of.may_take && html`<button
        class="primary"
        disabled=${busy.value || of.faults.length > 0 || n + of.others.length === 0}
        onClick=${take}>
        ${of.others.length ? t.hear.takeAll : t.hear.take}
      </button>`}
    </div>
    ${of.faults.length > 0
      ? html`<div class="s1">
          <p class="b"><${Icon} name="warn"/> ${t.hear.faulty}</p>
          <ul class="mono">${of.faults.map((it) => html`<li key=${it}>${it}</li>`)}</ul>
        </div>`
      : html`<p class=${n ? 'accent b' : 'muted'}>
          ${n ? t.hear.news(n) : t.hear.sameNow} ${n && !of.may_take ? t.hear.askAdmin : ''}
        </p>`}
    ${of.others.length > 0 && html`<${Others} of=${of}/>`}
  </div>`;
};

const Page = () => html`<div class="callers">
  <header class="top">
    <${Brand}/>
    <h1>${t.hear.title}</h1>
    <span class="grow"></span>
    <a href="/board">${t.board.title}</a>
    <${MenuButton} class="quiet" align="right" label=${t.menu.theme} items=${themeItems()}/>
  </header>
  <main>
    ${told.value && html`<${Standing} of=${told.value}/>`}
    ${news.value.text && html`<p class=${cls('news', news.value.bad ? 's2 b' : 'ok b')}>
      ${news.value.text}
    </p>`}
    ${(told.value?.lines ?? []).map((line) => html`<${Line} key=${line.number} line=${line}/>`)}
  </main>
  <${Toasts}/>
</div>`;

addEventListener('keydown', (e) => {
  if (e.key === 'Escape') stop();
});
window.speechSynthesis?.getVoices(); // asked for once, they are there when they are needed
render(html`<${Page}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
void load();

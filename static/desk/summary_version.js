/** One version of a summary: what it says, what changed, redacted as it would go out; its PDF. */
import { html, useEffect, useState } from '../ui.js';
import { dayAndTime } from '../format.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { act, pending } from '../in_view.js';
import { RedactedText, Sentences, Variants } from './summary_sentences.js';
import { Wrong } from './wrong.js';

const SAYS = new Set(['more_known', 'damaged', 'busy', 'not_allowed']);

/** @param {string} base64 @param {string} name */
function download(base64, name) {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {{of: SummaryVersion}} props */
const Changes = ({ of }) => html`<section class="stack tight" aria-label=${t.summary.changed(of.since ?? 0)}>
  <h3>${t.summary.changed(of.since ?? 0)}</h3>
  ${of.changes.length === 0 && html`<p class="muted">${t.summary.unchanged}</p>`}
  <ul class="stack tight changes">
    ${of.changes.map(
      (one, i) => html`<li key=${i}>
        <b>${t.summary.kinds[one.kind]}</b> ${one.kind === 'gone' ? html`<s>${one.text}</s>` : one.text}
        ${one.kind === 'changed' && html`<br/><span class="muted">${t.summary.was(one.before)}</span>`}
      </li>`,
    )}
  </ul>
</section>`;

/** @param {{of: Incident, found: ResultOf<'summary'>, id: string, leave: () => void,
 *   useIt: (version: SummaryVersion) => void}} props */
export function Version({ of, found, id, leave, useIt }) {
  const [it, show] = useState(/** @type {SummaryVersion|null} */ (null));
  const [hides, hide] = useState(false);
  const [fault, tell] = useState('');
  useEffect(() => {
    void act('summary_version', { incident: of.id, summary: id }).then((now) => show(now ?? null));
  }, []);
  const send = async (/** @type {'redacted'|'full'} */ variant) => {
    tell('');
    const onFault = (/** @type {Fault} */ no) => tell(no.message ?? '');
    const sent = await act(
      'export_summary',
      { incident: of.id, summary: id, variant },
      { says: SAYS, onFault },
    );
    if (!sent) return;
    download(sent.pdf, sent.name);
    const other = sent.first ? ` ${t.summary.other(dayAndTime(sent.first.at))}` : '';
    toast(t.summary.exported(sent.name) + other, other ? 'warn' : 'ok');
  };
  if (!it) return html`<p class="muted">${t.summary.loading}</p>`;
  const busy = pending.value.export_summary;
  return html`
    <div class="row wraps t1 muted">
      <span class="grow row">
        ${t.summary.savedBy(it.by_name, dayAndTime(it.at))}
        ${hides && html`<${RedactedText} parts=${it.redacted} counts/>`}
      </span>
      <${Variants} hides=${hides} choose=${hide}/>
    </div>
    ${!it.whole && html`<${Wrong} words=${t.summary.damaged}/>`}
    <div class="scroll page">
      <${Sentences}
        of=${of}
        sections=${found.sections}
        sentences=${it.sentences}
        parts=${hides ? it.redacted : null}
        leave=${leave}/>
      ${!hides && it.since !== null && html`<${Changes} of=${it}/>`}
    </div>
    <${Wrong} words=${fault}/>
    <div class="row wraps">
      <button class="quiet" onClick=${() => useIt(it)}>${t.summary.useIt}</button>
      <span class="grow muted t1">${!found.may.full && t.summary.supervisor}</span>
      <button onClick=${leave}>${t.summary.close}</button>
      ${found.may.full && html`<button disabled=${busy} onClick=${() => send('full')}>
        ${t.summary.pdfFull}
      </button>`}
      ${found.may.redacted &&
      (hides
        ? html`<button class="primary" disabled=${busy} onClick=${() => send('redacted')}>
            ${busy ? t.summary.exporting : t.summary.pdf}
          </button>`
        : html`<button class="primary" onClick=${() => hide(true)}>${t.summary.look}</button>`)}
    </div>
  `;
}

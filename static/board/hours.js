/** Which queues are open now, and when that changes: shape, word, moment. */
import { html, useComputed } from '../ui.js';
import { dayName, hourMinute } from '../format.js';
import { openAt } from '../model.js';
import { now } from '../clock.js';
import { t } from '../strings/en.js';
import { centre } from './context.js';

/** @param {number} at */
const when = (at) =>
  new Date(at).toDateString() === new Date(now.peek()).toDateString()
    ? hourMinute(at)
    : `${dayName(at)} ${hourMinute(at)}`;

/** @param {{word: string, hours: Hours}} props */
const Queue = ({ word, hours }) => {
  const text = useComputed(() => {
    const { open, next } = openAt(hours, now.value);
    const why = hours.why && !open ? `, ${hours.why}` : '';
    const then = next ? ` · ${(open ? t.hours.until : t.hours.opens)(when(next))}` : '';
    return `${open ? '●' : '○'} ${word} ${open ? t.hours.open : t.hours.closed}${why}${then}`;
  });
  return html`<span class="tag hours" title=${hours.zone}>${text}</span>`;
};

export function Hours() {
  const hours = centre.value?.hours ?? {};
  const queues = (centre.value?.queues ?? []).filter((q) => hours[q.name]);
  return queues.length
    ? html`<span class="row hoursrow" role="group" aria-label=${t.hours.title}>
        ${queues.map((q) => html`<${Queue} key=${q.name} word=${q.word} hours=${hours[q.name]}/>`)}
      </span>`
    : null;
}

/** Which queues are open now, and when that changes: shape, word, moment. */
import { html, useComputed } from '../ui.js';
import { dayAndTime, dayName, hourMinute } from '../format.js';
import { openAt } from '../model.js';
import { now } from '../clock.js';
import { t } from '../strings/en.js';
import { centre } from './context.js';

/** A weekday says no more which one it is. */
const WEEK_MS = 6 * 86_400_000;

/** @param {number} at */
const when = (at) =>
  new Date(at).toDateString() === new Date(now.peek()).toDateString()
    ? hourMinute(at)
    : at - now.peek() < WEEK_MS
      ? dayAndTime(at)
      : `${dayName(at)} ${hourMinute(at)}`;

/** @param {{word: string, hours: Hours}} props */
const Queue = ({ word, hours }) => {
  const text = useComputed(() => {
    const { open, next } = openAt(hours, now.value);
    const why = hours.why && !open ? `, ${hours.why}` : '';
    const then = next ? ` · ${(open ? t.hours.until : t.hours.opens)(when(next))}` : '';
    return `${open ? '●' : '○'} ${word} ${open ? t.hours.open : t.hours.closed}${why}${then}`;
  });
  const whole = useComputed(() => `${text.value} (${hours.zone})`);
  return html`<span class="tag hours" title=${whole}>${text}</span>`;
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

/** Text and bars that follow the one clock. Each changes its own text node; nothing else is drawn. */
import { html, useComputed, useEffect, useRef, useSignalEffect } from './ui.js';
import { now } from './clock.js';
import { exactTime, leftText, secondsLeft, spanText } from './format.js';
import { announce } from './announce.js';
import { t } from './strings/en.js';

/** Time since a moment. @param {{at: number}} props */
export function Since({ at }) {
  const text = useComputedOf(() => spanText(now.value - at), at);
  return html`<time title=${exactTime(at)}>${text}</time>`;
}

/** Less is the difference of two clocks. */
const AHEAD_MS = 60_000;

/** How long somebody waits; "in …" before that begins: a promised call of closed hours waits from when we
 * open. @param {{from: number}} props */
export function Waits({ from }) {
  const text = useComputedOf(() => {
    const ms = now.value - from;
    return ms < -AHEAD_MS ? t.waitsIn(leftText(-ms)) : spanText(ms);
  }, from);
  return html`<time title=${exactTime(from)}>${text}</time>`;
}

/** Time until a moment, "over" after it.
 * @param {{at: number, left?: (x: string) => string, over?: (x: string) => string}} props */
export function Until({ at, left = (x) => x, over = (x) => x }) {
  const text = useComputedOf(
    () => (now.value < at ? left(leftText(at - now.value)) : over(leftText(now.value - at))),
    at,
  );
  return html`<time title=${exactTime(at)}>${text}</time>`;
}

/** What is left until a moment; it ends at "0 s". @param {{at: number}} props */
export function Left({ at }) {
  return html`<span>${useComputedOf(() => leftText(at - now.value), at)}</span>`;
}

/** Whole seconds of a short countdown, without the unit. @param {{at: number}} props */
export function Seconds({ at }) {
  return html`<span>${useComputedOf(() => secondsLeft(at - now.value), at)}</span>`;
}

/** How much of the target is used up. @param {{from: number, to: number, class?: string}} props */
export function TargetBar({ from, to, class: extra = '' }) {
  const bar = useRef(/** @type {HTMLElement|null} */ (null));
  const range = useRef([from, to]);
  range.current = [from, to];
  const draw = () => {
    const [a, b] = range.current;
    bar.current?.style.setProperty(
      '--p',
      String(Math.max(0, Math.min(1, (now.value - a) / Math.max(1, b - a))).toFixed(3)),
    );
  };
  useSignalEffect(draw);
  useEffect(draw, [from, to]);
  return html`<div class=${`bar ${extra}`} aria-hidden="true"><i ref=${bar}></i></div>`;
}

/** Says something once when a moment comes near.
 * @param {{at: number, before: number, text: string, how?: 'polite'|'assertive'}} props */
export function Threshold({ at, before, text, how = 'polite' }) {
  const said = useRef(/** @type {number|null} */ (null));
  const first = useRef(true);
  useSignalEffect(() => {
    const reached = now.value >= at - before;
    if (reached && said.current !== at) {
      said.current = at;
      if (!first.current) announce(text, how); // what was long due when the page came is no news
    }
    first.current = false;
  });
  return null;
}

/** A computed signal that also follows its property.
 * @template T @param {() => T} compute @param {unknown} key */
function useComputedOf(compute, key) {
  const latest = useRef(compute);
  latest.current = compute;
  const sig = useComputed(() => latest.current());
  const was = useRef(key);
  if (was.current !== key) {
    was.current = key;
    return compute();
  }
  return sig;
}

/** What is handed off to me, and what I handed off: asked for anew whenever the centre says that it changed.
 * No panel is drawn here. */
import { announce } from '../announce.js';
import { computed, effect, signal } from '../ui.js';
import { toast } from '../toasts.js';
import { t } from '../strings/en.js';
import { hints, incidentId, layer, link, offer, onLive, openFound, state, work } from './context.js';

const SOON_MS = 60; // several changes are one question
const AGAIN_MS = 2000;

/** For me, or for a department of mine; the first due first. */
export const incoming = signal(/** @type {HandOffRow[]} */ ([]));
/** Mine: those that wait, then those whose end I have not read. */
export const outgoing = signal(/** @type {HandOffRow[]} */ ([]));

/** What was told here, by what it was. @type {Set<string>} */
const told = new Set();
let timer = 0;
let asked = 0; // an older answer that comes late says what was

/** @param {string} what @param {() => unknown} tell */
function once(what, tell) {
  if (told.has(what)) return;
  told.add(what);
  tell();
}

/** @param {number} [ms] */
export function askHandOffs(ms = SOON_MS) {
  clearTimeout(timer);
  timer = window.setTimeout(async () => {
    if (link.status.peek() !== 'live') return; // asked again once it is
    const mine = ++asked;
    try {
      const found = await link.send('hand_offs');
      if (mine !== asked) return;
      incoming.value = found.incoming;
      outgoing.value = found.outgoing;
    } catch {
      if (mine === asked) askHandOffs(AGAIN_MS);
    }
  }, ms);
}

/** Nothing is in hand, rings, is in view or lies on top: what comes may come into view. */
const idle = () => !work.peek().length && !offer.peek() && !incidentId.peek() && !layer.peek();

export function followHandOffs() {
  onLive.add(() => askHandOffs(0));
  hints.set('hand_offs_changed', () => askHandOffs());
  effect(() => {
    for (const row of incoming.value)
      once(`in ${row.id}`, () => {
        announce(t.handedToMe.came(row.sender_name, row.number, row.title), 'assertive');
        if (idle()) openFound(row.incident);
      });
    const me = state.peek().me?.id;
    for (const row of outgoing.value) {
      for (const one of row.questions)
        if (!one.answer)
          once(`asked ${one.id}`, () => toast(t.handedAway.asks(one.by, row.number, one.question), 'warn'));
      if (row.ended && row.sender === me)
        once(`ended ${row.id}`, () =>
          toast(
            t.handedAway.news(row.number, row.ended ?? ''),
            row.state === 'expired' ? 'alarm' : row.state === 'accepted' ? 'ok' : 'warn',
          ),
        );
    }
  });
}

/** The one for me of the incident in view. */
export const forMeHere = computed(
  () => incoming.value.find((row) => row.incident === incidentId.value) ?? null,
);

/** From when on its time runs. @param {HandOffRow} row */
export const began = (row) => Math.max(row.made_at, row.opens_at ?? 0);

/** Beside what is mine: to whom it is handed, in words; empty: to nobody. @param {string} incident */
export function handedWords(incident) {
  const row = outgoing.value.find((one) => one.incident === incident);
  return row && !row.ended ? t.handedAway.mine(row.to) : '';
}

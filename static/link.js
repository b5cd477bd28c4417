/**
 * The one WebSocket of a page: ticket, snapshot and events in, intents out.
 *
 * It reconnects with back-off and jitter, asks for a snapshot after a gap, finds out by itself that the
 * machine slept, the tab was frozen or the network changed, and never pretends: `status` says live, stale,
 * connecting or locked (signed out elsewhere), and `heardAt` when the server was last heard.
 */
import { signal } from './vendor/signals-core.mjs';
import { heard } from './clock.js';
import { empty, fold } from './model.js';

const STALE_MS = 9_000; // the server speaks at least every 4 s
const DEAD_MS = 14_000;
const REPLY_MS = 8_000;
const WATCH_MS = 1_000;
const QUIET_MS = 5_000;
const PROBE_MS = 2_000; // what carries nothing back within this is dead
const SLEPT_MS = 4_000; // so late is no timer of a page that runs
const BACKOFF_MS = 250;
const BACKOFF_MAX_MS = 5_000;

/** What the server (or this page, for it) says went wrong. */
export class Refused extends Error {
  /** @param {string} code @param {string} [message] */
  constructor(code, message) {
    super(message ?? code);
    this.code = code;
  }
}

/** Asks the centre over HTTP. Fails with Refused.
 * @param {string} path @param {object} [body] @param {string} [method] @returns {Promise<unknown>} */
export async function api(path, body, method = body === undefined ? 'GET' : 'POST') {
  const response = await fetch(path, {
    method,
    headers: method === 'GET' ? {} : { 'Content-Type': 'application/json', 'X-Holdfast': '1' },
    body: body === undefined || method === 'GET' ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
  });
  const text = await response.text();
  /** @type {{error?: {code?: string, message?: string}}|null} */
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    /* not JSON: the status says enough */
  }
  if (!response.ok)
    throw new Refused(
      response.status === 401 ? 'unauthorized' : (data?.error?.code ?? `http_${response.status}`),
      data?.error?.message,
    );
  return data;
}

/**
 * @param {'desk'|'board'} view
 * @param {{onNotice?: (n: NoticeMessage) => void, onLive?: () => void,
 *   onEvent?: (message: Message, before: PageState, after: PageState) => void}} [handlers]
 */
export function createLink(view, handlers = {}) {
  const state = signal(empty());
  /** @type {Signal<'connecting'|'live'|'stale'|'locked'|'off'>} */
  const status = signal('connecting');
  const heardAt = signal(0);
  /** @type {WebSocket|null} */
  let socket = null;
  /** @type {Map<number, {done: (v: unknown) => void, fail: (e: Error) => void, timer: number}>} */
  const waiting = new Map();
  let nextId = 1;
  let tries = 0;
  let lastHeard = performance.now();
  let heardOn = Date.now(); // by the wall clock: the other one stands still while a machine sleeps
  let retry = 0;
  let asked = false;
  let stopped = true;

  async function connect() {
    clearTimeout(retry);
    if (stopped || status.peek() === 'locked' || socket) return;
    retry = window.setTimeout(connect, REPLY_MS); // a request that hangs in a dead connection
    let ticket;
    try {
      ({ ticket } = /** @type {{ticket: string}} */ (await api('/api/desk/ticket', {})));
    } catch (error) {
      if (error instanceof Refused && error.code === 'unauthorized') {
        clearTimeout(retry);
        status.value = 'locked';
        return;
      }
      return again();
    }
    clearTimeout(retry);
    if (stopped || socket) return;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const opened = new WebSocket(
      `${scheme}://${location.host}/api/desk/ws?ticket=${encodeURIComponent(ticket)}&view=${view}`,
    );
    socket = opened;
    lastHeard = performance.now();
    heardOn = Date.now();
    opened.onmessage = (event) => {
      if (socket === opened) receive(JSON.parse(event.data));
    };
    opened.onclose = () => {
      if (socket === opened) lost();
    };
  }

  function lost() {
    const closing = socket;
    socket = null;
    asked = false;
    if (closing) {
      closing.onclose = null;
      closing.onmessage = null;
      closing.close();
    }
    for (const [id, call] of waiting) {
      waiting.delete(id);
      clearTimeout(call.timer);
      call.fail(new Refused('offline'));
    }
    if (status.peek() === 'live') status.value = 'stale';
    again();
  }

  function again() {
    if (stopped) return;
    const delay = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** tries) * (0.5 + Math.random() / 2);
    tries += 1;
    clearTimeout(retry);
    retry = window.setTimeout(connect, delay);
  }

  /** @param {Message | {type: 'ping', now: number} | ReplyMessage} message */
  function receive(message) {
    lastHeard = performance.now();
    heardOn = Date.now();
    if ('now' in message && message.now) {
      heard(message.now);
      heardAt.value = message.now;
    }
    if (
      status.peek() === 'stale' &&
      !asked &&
      state.peek().loaded &&
      message.type !== 'snapshot' &&
      tries === 0
    )
      status.value = 'live';
    switch (message.type) {
      case 'ping':
        return transmit({ do: 'pong' });
      case 'reply':
        return settle(message);
      case 'notice':
        if (message.code === 'signed_out') status.value = 'locked'; // a call in hand keeps the socket
        return handlers.onNotice?.(message);
    }
    const before = state.peek();
    const after = fold(before, message);
    if (after !== before) state.value = after;
    if (message.type === 'snapshot') {
      asked = false;
      tries = 0;
      if (status.peek() !== 'locked') status.value = 'live';
      handlers.onLive?.();
    } else if (after.gap && !asked) {
      asked = true;
      transmit({ id: nextId++, do: 'snapshot' });
    }
    if (after !== before) handlers.onEvent?.(message, before, after);
  }

  /** @param {ReplyMessage} message */
  function settle(message) {
    const call = waiting.get(message.id);
    if (!call) return;
    waiting.delete(message.id);
    clearTimeout(call.timer);
    if (message.ok) call.done(message.result ?? null);
    else call.fail(new Refused(message.error?.code ?? 'unknown', message.error?.message));
  }

  /** @param {{id?: number, do: string}} message */
  function transmit(message) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  /** Send an intent. Resolves with its result; fails with Refused (code `offline` or `no_answer`
   * when the server did not say).
   * @template {string} K @param {K} what @param {object} [fields] @param {number} [within]
   * @returns {Promise<ResultOf<K>>} */
  function send(what, fields = {}, within = REPLY_MS) {
    const answer = new Promise((done, fail) => {
      const id = nextId++;
      if (!transmit({ id, do: what, ...fields })) return fail(new Refused('offline'));
      const timer = window.setTimeout(() => {
        waiting.delete(id);
        fail(new Refused('no_answer'));
      }, within);
      waiting.set(id, { done, fail, timer });
    });
    return /** @type {Promise<ResultOf<K>>} */ (answer);
  }

  /** The machine or the tab woke up, or the network changed: find out at once instead of at the next
   * time-out. @param {unknown} slept true: this page did not run for a while */
  function wake(slept) {
    if (stopped) return;
    if (!socket) {
      tries = 0;
      return void connect();
    }
    if (slept === true && Date.now() - heardOn > QUIET_MS) {
      tries = 0;
      return lost(); // the centre has said something meanwhile
    }
    if (slept === true || performance.now() - lastHeard > QUIET_MS) probe();
  }

  /** Whether the socket still carries anything; the answer is a snapshot. */
  function probe() {
    const asked = socket;
    const since = performance.now();
    send('snapshot', {}, PROBE_MS).catch(() => {
      if (socket === asked && lastHeard <= since) lost();
    });
  }

  function watch() {
    const late = Date.now() - looked > WATCH_MS + SLEPT_MS;
    looked = Date.now();
    if (late) return wake(true);
    const silent = performance.now() - lastHeard;
    if (socket && silent > DEAD_MS) lost();
    else if (socket && silent > STALE_MS && status.peek() === 'live') status.value = 'stale';
  }

  let watcher = 0;
  let looked = 0;
  const onVisible = () => {
    if (!document.hidden) wake(false);
  };
  return {
    state,
    status,
    heardAt,
    send,
    /** Something else says that the network may be gone. */
    doubt: () => wake(true),
    start() {
      if (!stopped) return;
      stopped = false;
      status.value = 'connecting';
      looked = Date.now();
      watcher = window.setInterval(watch, WATCH_MS);
      document.addEventListener('visibilitychange', onVisible);
      document.addEventListener('resume', wake);
      window.addEventListener('online', wake);
      window.addEventListener('pageshow', wake);
      void connect();
    },
    /** After signing in again on the locked screen. */
    unlock() {
      status.value = 'connecting';
      tries = 0;
      if (socket) lost(); // it belongs to the session that has ended
      clearTimeout(retry);
      void connect();
    },
    stop() {
      stopped = true;
      clearInterval(watcher);
      clearTimeout(retry);
      document.removeEventListener('visibilitychange', onVisible);
      document.removeEventListener('resume', wake);
      window.removeEventListener('online', wake);
      window.removeEventListener('pageshow', wake);
      const closing = socket;
      socket = null;
      if (closing) {
        closing.onclose = null;
        closing.close();
      }
      status.value = 'off';
    },
  };
}

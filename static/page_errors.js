/** Errors that nothing in a page caught are told to the centre, for its log: each once, by the browser's own
 * words and the places in our files. What anybody said or typed is in neither.
 *
 * A plain script before all modules: it also hears of one that does not load.
 */
{
  const MOST = 10;
  const MOST_FRAMES = 12;
  const SETTLE_MS = 2_000; // an error of a page that draws again and again is counted
  const AGAIN_MS = 30_000;
  const NAME = '(?:[A-Za-z_$][\\w$]{0,39}|\\d{1,3})';
  const PATH = '(?:[\\w$.]|\\(\\.\\.\\.\\)|\\(intermediate value\\)){1,80}';
  /** Words of browsers that hold names of our code and no values; of others only the type is told. */
  const WITHOUT_VALUES = [
    `Cannot (?:read|set) properties of (?:null|undefined) \\((?:reading|setting) '${NAME}'\\)`,
    `${PATH} is not (?:a function|a constructor|defined|iterable)(?: \\(cannot read property [\\w.()]+\\))?`,
    `Cannot access '${NAME}' before initialization`,
    `(?:can't access property "${NAME}", )?${PATH} is (?:null|undefined)`,
    `(?:null|undefined) is not an object \\(evaluating '${PATH}'\\)`,
    'Maximum call stack size exceeded|too much recursion|Failed to fetch|Load failed',
  ].map((words) => new RegExp(`^(?:${words})$`));
  const PLACE = /:\d+:\d+\)?$/;

  const page = location.pathname.split('/').pop() ?? '';
  const path = page === 'phone' ? '/api/sandbox/page_errors' : '/api/page_errors';
  /** @type {Map<string, {name: string, message: string, stack: string[], count: number, sent: boolean}>} */
  const found = new Map();
  let timer = 0;

  /** A line of a stack, if it is in one of our files: `desk/people.js:36:12 reveal`. @param {string} line */
  function frameOf(line) {
    const [before, after] = line.split(`${location.origin}/static/`);
    const at = /^(?:[0-9a-f]{12}\/)?([\w/.-]{1,80}\.m?js)(?:\?[^:]*)?(:\d{1,6}:\d{1,6})\)?$/.exec(
      after ?? '',
    );
    const inside = /^\s*(?:at )?(?:async )?(?:new )?([\w$.]{1,60})(?: \(|@)$/.exec(before);
    return at ? [`${at[1]}${at[2]}${inside ? ` ${inside[1]}` : ''}`] : [];
  }

  /** @param {unknown} error @param {string} [at] where the browser says it was */
  function heard(error, at = '') {
    const it = error instanceof Error ? error : null;
    const lines = (it?.stack ?? '').split('\n').filter((line) => PLACE.test(line));
    const places = lines.length || !at ? lines : [at];
    const stack = places.flatMap(frameOf).slice(0, MOST_FRAMES);
    if (places.length && !stack.length) return; // of an extension of the browser
    const name = it ? it.constructor.name : typeof error;
    const code = it && 'code' in it ? String(it.code) : '';
    const told = it?.message ?? '';
    const message = /^[a-z_]{1,40}$/.test(code)
      ? code
      : WITHOUT_VALUES.some((words) => words.test(told))
        ? told
        : '';
    const key = [name, message, ...stack].join('\n');
    const known = found.get(key);
    if (known) known.count += 1;
    else if (found.size < MOST) {
      found.set(key, { name, message, stack, count: 1, sent: false });
      timer ||= window.setTimeout(send, SETTLE_MS);
    }
  }

  function send() {
    clearTimeout(timer);
    timer = 0;
    for (const one of found.values()) {
      if (one.sent) continue;
      one.sent = true;
      const { name, message, stack, count } = one;
      const open_s = Math.round(performance.now() / 1000);
      fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Holdfast': '1' },
        body: JSON.stringify({ page, name, message, stack, count, open_s }),
        credentials: 'same-origin',
        keepalive: true,
      }).then(
        ({ status }) => (status !== 401 && status < 500 ? undefined : later(one)),
        () => later(one),
      );
    }
  }

  /** The centre is away, or they are signed out. @param {{sent: boolean}} one */
  function later(one) {
    one.sent = false;
    timer ||= window.setTimeout(send, AGAIN_MS);
  }

  addEventListener('error', (event) =>
    heard(event.error, `${event.filename}:${event.lineno}:${event.colno}`),
  );
  addEventListener('unhandledrejection', (event) => heard(event.reason));
  addEventListener('pagehide', send);
}

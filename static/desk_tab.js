/** Between a browser's board and its open desk: what is pressed on the board happens at the desk that is
 * there, however it was opened. (A link finds a window by its name only if it opened it.) */
const NAME = 'holdfast-desk';
const HEARD_MS = 500;
const DONE_MS = 15_000;

/** What became of it; null: no desk of theirs is open in this browser.
 * @param {DeskAsk} ask @returns {Promise<DeskAnswer|null>} */
export function askDesk(ask) {
  const channel = new BroadcastChannel(NAME);
  const id = Math.random();
  return new Promise((done) => {
    const end = (/** @type {DeskAnswer|null} */ answer) => {
      clearTimeout(timer);
      channel.close();
      done(answer);
    };
    let timer = setTimeout(() => end(null), HEARD_MS);
    channel.onmessage = ({ data }) => {
      if (data.of !== id) return;
      if (data.answer) return end(data.answer);
      clearTimeout(timer);
      timer = setTimeout(() => end({ became: 'asked' }), DONE_MS);
    };
    channel.postMessage({ id, ask });
  });
}

/** At the desk. @param {(ask: DeskAsk) => Promise<DeskAnswer>|null} act null: it is not for this desk */
export function hearBoard(act) {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = async ({ data }) => {
    const doing = data.ask && act(data.ask);
    if (!doing) return;
    channel.postMessage({ of: data.id });
    channel.postMessage({ of: data.id, answer: await doing });
  };
}

/** A caller whose language the agent does not speak: the interpreter is one key away. */
import { computed, html } from '../ui.js';
import { Icon } from '../icons.js';
import { isForeign } from '../speaks.js';
import { ContactState } from '../states.js';
import { t } from '../strings/en.js';
import { askIn } from './consult.js';
import { call, centre, me, pending } from './context.js';

/** My caller's language that I do not speak, while nobody has been asked in. */
const foreign = computed(() => {
  const c = call.value;
  return c && c.state === ContactState.ACTIVE && !c.consult && isForeign(c, me.value) ? c.speaks : null;
});
const wanted = computed(() =>
  foreign.value && centre.value?.interpreters?.includes(foreign.value) ? foreign.value : null,
);

/** @param {string} code */
const wordNow = (code) => centre.value?.languages[code] ?? code;

function ask() {
  const c = call.peek();
  if (c && wanted.peek()) void askIn(c, { interpreter: wanted.peek() });
}

/** Of the command bar. @returns {import('./overlays.js').Command|false} */
export const interpreterCommand = () => !!wanted.value && [t.speaks.ask(wordNow(wanted.value)), 'Alt U', ask];

/** @type {Record<string, {when: () => boolean, does: () => void}>} */
export const INTERPRETER_KEYS = { KeyU: { when: () => !!wanted.peek(), does: ask } };

export function Interpreter() {
  if (!foreign.value) return null;
  const language = wordNow(foreign.value);
  if (!wanted.value)
    return html`<span class="callhint s2" role="status">
      <${Icon} name="people"/>
      ${t.speaks.none(language)}
    </span>`;
  return html`<button
    type="button"
    class="callhint s2"
    title=${t.speaks.askWhy}
    disabled=${pending.value.consult}
    onClick=${ask}>
    <${Icon} name="people"/>
    ${t.speaks.ask(language)} <kbd>Alt U</kbd>
  </button>`;
}

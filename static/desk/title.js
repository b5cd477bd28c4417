/** What the incident in view is called, and another name for it. */
import { html, useEffect, useRef, useState } from '../ui.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { act, incident, pending } from './context.js';
import { keyNow } from './single_keys.js';

/** Its field, while one is in view. */
let field = /** @type {HTMLInputElement|null} */ (null);

/** @returns {boolean} whether there is one to rename */
function rename() {
  if (!field?.isConnected) return false;
  field.focus();
  field.select();
  return true;
}

/** @param {{of: Incident}} props */
export function Title({ of }) {
  const box = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => {
    field = box.current;
  });
  const [text, setText] = useState(of.title ?? '');
  const editing = useRef(false);
  useEffect(() => {
    if (!editing.current) setText(of.title ?? '');
  }, [of.id, of.title]);
  const save = async () => {
    if (!editing.current) return;
    editing.current = false;
    const title = text.trim();
    if (title === (of.title ?? '') || !title) {
      setText(of.title ?? '');
      return;
    }
    if (!(await act('title', { incident: of.id, title }))) setText(of.title ?? '');
  };
  return html`<h1>
    <input
      ref=${box}
      class="title"
      aria-label=${t.incident.titleLabel}
      value=${text}
      placeholder=${t.incident.untitled}
      maxlength="140"
      spellcheck="true"
      onFocus=${() => {
        editing.current = true;
      }}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => setText(e.currentTarget.value)}
      onBlur=${save}
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key === 'Enter') e.currentTarget.blur();
        if (e.key === 'Escape') {
          setText(of.title ?? '');
          editing.current = false;
          e.currentTarget.blur();
        }
      }}/>
    <button
      class="quiet small pencil"
      title=${t.keys.named(t.incident.rename, keyNow('E'))}
      aria-label=${t.incident.rename}
      onClick=${rename}>
      <${Icon} name="pencil"/>
    </button>
    ${pending.value.title && html`<span class="faint t1">${t.incident.saving}</span>`}
  </h1>`;
}

/** @type {import('./dialogs.js').Row} */
export const TITLE = {
  body: () => null,
  key: 'E',
  opens: rename,
  help: () => t.incident.rename,
  commands: () => (incident.value ? [[t.incident.rename, 'E', rename]] : []),
};

/** Calling again whom one called last: offered while no call is there, by the one way in which people are
 * called back. */
import { computed, effect, html, signal } from '../ui.js';
import { Icon } from '../icons.js';
import { t } from '../strings/en.js';
import { toast } from '../toasts.js';
import { blocked, callBack, calling } from './callback.js';
import { call, link, onLive } from './context.js';
import { wrapping } from './wrapup.js';

const last = signal(/** @type {LastCalled|null} */ (null));

const look = () =>
  link.send('last_called').then(
    (found) => {
      last.value = found?.last ?? null;
    },
    () => {},
  );

/** Asked after each call, and after its wrap-up: the record may be behind. Meanwhile it is nobody: the one
 * before is somebody else. */
export function followRedial() {
  onLive.add(look);
  const stage = computed(() => (call.value ? 'call' : wrapping() ? 'wrapup' : ''));
  let was = '';
  effect(() => {
    const now = stage.value;
    if (now === 'call') last.value = null;
    else if (was) void look();
    was = now;
  });
}

export function redial() {
  const to = last.peek();
  if (!to) return toast(t.redial.none);
  if (blocked.peek()) return toast(blocked.peek());
  return callBack(to.address, to.incident);
}

/** In the bar while there is no call. */
export function Redial() {
  const to = last.value;
  if (!to) return null;
  const whom = t.redial.to(to.name, to.masked, to.incident_no);
  return html`<button
    class="redial"
    disabled=${!!blocked.value || !!calling.value}
    title=${blocked.value || whom}
    onClick=${redial}>
    <${Icon} name="callback"/>
    <span class="cut">
      ${calling.value === to.address ? t.party.calling : t.redial.short(to.name ?? to.masked)}
    </span>
    <kbd>Alt R</kbd>
  </button>`;
}

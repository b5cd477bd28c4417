/** The layers on top: help, command bar, the locked screen, "open in another tab". */
import { html, useState } from '../ui.js';
import { whoOf } from '../contact.js';
import { Sev } from '../icons.js';
import { pauseChoice } from '../agent.js';
import { Dialog } from '../dialog.js';
import { hasAll, wordsIn } from '../fold.js';
import { SignIn } from '../signin.js';
import { singleKeys, toggleSingleKeys } from '../single_keys.js';
import { PasswordDialog } from '../password.js';
import { setTheme } from '../theme.js';
import { SEVERITIES } from '../model.js';
import { t } from '../strings/en.js';
import { LetGo } from './consult.js';
import { gone, takeBack } from './returned.js';
import { callCommands } from './callback.js';
import {
  accept,
  call,
  centre,
  decline,
  hangUp,
  hold,
  leavable,
  leaveMessage,
  incident,
  layer,
  link,
  me,
  offer,
  select,
  selected,
  state,
  work,
} from './context.js';
import { goPause, goReady, textsOnly } from './duty.js';
import { askLater, Later } from './callback_dialog.js';
import { dialogCommands, dialogHelp } from './dialogs.js';
import { writeCommands } from './first_words.js';
import { helpCommands } from './help.js';
import { explain } from './waiting_dialog.js';
import { noteBox } from './notes.js';
import { replyBox } from './composer.js';
import { interpreterCommand } from './interpreter.js';
import { keypadOpen, MuteAndEnd, soundGoesOn, toggleMute } from './phonebar.js';
import { askSeverity } from './severity.js';
import { chorded, keyNow } from './single_keys.js';
import { askSignOut, inHand, signOut } from './topbar.js';
import { giveBack, handable, openTransfer } from './transfer.js';
import { takeOver } from './tabs.js';

const shut = () => {
  layer.value = null;
};

const Help = () => html`<${Dialog} title=${t.help.title} close=${shut} class="helpbox" read>
  <div class="scroll stack" tabindex="0" role="region" aria-label=${t.help.title}>
    <dl class="keys">
      ${[t.help.keys, dialogHelp(), t.help.last]
        .flat()
        .map(
          ([key, word, withAlt]) => html`<div key=${key}>
            <dt><kbd>${(chorded.value && withAlt) || key}</kbd></dt>
            <dd>${word}</dd>
          </div>`,
        )}
    </dl>
    <h2>${t.help.shapes}</h2>
    <ul class="stack">
      ${SEVERITIES.map(
        (s) => html`<li key=${s} class="row"><${Sev} level=${s}/><span>${t.help.words[s]}</span></li>`,
      )}
    </ul>
    <p class="muted">${t.keys.talk} ${singleKeys.value ? '' : `${t.keys.off} `}${t.help.safe}</p>
  </div>
  <div class="row">
    <span class="grow"></span>
    <button class="primary" onClick=${shut}>${t.help.close}</button>
  </div>
</${Dialog}>`;

/** Its name, its key, what it does, and other words by which it is looked for.
 * @typedef {[string, string, () => unknown, string?]} Command */

/** Every act by name; only what is possible now. @returns {Command[]} */
function commands() {
  const ready = me.value?.choice === 'ready';
  return /** @type {Command[]} */ (
    [
      offer.value && [t.offer.answer[offer.value.contact.channel], '↵', accept],
      offer.value && [t.offer.decline, 'Alt D', decline],
      !ready && [t.top.goReady, '', goReady],
      ready && textsOnly.value && [t.sound.calls, '', goReady],
      ...(ready
        ? (centre.value?.pause_reasons ?? []).map((r) => [
            `${t.top.pause}: ${pauseChoice(r)}`,
            '',
            () => goPause(r.code),
          ])
        : []),
      call.value && [`${t.phone.mute} / ${t.phone.unmute}`, 'Alt M', toggleMute],
      call.value && [`${t.phone.hold} / ${t.phone.unhold}`, 'Alt H', hold],
      call.value && [
        t.phone.keypad,
        '',
        () => {
          keypadOpen.value = true;
        },
      ],
      ...helpCommands(),
      leavable(call.value) && [t.machine.leave, 'Alt L', leaveMessage],
      call.value && [t.phone.hangUp, '', hangUp],
      interpreterCommand(),
      ...(handable.value
        ? [
            [t.transfer.title(whoOf(handable.value)), 'Alt T', openTransfer],
            [t.transfer.backOf(whoOf(handable.value)), '', () => giveBack(handable.peek())],
          ]
        : []),
      ...gone.value.map((c, i) => [t.back.takeOf(whoOf(c)), i ? '' : keyNow('B'), () => takeBack(c)]),
      incident.value && [t.notes.title, keyNow('N'), () => noteBox.current?.focus()],
      [t.work.title, keyNow('J'), () => select(work.peek()[0]?.id ?? null)],
      ...work.value.map((c) => [t.commands.open(whoOf(c)), '', () => select(c.id)]),
      selected.value && [t.severity.button, offer.value ? '' : keyNow('W'), () => askSeverity()],
      offer.value && [t.why.open, keyNow('W'), explain],
      [
        t.line.title,
        offer.value || selected.value ? '' : keyNow('W'),
        () => {
          layer.value = 'line';
        },
      ],
      ...dialogCommands(),
      ...callCommands(),
      ...writeCommands(),
      ...(incident.value && !incident.value.callback
        ? (incident.value.parties ?? []).flatMap((p) =>
            (p.addresses ?? [])
              .filter((a) => a.kind === 'phone' && !a.no_call)
              .map((a) => [
                t.promised.laterTo(p.name || a.masked),
                '',
                () => askLater(a, p.name || a.masked),
              ]),
          )
        : []),
      replyBox.current && [t.composer.label.sms(''), keyNow('R'), () => replyBox.current?.focus()],
      [singleKeys.value ? t.keys.turnOff : t.keys.turnOn, '', toggleSingleKeys],
      [`${t.menu.theme}: ${t.menu.light}`, '', () => setTheme('light')],
      [`${t.menu.theme}: ${t.menu.dark}`, '', () => setTheme('dark')],
      [`${t.menu.theme}: ${t.menu.system}`, '', () => setTheme('system')],
      [
        t.menu.help,
        keyNow('?'),
        () => {
          layer.value = 'help';
        },
      ],
      [
        t.menu.password,
        '',
        () => {
          layer.value = 'password';
        },
      ],
      [t.menu.out, '', askSignOut],
    ].filter(Boolean)
  );
}

function Commands() {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const words = wordsIn(query);
  const found = commands()
    .filter(([name, , , also = '']) => hasAll(`${name} ${also}`, words))
    .slice(0, 9);
  const chosen = Math.min(at, found.length - 1);
  const run = (/** @type {Command} */ command) => {
    shut();
    setTimeout(() => command?.[2](), 0);
  };
  return html`<${Dialog} title=${t.commands.title} close=${shut} class="commands">
    <input
      autofocus
      role="combobox"
      aria-expanded="true"
      aria-controls="found"
      aria-activedescendant=${found.length ? `cmd${chosen}` : undefined}
      aria-label=${t.commands.label}
      placeholder=${t.commands.label}
      value=${query}
      onInput=${(/** @type {On<InputEvent, HTMLInputElement>} */ e) => {
        setQuery(e.currentTarget.value);
        setAt(0);
      }}
      onKeyDown=${(/** @type {On<KeyboardEvent>} */ e) => {
        if (e.key === 'ArrowDown') {
          setAt(Math.min(found.length - 1, chosen + 1));
          e.preventDefault();
        }
        if (e.key === 'ArrowUp') {
          setAt(Math.max(0, chosen - 1));
          e.preventDefault();
        }
        if (e.key === 'Enter' && !e.altKey) {
          e.preventDefault();
          if (found[chosen]) run(found[chosen]);
        }
      }}/>
    <ul id="found" role="listbox" aria-label=${t.commands.title}>
      ${found.map(
        (c, i) => html`<li
          key=${c[0]}
          id=${`cmd${i}`}
          role="option"
          aria-selected=${String(i === chosen)}
          onClick=${() => run(c)}>
          <span class="grow">${c[0]}</span>
          ${c[1] && html`<kbd>${c[1]}</kbd>`}
        </li>`,
      )}
    </ul>
    ${found.length === 0 && html`<p class="muted">${t.commands.none}</p>`}
    ${offer.value && html`<p class="muted t1">${t.commands.answers}</p>`}
  </${Dialog}>`;
}

export const Locked = () => html`<${Dialog} title=${t.locked.title}>
  <p class="muted">
    ${t.locked.text} ${call.value
      ? `${soundGoesOn() ? t.locked.call : t.locked.quiet} ${t.locked.hands}`
      : ''}
  </p>
  ${call.value && html`<${MuteAndEnd} c=${call.value}/>`}
  <${LetGo}/>
  <${SignIn}
    done=${(/** @type {Me} */ who) => (who.id === state.peek().me?.id ? link.unlock() : location.reload())}/>
</${Dialog}>`;

export const Elsewhere = () => html`<main class="elsewhere">
  <div class="panel sec">
    <h1>${t.tabs.title}</h1>
    <p class="muted">${t.tabs.text}</p>
    <div><button class="primary" onClick=${() => takeOver()}>${t.tabs.here}</button></div>
  </div>
</main>`;

const SignOut = () => html`<${Dialog} title=${t.signOut.title} close=${shut}>
  <p>${t.signOut.text(inHand())}</p>
  <p class="muted">${t.signOut.safe}</p>
  <div class="row">
    <span class="grow"></span>
    <button onClick=${shut}>${t.signOut.stay}</button>
    <button
      class="primary"
      onClick=${() => {
        shut();
        void signOut();
      }}>
      ${t.signOut.go}
    </button>
  </div>
</${Dialog}>`;

export const Overlays = () =>
  link.status.value === 'locked'
    ? html`<${Locked}/>`
    : layer.value === 'help'
      ? html`<${Help}/>`
      : layer.value === 'commands'
        ? html`<${Commands}/>`
        : layer.value === 'signout'
          ? html`<${SignOut}/>`
          : layer.value === 'later'
            ? html`<${Later}/>`
            : layer.value === 'password'
              ? html`<${PasswordDialog} close=${shut}/>`
              : null;

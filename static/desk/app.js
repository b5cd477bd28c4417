/** The desk: one window for the person who picks up. */
import { effect, html, render } from '../ui.js';
import { watchActivity } from '../activity.js';
import { followAwake } from './awake.js';
import { startTicking } from '../clock.js';
import { api } from '../link.js';
import { Toasts } from '../toasts.js';
import { doubt, quiet } from '../sound_health.js';
import * as phone from '../softphone.js';
import { call, followWork, link } from './context.js';
import { resumeDuty } from './duty.js';
import { Guidance } from './guidance.js';
import { Handed } from './handed.js';
import { HandedAway } from './handed_away.js';
import { ForMe } from './handed_to_me.js';
import { followHandOffs } from './hand_offs.js';
import { followHelps, Helps, MyHelp } from './help.js';
import { followHeadset } from './headset.js';
import { release, resume } from '../headset.js';
import { Incident } from './incident.js';
import { DIALOGS } from './dialogs.js';
import { Asked, ConsultBar, followConsult, followRings, joined } from './consult.js';
import { followHash } from './find.js';
import { followBoard } from './from_board.js';
import { bindKeys } from './keys.js';
import { LinkedBox } from './filing.js';
import { followMine, Mine } from './mine.js';
import { Notes } from './notes.js';
import { Offer } from './offer.js';
import { Elsewhere, Overlays } from './overlays.js';
import { People } from './people.js';
import { Mute, PhoneBar } from './phonebar.js';
import { followRedial } from './redial.js';
import { stopRing } from './ring.js';
import { answerTests } from './selftest.js';
import { giveWay } from './check_run.js';
import { holdTab, tab } from './tabs.js';
import { RecordBar, TopBar } from './topbar.js';
import { followTyping } from './typing.js';
import { Work } from './work.js';
import { WrapUp } from './wrapup.js';
import { ContactState } from '../states.js';

const Desk = () =>
  tab.value === 'elsewhere'
    ? html`<${Elsewhere}/>`
    : html`<div class="desk">
        <${TopBar}/>
        <${Helps}/>
        <${PhoneBar}/>
        <${MyHelp}/>
        <${ConsultBar} mute=${html`<${Mute}/>`}/>
        <main class="main">
          <div class="left">
            <div class="col"><${Offer}/><${Asked}/><${ForMe}/><${HandedAway}/><${Mine}/><${Work}/></div>
            <${Toasts}/>
          </div>
          <${Incident}/>
          <div class="col right">
            <${WrapUp}/>
            <${Handed}/>
            <${Notes}/>
            <${Guidance}/>
            <${People}/>
            <${LinkedBox}/>
          </div>
        </main>
        <${RecordBar}/>
        <${Overlays}/>
        ${DIALOGS.map(({ body: Body }) => html`<${Body} key=${Body.name}/>`)}
      </div>`;

phone.wire(
  (what, fields, within) => link.send(what, fields, within),
  () => call.peek()?.state === ContactState.ACTIVE || !!joined.peek(),
  () => !!call.peek()?.held,
);
effect(() => {
  if (link.status.value === 'stale') doubt();
});
effect(() => {
  // Sound stops within two seconds of a network that fails; a socket says nothing for minutes.
  if (quiet.value && link.status.peek() === 'live') link.doubt();
});
window.name = 'holdfast-desk'; // a link of the board that opened it comes here again
startTicking();
watchActivity();
followWork();
followAwake();
followConsult();
followRings();
followRedial();
followHash();
followMine();
followHandOffs();
followTyping();
resumeDuty();
bindKeys();
followHeadset();
followHelps();
answerTests();
giveWay();
followBoard();
holdTab(
  () => {
    link.start();
    void resume();
  },
  () => {
    stopRing();
    release();
    phone.stop();
    link.stop();
  },
);
render(html`<${Desk}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
// Not signed in: to the login. (A session that ends later locks the screen instead.)
api('/api/me').catch((error) => {
  if (error.code === 'unauthorized') location.replace('/login?next=/desk');
});

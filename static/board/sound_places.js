/** Which processes carry the sound of calls, and how much each has: for a supervisor of such a centre. */
import { html, signal, useEffect, useState } from '../ui.js';
import { Dialog } from '../dialog.js';
import { wordsOf } from '../toasts.js';
import { t } from '../strings/en.js';
import { centre, link, state } from './context.js';

const AGAIN_MS = 2000;

const open = signal(false);

/** In the menu of the page. @returns {MenuItem|null} */
export const soundPlacesItem = () =>
  centre.value?.sound_apart && state.value.me?.permissions?.includes('queue.steer')
    ? {
        label: t.places.title,
        act: () => {
          open.value = true;
        },
      }
    : null;

/** @param {SoundPlace} place */
const stateOf = (place) => (place.draining ? 'leaves' : place.full ? 'full' : 'more');

/** @param {{place: SoundPlace}} props */
const Row = ({ place }) => {
  const how = stateOf(place);
  return html`<tr>
    <th scope="row">${place.name}</th>
    <td class="amount">${place.calls}</td>
    <td class="amount">${place.pages}</td>
    <td class="amount">${place.lent}</td>
    <td class="amount">${t.places.core(place.core)}</td>
    <td class="amount">${t.places.late(place.late_ms)}</td>
    <td class=${how === 'more' ? '' : 's2 b'}>${t.places.states[how]}</td>
  </tr>`;
};

function Places() {
  const [places, setPlaces] = useState(/** @type {SoundPlace[]|null} */ (null));
  const [fault, setFault] = useState('');
  useEffect(() => {
    let timer = 0;
    let over = false;
    const look = () =>
      link
        .send('sound_places')
        .then(
          (found) => {
            setPlaces(found.places);
            setFault('');
          },
          (error) => setFault(wordsOf(error)),
        )
        .finally(() => {
          if (!over) timer = window.setTimeout(look, AGAIN_MS);
        });
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);
  const shut = () => {
    open.value = false;
  };
  return html`<${Dialog} title=${t.places.title} close=${shut} class="placesbox">
    <p class="faint">${t.places.lead}</p>
    ${fault && html`<p class="s2 b" role="alert">${fault}</p>`}
    ${places &&
    (places.length
      ? html`<table class="places">
          <thead>
            <tr>
              ${t.places.heads.map(
                (head, n) => html`<th scope="col" class=${n > 0 && n < 6 ? 'amount' : ''}>${head}</th>`,
              )}
            </tr>
          </thead>
          <tbody>${places.map((place) => html`<${Row} key=${place.name} place=${place}/>`)}</tbody>
        </table>`
      : html`<p class="s1 b">${t.places.none}</p>`)}
    <p><button onClick=${shut}>${t.help.close}</button></p>
  </${Dialog}>`;
}

export const SoundPlaces = () => (open.value ? html`<${Places}/>` : null);

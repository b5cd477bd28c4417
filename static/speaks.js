/** The language that somebody needs, where it is not ours: in its own words, as whoever speaks it says it. */
import { cls, html } from './ui.js';
import { t } from './strings/en.js';

/** "español". @param {string} code */
function ownWord(code) {
  try {
    return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Somebody with these skills does not speak it. @param {Contact} c @param {Agent|null|undefined} who */
export const isForeign = (c, who) => !!(c.speaks && who && !(c.speaks in who.skills));

/** @param {{c: Contact, centre: Centre|null, who?: Agent|null}} props who: marked, if they do not speak it */
export const Speaks = ({ c, centre, who }) =>
  c.speaks
    ? html`<span
        class=${cls('tag', isForeign(c, who) && 's2')}
        lang=${c.speaks}
        title=${t.speaks.title(centre?.languages[c.speaks] ?? c.speaks)}>
        ${ownWord(c.speaks)}
      </span>`
    : null;

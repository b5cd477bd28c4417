/** Every word that a page shows, by page. Short and human; errors say what happened,
 * what is safe, what to do. */
import { callbacks } from './en/callbacks.js';
import { causes } from './en/causes.js';
import { asksHelp } from './en/asks_help.js';
import { agent } from './en/agent.js';
import { common } from './en/common.js';
import { login } from './en/login.js';
import { desk } from './en/desk.js';
import { beside } from './en/beside.js';
import { buddy } from './en/buddy.js';
import { consult } from './en/consult.js';
import { transfer } from './en/transfer.js';
import { controls } from './en/controls.js';
import { board } from './en/board.js';
import { guidance } from './en/guidance.js';
import { hears } from './en/hears.js';
import { check } from './en/check.js';
import { filing } from './en/filing.js';
import { handOff } from './en/hand_off.js';
import { firstWords } from './en/first_words.js';
import { incidentLife } from './en/incident_life.js';
import { next } from './en/next.js';
import { restricted } from './en/restricted.js';
import { person } from './en/person.js';
import { snippets } from './en/snippets.js';
import { network } from './en/network.js';
import { callers } from './en/callers.js';
import { phone } from './en/phone.js';
import { timeline } from './en/timeline.js';
import { places } from './en/places.js';
import { seen } from './en/seen.js';
import { summary } from './en/summary.js';
import { speaks } from './en/speaks.js';
import { today } from './en/today.js';

export const t = {
  ...common,
  ...agent,
  ...asksHelp,
  ...callbacks,
  ...causes,
  ...login,
  ...desk,
  ...beside,
  ...buddy,
  ...consult,
  ...transfer,
  ...controls,
  ...board,
  ...callers,
  ...phone,
  ...guidance,
  ...summary,
  ...hears,
  ...check,
  ...filing,
  ...handOff,
  ...firstWords,
  ...person,
  ...restricted,
  ...snippets,
  ...network,
  ...incidentLife,
  ...next,
  ...timeline,
  ...places,
  ...seen,
  ...speaks,
  ...today,
};

/** What this browser's board asks of its open desk (desk_tab.js). */
import { hearBoard } from '../desk_tab.js';
import { openFound, state } from './context.js';
import { takeNow } from './pull_dialog.js';
import { tab } from './tabs.js';

/** @param {string} id @returns {Promise<DeskAnswer>} */
async function show(id) {
  openFound(id);
  return { became: 'shown' };
}

/** Only the tab that rings and talks answers, and only its own person. */
export function followBoard() {
  hearBoard((ask) => {
    if (tab.peek() !== 'mine' || state.peek().me?.id !== ask.by) return null;
    return 'take' in ask ? takeNow(ask.take) : show(ask.incident);
  });
}

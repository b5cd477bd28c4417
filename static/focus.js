/** The focus is lent to the topmost layer and given back when that closes: both at once, because the next
 * key may come before the next frame. */

/** @typedef {{box: HTMLElement, from: Element|null, under?: Lent}} Lent */
/** The layers on top now, the newest last. @type {Lent[]} */
const open = [];

/** @param {Element|null} element @returns {element is HTMLElement} */
const usable = (element) =>
  element instanceof HTMLElement && element.isConnected && !element.matches(':disabled');

/** Call it from a layout effect; an effect runs a frame later.
 * @param {HTMLElement} box what opened
 * @param {HTMLElement|null} [first] what in it gets the focus, the box by default
 * @param {() => void} [show] what brings the box there, where that moves the focus too
 * @returns {() => void} gives it back to whoever had it; if that one is gone, to whoever had it before */
export function lend(box, first = box, show = () => {}) {
  const from = document.activeElement;
  /** @type {Lent} */
  const lent = { box, from, under: open.findLast((one) => one.box.contains(from)) };
  open.push(lent);
  show();
  (first ?? box).focus();
  return () => {
    open.splice(open.indexOf(lent), 1);
    const at = document.activeElement;
    if (at && at !== document.body && !box.contains(at)) return; // a newer one has it by now
    /** @type {Lent|undefined} */
    let to = lent;
    for (; to; to = to.under) {
      if (usable(to.from)) {
        to.from.focus();
        return;
      }
    }
  };
}

/** A press on a button leaves the focus where one types: a Space or Enter that follows is no press on it.
 * @param {On<MouseEvent>} e */
export const keepFocus = (e) => {
  if (/** @type {Element} */ (e.target).closest('button')) e.preventDefault();
};

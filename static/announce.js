/** Words for screen readers. Timers are announced at thresholds only, never each second. */
/** @type {Record<string, HTMLElement>} */
const regions = {};

/** @param {string} text @param {'polite'|'assertive'} [how] */
export function announce(text, how = 'polite') {
  let region = regions[how];
  if (!region) {
    region = document.createElement('div');
    region.className = 'sr';
    region.setAttribute('aria-live', how);
    region.setAttribute('role', how === 'assertive' ? 'alert' : 'status');
    regions[how] = region;
  }
  // What lies below a modal dialog is not heard.
  const place = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  if (region.parentElement !== place) place.append(region);
  region.textContent = '';
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** A list that grows at its end stays at its end, also when it gets less room, unless somebody has scrolled
 * away from there. */
import { useLayoutEffect, useRef } from './ui.js';

const NEAR = 40;

/** @param {{current: HTMLElement|null}} box @param {unknown[]} when what brings a new end
 * @returns {(e: On<Event>) => void} to be called when it is scrolled */
export function usePinned(box, when) {
  const pinned = useRef(true);
  const down = () => {
    if (pinned.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(down, when);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(down);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return (e) => {
    const b = e.currentTarget;
    pinned.current = b.scrollHeight - b.scrollTop - b.clientHeight < NEAR;
  };
}

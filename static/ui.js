/** The one place from which panels take their tools. */
import { Component, h, render } from './vendor/preact.mjs';
import htm from './vendor/htm.mjs';

export { render, Component };
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from './vendor/hooks.mjs';
export {
  batch,
  computed,
  effect,
  signal,
  useComputed,
  useSignal,
  useSignalEffect,
} from './vendor/signals.mjs';
export const html = htm.bind(h);

/** A component that is drawn again only when one of its properties changed identity.
 * @template {object} P @param {(props: P) => Shown} draw
 * @returns {new (props: P) => Component<P>} */
export function memo(draw) {
  return class extends /** @type {typeof Component<P>} */ (Component) {
    /** @param {P} next */
    shouldComponentUpdate(next) {
      /** @type {P} */
      const was = this.props;
      for (const key in next) if (next[key] !== was[key]) return true;
      return Object.keys(was).length !== Object.keys(next).length;
    }
    /** @param {P} props */
    render(props) {
      return draw(props);
    }
  };
}

/** An id made by the page (also where crypto.randomUUID is missing: plain http). */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** Join class names, leaving out what is false. @param {...(string|false|null|undefined)} names */
export const cls = (...names) => names.filter(Boolean).join(' ');

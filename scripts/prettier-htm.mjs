/** Prettier for htm: what stands in html`...` is laid out as markup.
 *
 * htm trims white space with a newline in it at both ends of a text and keeps all other. So a line may
 * break inside a tag, between two tags, or between a tag and an expression, and nowhere else: what is
 * drawn stays the same (tests/tools/prettier-htm.test.mjs). Prettier's own layout of html knows neither
 * components nor this rule.
 */
import { doc } from 'prettier';
import * as estree from 'prettier/plugins/estree';

const { group, indent, label, line, lineSuffixBoundary, literalline, softline, join } = doc.builders;
const base = estree.printers.estree;

const isHtml = (node) => node?.type === 'TaggedTemplateExpression' && node.tag.name === 'html';

/** The letters of a template: strings of one letter, and expressions as their numbers. */
function* letters(quasi) {
  for (const [i, part] of quasi.quasis.entries()) {
    yield* part.value.raw;
    if (i < quasi.expressions.length) yield i;
  }
}

/** What htm would keep of a text between two tags or expressions. */
const kept = (text) => text.replace(/^\s*\n\s*|\s*\n\s*$/g, '');

/** Markup as a tree. Throws where it is none. */
export function parse(quasi) {
  const all = [...letters(quasi)];
  let at = 0;
  const fail = () => {
    throw new SyntaxError('no markup');
  };
  const space = () => {
    let some = false;
    while (/^\s$/.test(all[at])) {
      at += 1;
      some = true;
    }
    return some;
  };
  /** A run of letters and expressions up to what ends it. */
  const run = (ends) => {
    const parts = [];
    while (at < all.length && !ends()) {
      if (typeof all[at] === 'string' && typeof parts.at(-1) === 'string') parts[parts.length - 1] += all[at];
      else parts.push(all[at]);
      at += 1;
    }
    return parts;
  };
  const closes = () => all[at] === '>' || (all[at] === '/' && all[at + 1] === '>');

  function attribute() {
    const parts = run(() => closes() || all[at] === '=' || /^\s$/.test(all[at]));
    if (all[at] !== '=') return parts;
    at += 1;
    const quote = all[at];
    if (quote !== '"' && quote !== "'")
      return [...parts, '=', ...run(() => closes() || /^\s$/.test(all[at]))];
    at += 1;
    const value = run(() => all[at] === quote);
    if (all[at] !== quote) fail();
    at += 1;
    return [...parts, '=', quote, ...value, quote];
  }

  function element() {
    at += 1;
    const tag = run(() => closes() || /^\s$/.test(all[at]));
    if (!tag.length || tag[0] === '!') fail();
    const attributes = [];
    while (space() || !closes()) {
      if (at >= all.length) fail();
      if (!closes()) attributes.push(attribute());
    }
    if (all[at] === '/') {
      at += 2;
      return { tag, attributes, children: null };
    }
    at += 1;
    const children = nodes();
    if (all[at] !== '<' || all[at + 1] !== '/') fail();
    at += 2;
    const close = run(() => all[at] === '>');
    if (all[at] !== '>') fail();
    at += 1;
    return { tag, attributes, children, close };
  }

  function nodes() {
    const found = [];
    while (at < all.length) {
      if (all[at] === '<') {
        if (all[at + 1] === '/') break;
        found.push(element());
      } else if (typeof all[at] === 'number') {
        found.push(all[at]);
        at += 1;
      } else {
        let text = '';
        while (typeof all[at] === 'string' && all[at] !== '<') {
          text += all[at];
          at += 1;
        }
        found.push(text);
      }
    }
    return found;
  }

  const tree = nodes();
  if (at < all.length) fail();
  return tree;
}

const raw = (text) => join(literalline, text.split('\n'));

function printHtml(path, print) {
  const tree = parse(path.node.quasi);
  const expression = (i) => path.call(print, 'quasi', 'expressions', i);
  const put = (i) => ['${', expression(i), lineSuffixBoundary, '}'];
  const parts = (list) => list.map((x) => (typeof x === 'number' ? put(x) : raw(x)));

  /** Children, with a line end wherever one may be. */
  function between(children) {
    const out = [];
    let mayBreak = false; // before the next one
    for (const child of children) {
      if (typeof child !== 'string') {
        if (mayBreak && out.length) out.push(softline);
        out.push(typeof child === 'number' ? put(child) : markup(child));
        mayBreak = true;
        continue;
      }
      const text = kept(child);
      if (!text) continue; // and may break
      if (out.length && mayBreak && /^\s*\n/.test(child)) out.push(softline);
      out.push(raw(text));
      mayBreak = /\n\s*$/.test(child);
    }
    return out;
  }
  /** May a line end stand before the first of these and after the last? */
  const loose = (children) => {
    const [first, last] = [children[0], children.at(-1)];
    return (
      (typeof first !== 'string' || /^\s*\n/.test(first)) && (typeof last !== 'string' || /\n\s*$/.test(last))
    );
  };

  function markup({ tag, attributes, children, close }) {
    const name = parts(tag);
    const end = children ? '>' : '/>';
    const open = group([
      '<',
      name,
      attributes.length ? indent([line, join(line, attributes.map(parts))]) : '',
      end,
    ]);
    if (!children) return open;
    const shut = ['</', parts(close), '>'];
    const real = children.filter((x) => typeof x !== 'string' || kept(x));
    if (!real.length) return [open, shut];
    if (!loose(children)) return group([open, indent(between(children)), shut]);
    return group([open, indent([softline, between(children)]), softline, shut]);
  }

  const real = tree.filter((x) => typeof x !== 'string' || kept(x));
  const inner =
    real.length === 1 || !loose(tree) ? between(tree) : [indent([softline, between(tree)]), softline];
  return label({ embed: true, hug: true }, group(['html`', inner, '`']));
}

/** `a && html` in a template stays on its line: the markup breaks. */
function printAnd(path, print) {
  const { node } = path;
  if (node.type !== 'LogicalExpression' || node.operator === '??' || !isHtml(node.right)) return null;
  if (path.parent.type !== 'TemplateLiteral' || node.comments?.length) return null;
  return [print('left'), ` ${node.operator} `, print('right')];
}

export const printers = {
  estree: {
    ...base,
    print(path, options, print, args) {
      if (isHtml(path.node)) {
        try {
          return printHtml(path, print);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
      }
      return printAnd(path, print) ?? base.print(path, options, print, args);
    },
  },
};

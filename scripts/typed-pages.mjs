/** The type checker over the pages, with what stands in html`...` too.
 *
 * To the checker a template is text with holes. So a copy of the pages is written (.venv/typed) in which
 * every template is the calls that htm makes of it, and that copy is checked: a component gets the properties
 * that it names, all it needs, no other; a handler gets the event of its element. A fault is told near its
 * line: line ends of a template stand at its end.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parsers } from 'prettier/plugins/babel';
import { parse } from './prettier-htm.mjs';

const COPY = '.venv/typed';
const TYPES = `import type { JSX, VNode } from 'preact';

type Handlers<K extends keyof JSX.IntrinsicElements> = {
  [N in keyof JSX.IntrinsicElements[K] as N extends \`on\${string}\` ? N : never]?: JSX.IntrinsicElements[K][N];
};
declare global {
  /** A component with its properties. */
  function $c<P>(
    draw: ((props: P) => unknown) | (new (props: P) => object),
    props: NoInfer<P> & { key?: unknown },
  ): VNode;
  /** An element with its attributes and children. */
  function $e<K extends keyof JSX.IntrinsicElements>(
    tag: K, props: Handlers<K> & { [name: string]: unknown }, children?: unknown[],
  ): VNode;
  /** Several beside each other. */
  function $s(...all: unknown[]): VNode;
}
`;

/** The code of a node, its templates as calls. */
export function coded(source, node) {
  const found = [];
  const look = (at) => {
    if (Array.isArray(at)) return at.forEach(look);
    if (!at || typeof at.type !== 'string') return;
    if (at.type === 'TaggedTemplateExpression' && at.tag.name === 'html') return found.push(at);
    for (const [name, value] of Object.entries(at))
      if (value && typeof value === 'object' && !/comments$/i.test(name)) look(value);
  };
  look(node);
  found.sort((a, b) => a.start - b.start);
  let out = '';
  let from = node.start;
  for (const template of found) {
    out += source.slice(from, template.start) + calls(source, template.quasi);
    from = template.end;
  }
  return out + source.slice(from, node.end);
}

/** A template as calls, with as many line ends. */
function calls(source, quasi) {
  // Comments before an expression are its types: they belong to it.
  const code = (i) => {
    const expression = quasi.expressions[i];
    const start = quasi.quasis[i].end + 2;
    return `(${source.slice(start, expression.start)}${coded(source, expression)}${source.slice(
      expression.end,
      quasi.quasis[i + 1].start - 1,
    )})`;
  };
  const text = (parts) =>
    parts.length === 1 && typeof parts[0] === 'number'
      ? code(parts[0])
      : `\`${parts.map((x) => (typeof x === 'number' ? `\${${code(x)}}` : x)).join('')}\``;

  const property = (parts) => {
    if (parts[0] === '...') return `...${code(parts[1])}`;
    if (parts.length === 1) return `'${parts[0]}': true`;
    const [first, ...rest] = parts;
    const value = rest.filter((x) => x !== '=' && x !== '"' && x !== "'");
    return `'${first}': ${value.length ? text(value) : "''"}`;
  };
  const shown = (node) =>
    typeof node === 'number' ? code(node) : typeof node === 'string' ? `\`${node}\`` : made(node);
  const made = ({ tag, attributes, children }) => {
    const properties = attributes.map(property);
    const inside = (children ?? []).filter((x) => typeof x !== 'string' || x.trim()).map(shown);
    if (typeof tag[0] !== 'number') return `$e('${tag[0]}', {${properties}}, [${inside}])`;
    if (inside.length) properties.push(`children: [${inside}]`);
    return `$c(${code(tag[0])}, {${properties}})`;
  };

  const tree = parse(quasi).filter((x) => typeof x !== 'string' || x.trim());
  const all = tree.map(shown);
  const whole = all.length === 1 && typeof tree[0] === 'object' ? all[0] : `$s(${all})`;
  const missing = source.slice(quasi.start, quasi.end).split('\n').length - whole.split('\n').length;
  return missing > 0 ? whole.slice(0, -1) + '\n'.repeat(missing) + whole.slice(-1) : whole;
}

async function main() {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(`${COPY}/static`, { recursive: true });
  symlinkSync('../../../static/vendor', `${COPY}/static/vendor`);
  for (const file of readdirSync('static', { recursive: true })) {
    if (!/\.(js|d\.ts)$/.test(file) || file.startsWith('vendor')) continue;
    const to = join(COPY, 'static', file);
    mkdirSync(dirname(to), { recursive: true });
    if (file.endsWith('.d.ts')) cpSync(join('static', file), to);
    else {
      const source = readFileSync(join('static', file), 'utf8');
      const { program } = await parsers.babel.parse(source, {});
      writeFileSync(to, source.slice(0, program.start) + coded(source, program) + source.slice(program.end));
    }
  }
  writeFileSync(`${COPY}/static/templates.d.ts`, TYPES);
  writeFileSync(
    `${COPY}/tsconfig.json`,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false }, // html itself is used no more
      include: ['static'],
      exclude: ['static/vendor'],
    }),
  );
  const checked = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', COPY], {
    encoding: 'utf8',
  });
  process.stdout.write(checked.stdout.replaceAll(`${COPY}/`, ''));
  process.exitCode = checked.status ?? 1;
}

if (import.meta.main) await main();

/** The layout of html`...` may change; what htm builds of it may not. Run by scripts/check. */
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { format } from 'prettier';
import { parsers } from 'prettier/plugins/babel';
import htm from '../../static/vendor/htm.mjs';

const STATIC = new URL('../../static/', import.meta.url);
const OPTIONS = {
  parser: 'babel',
  singleQuote: true,
  objectWrap: 'collapse',
  embeddedLanguageFormatting: 'off',
  plugins: [new URL('../../scripts/prettier-htm.mjs', import.meta.url).pathname],
};
const laid = (code, printWidth = 110) => format(code, { ...OPTIONS, printWidth });

const PLACES = new Set(['start', 'end', 'loc', 'range', 'extra', 'tokens', 'errors', '__contentEnd']);
const build = htm.bind((...all) => all);

/** A program without its layout: every html`...` as htm builds it. */
function meaning(node) {
  if (Array.isArray(node)) return node.map(meaning);
  if (!node || typeof node !== 'object') return node;
  if (node.type === 'CommentBlock' || node.type === 'CommentLine')
    return node.value.replace(/[\s*]+/g, ' ').trim();
  if (node.type === 'TaggedTemplateExpression' && node.tag.name === 'html') {
    const { quasis, expressions } = node.quasi;
    return build(
      quasis.map((x) => x.value.cooked),
      ...expressions.map((x) => ({ shown: meaning(x) })),
    );
  }
  if (node.type === 'TemplateElement') return node.value.cooked;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !PLACES.has(key) && !/comments$/i.test(key))
      .map(([key, value]) => [key, meaning(value)]),
  );
}
const read = async (code) => {
  const { program, comments } = await parsers.babel.parse(code, {});
  return { program: meaning(program), comments: comments.map(meaning) };
};

test('a line breaks between tags and expressions', async () => {
  const code = 'x = html`<ul class="some"><li key=${a}>${a.name}</li>${rest}</ul>`;';
  assert.equal(await laid(code), `${code}\n`);
  assert.equal(
    await laid(code, 30),
    `x = html\`<ul class="some">
  <li key=\${a}>\${a.name}</li>
  \${rest}
</ul>\`;
`,
  );
});

test('a space that counts stays, and so does the text around it', async () => {
  const code = 'x = html`<p><b>${first}</b> and <i>${second}</i>, ${third}${fourth} <em>end</em> </p>`;';
  const narrow = await laid(code, 20);
  assert.ok(narrow.split('\n').length > 3);
  assert.deepEqual(await read(narrow), await read(code));
});

test('what is no markup is left as it is', async () => {
  for (const code of ['x = html`<b>${a}`;', 'x = html`<!-- ${a} --><b>  c</b>`;', 'x = html`</b>`;'])
    assert.equal(await laid(code, 10), `${code}\n`);
});

for (const width of [20, 110])
  test(`no page is drawn otherwise at ${width} columns, and laid out twice is as once`, async () => {
    const files = readdirSync(STATIC, { recursive: true }).filter((x) => /^(?!vendor).*\.js$/.test(x));
    assert.ok(files.length > 50);
    for (const file of files) {
      const code = readFileSync(new URL(file, STATIC), 'utf8');
      const after = await laid(code, width);
      assert.deepEqual(await read(after), await read(code), file);
      if (width === 110) assert.equal(await laid(after), after, file);
    }
  });

/** Templates as the type checker reads them. Run by scripts/check. */
import test from 'node:test';
import assert from 'node:assert/strict';
import { parsers } from 'prettier/plugins/babel';
import { coded } from '../../scripts/typed-pages.mjs';

const typed = async (code) => coded(code, (await parsers.babel.parse(code, {})).program);

test('a component is called with the properties that it is given, an element with its attributes', async () => {
  const code = 'x = html`<${Row} key=${c.id} c=${c} waits ...${more}/>`;';
  assert.equal(await typed(code), "x = $c((Row), {'key': (c.id),'c': (c),'waits': true,...(more)});");
  assert.equal(
    await typed('x = html`<button class="a ${b}" onClick=${go}>${word}</button>`;'),
    "x = $e('button', {'class': `a ${(b)}`,'onClick': (go)}, [(word)]);",
  );
});

test('children, templates in templates, several beside each other, and text', async () => {
  assert.equal(
    await typed('x = html`<${Box}>${a && html`<b>!</b>`}</${Box}>`;'),
    "x = $c((Box), {children: [(a && $e('b', {}, [`!`]))]});",
  );
  assert.equal(await typed('x = html`${a} <i/>`;'), "x = $s((a),$e('i', {}, []));");
});

test('types in comments stay with what they are of, and line ends are as many', async () => {
  const code = 'x = html`<input\n  onInput=${(/** @type {E} */ e) => e}/>`;\ny = 1;';
  const after = await typed(code);
  assert.match(after, /'onInput': \(\(\/\*\* @type \{E\} \*\/ e\) => e\)/);
  assert.equal(after.split('\n').length, code.split('\n').length);
});

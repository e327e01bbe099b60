// index.d.ts and playwright.d.ts say what index.js and playwright.js have: no more, no less.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import * as client from '../../../sim/clients/js/index.js';
import * as playwright from '../../../sim/clients/js/playwright.js';

const text = (name) => readFile(new URL(`../../../sim/clients/js/${name}`, import.meta.url), 'utf8');

// { Reader: ['constructor', 'get', …] } of the classes; null for a function.
function declared(types) {
  const exported = {};
  for (const [, name] of types.matchAll(/^export function (\w+)/gm)) exported[name] = null;
  for (const [, name, body] of types.matchAll(/^export class (\w+)[^{]*\{\n(.*?)^\}/gms)) {
    exported[name] = [...body.matchAll(/^ {2}(?:static )?(\w+)\(/gm)].map(([, method]) => method).sort();
  }
  return exported;
}

function real(module) {
  const exported = {};
  for (const [name, value] of Object.entries(module)) {
    const statics = Object.getOwnPropertyNames(value).filter((key) => typeof value[key] === 'function');
    exported[name] = /^class /.test(value.toString())
      ? [...Object.getOwnPropertyNames(value.prototype), ...statics].sort()
      : null;
  }
  return exported;
}

test('the client has the types it declares', async () => {
  assert.deepEqual(declared(await text('index.d.ts')), real(client));
});

test('the Playwright fixtures have the types they declare', async () => {
  assert.deepEqual(declared(await text('playwright.d.ts')), real(playwright));
  const fixtures = Object.keys(playwright.withSesame({ extend: (all) => all })).sort();
  const interfaces = [...(await text('playwright.d.ts')).matchAll(/^ {2}(\w+): (?:Reader|Simulator)/gm)];
  assert.deepEqual(interfaces.map(([, name]) => name).sort(), fixtures);
});

test('the package names files that exist', async () => {
  const { files, exports } = JSON.parse(await text('package.json'));
  const named = Object.values(exports).flatMap((entry) => Object.values(entry));
  assert.deepEqual(named.map((path) => path.slice(2)).sort(), [...files].sort());
  await Promise.all(files.map(text));
});

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
  for (const [, name] of types.matchAll(/^export (?:function|const) (\w+)/gm)) exported[name] = null;
  for (const [, name, body] of types.matchAll(/^export class (\w+)[^{]*\{\n(.*?)^\}/gms)) {
    const methods = [...body.matchAll(/^ {2}(?:static |protected )?(\w+)(?:<[^(]*>)?\(/gm)].map(([, method]) => method);
    exported[name] = [...new Set(methods)].sort();
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
  const types = await text('playwright.d.ts');
  assert.deepEqual(declared(types), real(playwright));
  const members = (name) => [...types.match(new RegExp(`interface ${name} \\{\n(.*?)\n\\}`, 's'))[1].matchAll(/^ {2}(\w+):/gm)]
    .map(([, member]) => member);
  for (const [extend, interfaces] of [[playwright.withSesame, ['SesameFixtures', 'SesameWorkerFixtures']],
                                      [playwright.withBank, ['BankFixtures', 'BankWorkerFixtures']]]) {
    const fixtures = Object.keys(extend({ extend: (all) => all })).sort();
    assert.deepEqual(interfaces.flatMap(members).sort(), fixtures);
  }
});

test('each fault has the fields that the simulator says, and needs those it needs', async () => {
  const [, union] = (await text('index.d.ts')).match(/export type Fault =\n(.*?);\n\n/s);
  const kinds = {};
  for (const [, names, fields] of union.matchAll(/\{ kind: ((?:'\w+'(?: \| )?)+);? ?(.*?) \}/g)) {
    for (const [, kind] of names.matchAll(/'(\w+)'/g)) {
      kinds[kind] = Object.fromEntries([...fields.matchAll(/(\w+)(\??):/g)].map(([, name, optional]) => [name, !optional]));
    }
  }
  const sim = await client.Simulator.launch();
  try {
    for (const { kind, fields, required } of await sim.faults()) {
      const said = Object.fromEntries(Object.keys(fields).map((name) => [name, required.includes(name)]));
      assert.deepEqual(kinds[kind], said, kind);
      delete kinds[kind];
    }
  } finally {
    await sim.stop();
  }
  assert.deepEqual(kinds, {});
});

test('the package names files that exist', async () => {
  const { files, exports } = JSON.parse(await text('package.json'));
  const named = Object.values(exports).flatMap((entry) => Object.values(entry));
  assert.deepEqual(named.map((path) => path.slice(2)).sort(), [...files].sort());
  await Promise.all(files.map(text));
});

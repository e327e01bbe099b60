// The Playwright fixtures without Playwright: `extend` gets them, and here they are run as Playwright runs them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Simulator } from '../../../sim/clients/js/index.js';
import { withSesame } from '../../../sim/clients/js/playwright.js';

const extended = (options) => withSesame({ extend: (fixtures) => fixtures }, options);

// Resolves to what the fixture gave, once the test that used it has ended.
async function run(fixture, values, body, testInfo) {
  let ran = false;
  await fixture(values, async (value) => { ran = true; await body(value); }, testInfo);
  assert.ok(ran);
}

function info(status) {
  const attached = [];
  return { status, expectedStatus: 'passed', attached, attach: async (name, what) => attached.push({ name, ...what }) };
}

test('Playwright can see what a fixture depends on', () => {
  const { sesame, reader, readerOptions } = extended();
  assert.match(sesame[0].toString(), /^async \(\{\}, /);
  assert.match(reader.toString(), /^async \(\{ sesame, readerOptions \}, /);
  assert.deepEqual(sesame[1], { scope: 'worker' });
  assert.deepEqual(readerOptions[1], { option: true });
});

test('a worker has a simulator of its own, which ends with it', async () => {
  const fixtures = extended();
  let used;
  await run(fixtures.sesame[0], {}, async (sesame) => {
    used = sesame;
    await sesame.readers();
  });
  await assert.rejects(used.readers(), { code: 'unreachable' });
});

test('a test has a reader of its own, which ends with it', async () => {
  const fixtures = extended();
  const options = fixtures.readerOptions[0];
  await run(fixtures.sesame[0], {}, async (sesame) => {
    let used;
    const passed = info('passed');
    await run(fixtures.reader, { sesame, readerOptions: options }, async (reader) => {
      used = reader;
      assert.match((await reader.otp({ pin: '1234' })).code, /^\d{8}$/);
    }, passed);
    await assert.rejects(used.get(), { code: 'unknown_reader' });
    assert.deepEqual(passed.attached, []);

    await run(fixtures.reader, { sesame, readerOptions: options }, (reader) => reader.delete(), info('passed'));
  });
});

test('a failed test has the screen and the dialogue as attachments', async () => {
  const fixtures = extended();
  const failed = info('failed');
  await run(fixtures.sesame[0], {}, async (sesame) => {
    const readerOptions = { profile: 'vasco-810', card: 'bank-card' };
    await run(fixtures.reader, { sesame, readerOptions }, (reader) => reader.press('M1'), failed);
  });
  assert.deepEqual(failed.attached.map(({ name }) => name), ['reader screen', 'card dialogue']);
});

test('a simulator that runs already is used, and goes on', async () => {
  const running = await Simulator.launch();
  const fixtures = extended({ url: running.url, token: running.token });
  await run(fixtures.sesame[0], {}, (sesame) => assert.equal(sesame.url, running.url));
  await running.readers();
  await running.stop();
});

// The Playwright fixtures without Playwright: `extend` gets them, and here they are run as Playwright runs them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Simulator } from '../../../sim/clients/js/index.js';
import { withBank, withSesame } from '../../../sim/clients/js/playwright.js';

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

test('a test has a bank, a customer and that customer\'s reader, which end with it', async () => {
  const fixtures = withBank({ extend: (all) => all });
  assert.match(fixtures.bank.toString(), /^async \(\{ sesameBank, bankOptions \}, /);
  assert.match(fixtures.customer.toString(), /^async \(\{ bank \}, /);
  assert.match(fixtures.reader.toString(), /^async \(\{ sesame, customer, readerOptions \}, /);
  await run(fixtures.sesame[0], {}, (sesame) => run(fixtures.sesameBank[0], {}, async (sesameBank) => {
    const play = (testInfo, body) => run(fixtures.bank, { sesameBank, bankOptions: {} }, (bank) =>
      run(fixtures.customer, { bank }, (customer) =>
        run(fixtures.reader, { sesame, customer, readerOptions: fixtures.readerOptions[0] }, (reader) =>
          body({ bank, customer, reader }), testInfo)), testInfo);
    let used;
    const passed = info('passed');
    await play(passed, async ({ bank, customer, reader }) => {
      used = bank;
      assert.equal((await customer.logIn(reader)).view.user.name, customer.name);
    });
    await assert.rejects(used.get(), { code: 'unknown' });
    assert.deepEqual(passed.attached, []);

    const failed = info('failed');
    await play(failed, ({ customer, reader }) => customer.logIn(reader));
    assert.deepEqual(failed.attached.map(({ name }) => name), ['reader screen', 'card dialogue', 'bank audit']);
    assert.equal(JSON.parse(failed.attached[2].body)[0].event, 'login');

    await play(info('passed'), ({ bank }) => bank.delete());
  }));
});

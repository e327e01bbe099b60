// The Playwright fixtures without Playwright: `extend` gets them, and here they are run as Playwright runs them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Reader, Simulator } from '../../../sim/clients/js/index.js';
import { matchers, withBank, withSesame } from '../../../sim/clients/js/playwright.js';

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
    assert.deepEqual(passed.attached.map(({ name }) => name), ['reader screen']);  // of its step

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
  assert.deepEqual(failed.attached.map(({ name }) => name), ['reader screen', 'reader screen', 'card dialogue']);
});

test('what is done with a reader is a step, with the screen then, and without the PIN', async () => {
  const titles = [];
  const stub = { extend: (all) => all, step: async (title, body) => { titles.push(title); return body(); } };
  const fixtures = withSesame(stub);
  const passed = info('passed');
  await run(fixtures.sesame[0], {}, (sesame) => run(fixtures.reader, { sesame, readerOptions: { card: 'sesame-card' } },
    async (reader) => {
      assert.ok(reader instanceof Reader);
      await reader.press('CODE', '1', { hold: 'C' });
      await reader.type('1234');
      assert.match(await reader.code({ pin: '1234', function: 'CODE' }), /^\d{8}$/);
      await reader.faults({ kind: 'mute' });
      await reader.screen();
    }, passed));
  assert.deepEqual(titles, ['reader: press CODE • C', 'reader: type ••••', 'reader: code with CODE', 'reader: break mute']);
  assert.equal(passed.attached.length, 4);
  assert.ok(passed.attached.every(({ name, contentType }) => name === 'reader screen' && contentType === 'image/png'));
});

test('a matcher waits until the reader shows something, or no more', async () => {
  const simulator = await Simulator.launch();
  const reader = await simulator.createReader({ card: 'sesame-card' });
  const toShow = (...args) => matchers.toShow.call({ isNot: false, timeout: 50 }, reader, ...args);
  const notToShow = (...args) => matchers.toShow.call({ isNot: true, timeout: 50 }, reader, ...args);
  await reader.press('CODE');
  for (const expected of ['Code secret', /code SECRET/i, /^Code secret \?$/m]) assert.equal((await toShow(expected)).pass, true);
  const missing = await toShow('(a) pattern? No.');
  assert.equal(missing.pass, false);
  assert.match(missing.message(), /does not show \(a\) pattern\? No\.; its screen:\n\nCode secret/);
  assert.equal((await notToShow('Code secret')).pass, true);
  const leaving = notToShow('Code secret', { timeout: 5_000 });
  await reader.hold('C');
  assert.equal((await leaving).pass, false);
  await reader.delete();
  await assert.rejects(toShow('x'), { code: 'unknown_reader' });
  await simulator.stop();
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
    assert.deepEqual(passed.attached.map(({ name }) => name), ['reader screen']);  // of its step

    const failed = info('failed');
    await play(failed, ({ customer, reader }) => customer.logIn(reader));
    assert.deepEqual(failed.attached.map(({ name }) => name), ['reader screen', 'reader screen', 'card dialogue', 'bank audit']);
    assert.equal(JSON.parse(failed.attached[3].body)[0].event, 'login');

    await play(info('passed'), ({ bank }) => bank.delete());
  }));
});

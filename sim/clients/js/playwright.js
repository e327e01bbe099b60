// Fixtures for Playwright: a simulator for each worker, and a fresh reader with a card in it for each test.
//
//   import { test as base } from '@playwright/test';
//   import { withSesame } from 'sesame-sim/playwright';
//   const test = withSesame(base);
//   test.use({ readerOptions: { profile: 'vasco-810', card: 'bank-card' } });
//
// And a bank's server for each worker, with a bank, a customer and a reader with that customer's card for each test, in
// virtual time:
//
//   const test = withBank(base);
//   test.use({ bankOptions: { rules: { strong_days: 180 } } });
//   test('…', async ({ page, bank, customer, reader }) => { await page.goto(bank.url); … });
//
// What a test does with its reader is a step of its report and trace, with the screen then. A test that fails gets the screen,
// the dialogue with the card and the bank's audit as attachments. And for what must show:
//
//   const expect = baseExpect.extend(matchers);
//   await expect(reader).toShow(/Code bon/);
import { Bank, SesameError, Simulator } from './index.js';

/**
 * @param test of @playwright/test; @param options of Simulator.launch, or { url, token } of one that runs; their defaults are
 * the environment variables SESAME_URL and SESAME_TOKEN
 */
export function withSesame(test, options) {
  return test.extend({
    readerOptions: [{ card: 'sesame-card', clock: 'virtual' }, { option: true }],

    sesame: server(Simulator, options),

    reader: async ({ sesame, readerOptions }, use, testInfo) => {
      await useReader(await sesame.createReader(readerOptions), test, use, testInfo);
    },
  });
}

/**
 * @param options of each server: of Simulator.launch and Bank.launch, or { url, token } of one that runs; their defaults are
 * the environment variables SESAME_URL, SESAME_TOKEN, SESAME_BANK_URL and SESAME_BANK_TOKEN
 */
export function withBank(test, { simulator, bank = bankOfEnvironment() } = {}) {
  return test.extend({
    readerOptions: [{ profile: 'vasco-810', clock: 'virtual' }, { option: true }],
    bankOptions: [{}, { option: true }],

    sesame: server(Simulator, simulator),
    sesameBank: server(Bank, bank),

    bank: async ({ sesameBank, bankOptions }, use, testInfo) => {
      const tenant = await sesameBank.createTenant(bankOptions);
      await use(tenant);
      await gone('unknown', async () => {
        if (failed(testInfo)) {
          const body = JSON.stringify(await tenant.audit(), null, 1);
          await testInfo.attach('bank audit', { body, contentType: 'application/json' });
        }
        await tenant.delete();
      });
    },

    customer: async ({ bank }, use) => use(bank.customer),

    reader: async ({ sesame, customer, readerOptions }, use, testInfo) => {
      await useReader(await customer.reader(sesame, readerOptions), test, use, testInfo);
    },
  });
}

const bankOfEnvironment = () => ({ url: process.env.SESAME_BANK_URL, token: process.env.SESAME_BANK_TOKEN });

const failed = ({ status, expectedStatus }) => status !== expectedStatus;

function server(Server, { url, token, ...launch } = { url: process.env.SESAME_URL }) {
  return [async ({}, use) => {
    const started = url ? new Server(url, token) : await Server.launch(launch);
    await use(started);
    await started.stop();
  }, { scope: 'worker' }];
}

async function useReader(reader, test, use, testInfo) {
  await use(inSteps(reader, test, testInfo));
  await gone('unknown_reader', async () => {
    if (failed(testInfo)) {
      await testInfo.attach('reader screen', { body: await reader.png(), contentType: 'image/png' });
      await testInfo.attach('card dialogue', { body: await reader.trace(), contentType: 'text/plain' });
    }
    await reader.delete();
  });
}

// What is done with a reader, as the title of a step; without the PIN.
const TITLES = {
  press: (...keys) => `press ${keys.map((key) => (/^[0-9]$/.test(key) ? '•' : key.hold ?? key)).join(' ')}`,
  hold: (key) => `hold ${key}`,
  type: (text) => `type ${'•'.repeat(text.length)}`,
  otp: ({ function: key }) => `code${key ? ` with ${key}` : ''}`,
  code: (order = {}) => `code${order.function ?? order.method ? ` with ${order.function ?? order.method}` : ''}`,
  computer: (command) => `the computer says ${command}`,
  insert: (card) => `insert ${typeof card === 'string' ? card : card.name ?? 'a card'}`,
  pull: () => 'pull the card',
  setCardState: (state) => `set ${Object.entries(state).map((one) => one.join(' ')).join(', ')}`,
  faults: (...faults) => `break ${faults.map(({ kind }) => kind).join(', ') || 'nothing'}`,
  advance: (time) => `advance ${typeof time === 'number' ? `${time} ms` : `to the ${time}`}`,
  reset: () => 'reset',
};

function inSteps(reader, test, testInfo) {
  const step = test.step?.bind(test) ?? ((_, body) => body());
  const screen = async () => {
    await testInfo.attach('reader screen', { body: await reader.png(), contentType: 'image/png' });
  };
  return new Proxy(reader, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      if (!Object.hasOwn(TITLES, name)) return value.bind(target);
      return (...args) => step(`reader: ${TITLES[name](...args)}`, async () => {
        const result = await value.apply(target, args);
        await screen();
        return result;
      });
    },
  });
}

const LONGEST_WAIT = 60_000;  // of the API

// The first screen that does not show it, or the last one in time.
async function other(reader, shows, end) {
  for (let screen = await reader.screen(); ;) {
    const left = end - Date.now();
    if (!shows(screen) || left <= 0) return screen;
    screen = await reader.screen({ after: screen.revision, timeout: Math.min(left, LONGEST_WAIT) });
  }
}

/** For `expect.extend`. */
export const matchers = {
  /** Waits until the reader shows it: a part of the text of its screen, whose rows are lines, or a pattern of it. */
  async toShow(reader, expected, { timeout = this.timeout ?? 5_000 } = {}) {
    const end = Date.now() + timeout;
    const match = typeof expected === 'string' ? expected.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : expected;
    const shows = ({ text }) => (typeof expected === 'string' ? text.includes(expected) : text.search(expected) >= 0);
    const wait = this.isNot ? other(reader, shows, end) : reader.screen({ match, timeout: Math.min(timeout, LONGEST_WAIT) });
    const screen = await wait.catch((error) => {
      if (error instanceof SesameError && error.code === 'screen_timeout') return error.body.screen;
      throw error;
    });
    const pass = shows(screen);
    return {
      pass,
      name: 'toShow',
      expected,
      actual: screen.text,
      message: () => `the reader ${pass ? 'shows' : 'does not show'} ${expected}; its screen:\n\n${screen.text || '(dark)'}`,
    };
  },
};

// The test may have deleted it itself.
async function gone(code, work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SesameError && error.code === code)) throw error;
  }
}

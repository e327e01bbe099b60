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
// A test that fails gets the screen, the dialogue with the card and the bank's audit as attachments.
import { Bank, SesameError, Simulator } from './index.js';

/** @param test of @playwright/test; @param options of Simulator.launch, or { url, token } of one that runs */
export function withSesame(test, options) {
  return test.extend({
    readerOptions: [{ card: 'sesame-card', clock: 'virtual' }, { option: true }],

    sesame: server(Simulator, options),

    reader: async ({ sesame, readerOptions }, use, testInfo) => {
      await useReader(await sesame.createReader(readerOptions), use, testInfo);
    },
  });
}

/** @param options of each server: of Simulator.launch and Bank.launch, or { url, token } of one that runs */
export function withBank(test, { simulator, bank } = {}) {
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
      await useReader(await customer.reader(sesame, readerOptions), use, testInfo);
    },
  });
}

const failed = ({ status, expectedStatus }) => status !== expectedStatus;

function server(Server, { url, token, ...launch } = {}) {
  return [async ({}, use) => {
    const started = url ? new Server(url, token) : await Server.launch(launch);
    await use(started);
    await started.stop();
  }, { scope: 'worker' }];
}

async function useReader(reader, use, testInfo) {
  await use(reader);
  await gone('unknown_reader', async () => {
    if (failed(testInfo)) {
      await testInfo.attach('reader screen', { body: await reader.png(), contentType: 'image/png' });
      await testInfo.attach('card dialogue', { body: await reader.trace(), contentType: 'text/plain' });
    }
    await reader.delete();
  });
}

// The test may have deleted it itself.
async function gone(code, work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SesameError && error.code === code)) throw error;
  }
}

// Fixtures for Playwright: a simulator for each worker, and a fresh reader with a card in it for each test.
//
//   import { test as base } from '@playwright/test';
//   import { withSesame } from 'sesame-sim/playwright';
//   const test = withSesame(base);
//   test.use({ readerOptions: { profile: 'vasco-810', card: 'bank-card' } });
//
// A test that fails gets the screen and the dialogue with the card as attachments.
import { SesameError, Simulator } from './index.js';

/** @param test of @playwright/test; @param options of Simulator.launch, or { url, token } of one that runs */
export function withSesame(test, { url, token, ...launch } = {}) {
  return test.extend({
    readerOptions: [{ card: 'sesame-card', clock: 'virtual' }, { option: true }],

    sesame: [async ({}, use) => {
      const simulator = url ? new Simulator(url, token) : await Simulator.launch(launch);
      await use(simulator);
      await simulator.stop();
    }, { scope: 'worker' }],

    reader: async ({ sesame, readerOptions }, use, testInfo) => {
      const reader = await sesame.createReader(readerOptions);
      await use(reader);
      try {
        if (testInfo.status !== testInfo.expectedStatus) await attach(reader, testInfo);
        await reader.delete();
      } catch (error) {
        // The test may have deleted it itself.
        if (!(error instanceof SesameError && error.code === 'unknown_reader')) throw error;
      }
    },
  });
}

async function attach(reader, testInfo) {
  await testInfo.attach('reader screen', { body: await reader.png(), contentType: 'image/png' });
  await testInfo.attach('card dialogue', { body: await reader.trace(), contentType: 'text/plain' });
}

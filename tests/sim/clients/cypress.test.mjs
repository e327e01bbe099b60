// The Cypress commands against a stub of `cy`, and a real `sesame sim` behind their tasks: there is no Cypress here.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { registerSesame } from '../../../sim/clients/js/cypress-commands.js';
import { sesameTasks } from '../../../sim/clients/js/cypress.js';

const events = {};
sesameTasks((event, handler) => { events[event] = handler; });

// As Cypress has them: a task's argument and its result cross as JSON, and undefined is no result.
const cy = {
  async task(name, arg) {
    const result = await events.task[name](JSON.parse(JSON.stringify(arg)));
    assert.notEqual(result, undefined, name);
    return JSON.parse(JSON.stringify(result));
  },
};
registerSesame({ Commands: { add: (name, run) => { cy[name] = run; } } }, cy);

after(() => events['after:run']());

test('without a reader a command says what to do', () => {
  assert.throws(() => cy.pullCard(), /createReader/);
});

test('a code in one call, and with what the function asks', async () => {
  await cy.createReader();
  assert.match(await cy.readerCode({ pin: '1234' }), /^\d{8}$/);
  await cy.createReader({ profile: 'vasco-810', card: 'bank-card' });
  assert.match(await cy.readerCode({ function: 'M1', inputs: ['12345678'], pin: '1234' }), /^\d+$/);
});

test('key by key, with what shows; a pattern crosses with its flags', async () => {
  await cy.createReader();
  assert.equal((await cy.pressKeys('CODE')).state, 'pin');
  assert.match((await cy.readerShows(/code SECRET/i)).text, /Code secret/);
  await cy.typeDigits('1234');
  await cy.pressKeys('OK');
  await cy.advanceReader('next-deadline');
  await cy.pressKeys({ hold: 'C' });
  await assert.rejects(cy.readerShows('never', { timeout: 10 }), { code: 'screen_timeout' });
});

test('the card is moved and broken', async () => {
  await cy.createReader();
  assert.equal((await cy.pullCard()).card, null);
  assert.equal((await cy.insertCard('bank-card')).card.name, 'bank-card');
  assert.equal((await cy.breakReader({ kind: 'mute' })).faults.length, 1);
  await assert.rejects(cy.readerCode({ pin: '1234' }), { code: 'no_code' });
  assert.deepEqual((await cy.breakReader()).faults, []);
});

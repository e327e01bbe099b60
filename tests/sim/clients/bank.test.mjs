// The JavaScript client against a real `sesame bank` and a real `sesame sim`: SESAME is the path of the program.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { Bank, CustomerReader, SesameError, Simulator } from '../../../sim/clients/js/index.js';

const DAY = 24 * 60 * 60 * 1000;
const PAYEE = { name: 'Boulangerie Exemple', iban: 'FR1420041010050500013M02606' };
const profiles = new URL('../../../hw-profiles/', import.meta.url);

let sim, server, bank, customer, reader;

before(async () => { [sim, server] = await Promise.all([Simulator.launch(), Bank.launch()]); });
after(() => Promise.all([sim.stop(), server.stop()]));
beforeEach(async () => {
  bank = await server.createTenant();
  customer = bank.customer;
  reader = await customer.reader(sim);
});

const refused = (code, status) => (error) => error instanceof SesameError && error.code === code && error.status === status;
const seed = (user) => ({
  subscriptions: [{ client_id: '10002000', accounts: [{ balance: '1000.00' }],
                    users: [{ number: '1', name: 'Alice', role: 'main', user_code: 'ALICE001', ...user }] }],
});

test('a customer logs in with a code of their reader, and off', async () => {
  const session = await bank.open();
  assert.equal(session.view.level, 'anonymous');
  await session.logInByCode({ site: 'coopanet', user_code: customer.user_code, code: await reader.code() });
  assert.equal(session.view.level, 'strong');
  assert.equal(session.view.user.name, customer.name);
  assert.deepEqual((await session.accounts()).map(({ label }) => label), ['Compte courant', 'Livret']);
  assert.equal((await session.logOut()).level, 'anonymous');
  await assert.rejects(session.accounts(), refused('no_session', 401));
});

test('a code is accepted once, and the last try is told', async () => {
  const code = await reader.code();
  const login = { site: 'coopaccess', ...customer.identifier('coopaccess'), code };
  const session = await bank.open();
  await session.logInByCode(login);
  for (const last_try of [false, true]) {
    await assert.rejects((await bank.open()).logInByCode(login),
                         ({ code, body }) => code === 'refused' && body.last_try === last_try);
  }
  assert.equal(session.view.access, 'full');
});

test('a transfer is signed with what its inputs ask', async () => {
  const session = await customer.logIn(reader, { site: 'coopaccess' });
  const [account] = await session.accounts();
  const operation = await session.begin({ kind: 'instant_transfer', account: account.id, ...PAYEE, amount: '12.34' });
  assert.equal(operation.method, 'tds');
  const done = await session.finish(operation, await reader.code(operation));
  assert.equal(done.session.level, 'strong');
  const [after] = await session.accounts();
  assert.equal((account.balance - after.balance).toFixed(2), '12.34');
  const { transactions } = await session.json('GET', `accounts/${account.id}/transactions`);
  assert.equal(transactions[0].amount, '-12.34');
});

test('a model with a key for it signs an amount', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'sesame-model-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const model = join(folder, 'signing.toml');
  writeFileSync(model, readFileSync(new URL('readers/pinsentry.toml', profiles), 'utf8').replace('"826"', '"978"'));
  const toml = readFileSync(new URL('cards/sesame-card.toml', profiles), 'utf8').replace('iaf = "00"', 'iaf = "80"');
  const signing = await Simulator.launch({ args: ['--profile', model] });
  context.after(() => signing.stop());
  bank = await server.createTenant({ seed: seed({ card: { toml } }) });
  reader = new CustomerReader(signing, 'default', bank.customer, { identify: 'IDENTIFY', sign: 'SIGN' });
  await reader.insert({ toml });
  const session = await bank.customer.logIn(reader);
  const [{ id }] = await session.accounts();
  const operation = await session.begin({ kind: 'instant_transfer', account: id, ...PAYEE, amount: '0.05' });
  assert.equal(operation.method, 'sign');
  await session.finish(operation, await reader.code(operation));
  assert.equal((await session.accounts())[0].balance, '999.95');
});

test('ninety days pass at once', async () => {
  const alice = { card: { template: 'sesame-card' }, confidential_code: { value: 'tournesol7' } };
  bank = await server.createTenant({ seed: seed(alice), nowMs: 1_700_000_000_000 });
  reader = await bank.customer.reader(sim);
  const login = { ...bank.customer.identifier('coopaccess'), confidential_code: 'tournesol7' };
  const session = await bank.open();
  assert.equal((await session.logInByConfidentialCode(login)).access, 'must_prove');
  const operation = await session.begin({ kind: 'strong' });
  await session.finish(operation, await reader.code(operation));
  assert.equal(session.view.level, 'strong');
  assert.equal(await bank.advance(90 * DAY - 1), 1_700_000_000_000 + 90 * DAY - 1);
  assert.equal((await (await bank.open()).logInByConfidentialCode(login)).access, 'limited');
  await bank.advance(1);
  assert.equal((await (await bank.open()).logInByConfidentialCode(login)).access, 'must_prove');
});

test('the next message is waited for', async () => {
  const session = await customer.logIn(reader);
  const message = bank.nextMessage({ kind: 'sms' });
  const operation = await session.begin({ kind: 'contact', email: 'a@example.org' });
  await session.finish(operation, (await message).values.code);
  assert.equal((await session.get()).user.email, 'a@example.org');
  await assert.rejects(bank.nextMessage({ timeout: 1 }), refused('message_timeout'));
  assert.equal((await bank.outbox()).length, 1);
  assert.deepEqual((await bank.audit()).map(({ event }) => event), ['login', 'contact']);
});

test('a bank has more customers when a test wants them, and is thrown away', async () => {
  const [bob] = await bank.addCustomers({
    subscriptions: [{ client_id: '10003000',
                      users: [{ number: '1', name: 'Bob', user_code: 'BOB00001', email: 'bob@example.org',
                                password: { value: 'Premier-Mot-9' }, card: { template: 'bank-card', pin: '4321' } }] }],
  });
  const session = await bob.logIn(await bob.reader(sim, { profile: 'sesame' }));
  assert.equal(session.view.user.name, 'Bob');
  const savings = { ...bob.identifier('savings'), password: 'Premier-Mot-9' };
  assert.equal((await (await bank.open()).logInByPassword(savings)).site, 'savings');
  assert.equal((await server.tenant(bank.id)).customers.length, bank.customers.length);
  await bank.delete();
  assert.ok((await server.tenants()).every(({ id }) => id !== bank.id));
  await assert.rejects(session.get(), refused('not_found', 404));
  await assert.rejects(bank.get(), refused('unknown', 404));
});

test('a bank begins with what another one has', async () => {
  const before = await customer.logIn(reader);
  const again = await server.createTenant({ state: await bank.exportState() });
  assert.deepEqual(await (await again.customer.logIn(reader)).accounts(), await before.accounts());
});

test('a wrong PIN, and a key that there is not, are errors', async () => {
  const other = new CustomerReader(sim, reader.id, { card: { pin: '9999' } }, { identify: 'M1' });
  await assert.rejects(other.code(), refused('no_code'));
  await assert.rejects(other.code({ method: 'sign', inputs: [] }), refused('unknown_function'));
});

test('a bank that does not start says why', async () => {
  await assert.rejects(Bank.launch({ args: ['--store', '/dev/null/issuer.db', '--folder', '/dev/null/bank'] }),
                       ({ code, message }) => code === 'bank_failed' && message.includes('/dev/null'));
});

// What the tests of the bank's pages stand on: a demonstration that is served over TLS, banks of their own in it, readers
// in virtual time, and pages that have nothing to complain about.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { request } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Simulator } from '../../../../sim/clients/js/index.js';

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with ctest`);
  return value;
}
const modules = createRequire(`${needed('SESAME_NODE_MODULES')}/`);
const { chromium } = modules('playwright-core');
const kAxe = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');

export let site;       // as `sesame bank demo` says it: { url, certificate_url, authority, simulator, customer }
export let browser;
let simulator;
let stop = async () => {};

async function startDemonstration() {
  const child = spawn(needed('SESAME_BINARY'), ['bank', 'demo', '--port', '0', '--certificate-port', '0', '--sim-port', '0'],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  stop = async () => {
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  };
  const first = await Promise.race([
    new Promise((resolve) => { createInterface({ input: child.stdout }).once('line', resolve); }),
    ended.then((status) => { throw new Error(`sesame bank demo ended with ${status}`); }),
  ]);
  site = JSON.parse(first);
  site.certificates = readFileSync(site.authority);
  simulator = new Simulator(site.simulator);
}

before(async () => {
  await startDemonstration();
  browser = await chromium.launch({
    executablePath: needed('SESAME_CHROMIUM'), args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
});
after(async () => {
  await browser?.close();
  await stop();
});

// ---- the bank's other door, for tests

export function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = request(site.url + path, {
      method, ca: site.certificates, headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
    }, (answer) => {
      let all = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { all += part; });
      answer.on('end', () => {
        if (answer.statusCode >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${all}`));
        else resolve(all === '' ? null : JSON.parse(all));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

export const kDay = 24 * 60 * 60 * 1000;
export const kNow = Date.UTC(2026, 2, 2, 9, 0);
export const kBakery = 'FR1420041010050500013M02606';

// Alice is the main user, Bruno an administrator, Chloé a user of the same subscription.
export const seed = ({ alice = {}, chloe = {}, bruno = {} } = {}) => ({
  subscriptions: [{
    client_id: '10002000', name: 'Association Exemple',
    accounts: [{ label: 'Compte courant', balance: '12480.55' }, { label: 'Livret', balance: '30000.00' }],
    beneficiaries: [{ name: 'Boulangerie Exemple', iban: kBakery }],
    users: [{
      number: '1', name: 'Alice Exemple', role: 'main', born: '1980-05-17', user_code: 'ALICE001', mobile: '+33600000001',
      email: 'alice@example.org', company: '4711', server_code: 'A1B2C3', address: '1 rue de l’Exemple, 29200 Brest',
      strong_at_ms: kNow - kDay, confidential_code: { value: 'tournesol7', must_change: false },
      password: { value: 'Premier-Mot-9', must_change: true }, card: { template: 'sesame-card', pin: '1234' }, ...alice,
    }, {
      number: '2', name: 'Bruno Exemple', role: 'administrator', born: '1975-11-02', user_code: 'BRUNO002',
      address: '2 rue de l’Exemple, 29200 Brest', card: { template: 'bank-card', pin: '1234' }, ...bruno,
    }, {
      number: '3', name: 'Chloé Exemple', role: 'user', born: '1991-03-30', user_code: 'CHLOE003',
      address: '3 rue de l’Exemple, 29200 Brest', confidential_code: { value: 'girofle84', must_change: true },
      card: { template: 'sesame-card', pin: '1234' }, ...chloe,
    }],
  }],
});

// A reader in virtual time with the customer's card in it. A Vasco 810 has both functions: M1 takes a challenge, M2 makes
// a code, and signs numbers.
async function readerOf(customer) {
  const reader = await simulator.createReader({
    profile: 'vasco-810', clock: 'virtual', card: { toml: customer.card.toml, name: `${customer.user_number}-card` },
  });
  return {
    reader,
    // With numbers to sign in the order of the page.
    code: async (inputs = []) => (await reader.otp({ pin: customer.card.pin, function: 'M2', inputs })).code,
  };
}

async function bankOf({ people, rules = {} }) {
  const tenant = await ask('POST', '/v1/tenants', {
    clock: 'virtual', now_ms: kNow, rules: { scrypt_cost: 4, ...rules }, seed: seed(people),
  });
  const door = `/v1/tenants/${tenant.id}`;
  const readers = new Map();
  const reader = async (number) => {
    if (!readers.has(number)) readers.set(number, await readerOf(tenant.customers[number - 1]));
    return readers.get(number);
  };
  return {
    id: tenant.id,
    url: `${site.url}/t/${tenant.id}/`,
    reader,
    code: async (number = 1, inputs = []) => (await reader(number)).code(inputs),
    advance: (ms) => ask('POST', `${door}/clock`, { advance_ms: ms }),
    // The newest of the outbox that fits; each letter once.
    async message(kind, text = '') {
      const { messages } = await ask('GET', `${door}/outbox?kind=${kind}`);
      const found = messages.filter((each) => each.subject.includes(text)).at(-1);
      assert.ok(found, `no ${kind} with ${text} in ${JSON.stringify(messages)}`);
      return found;
    },
    close: () => ask('DELETE', door),
  };
}

// ---- pages

export const kSizes = [{ width: 1280, height: 800 }, { width: 768, height: 1024 }, { width: 390, height: 844 }];
export const named = ({ width, height }) => `${width} × ${height}`;

// Everything that a page should not say or do. What the bank refuses the browser says by itself.
function listen(context) {
  const complaints = [];
  context.on('console', (message) => {
    const text = message.text();
    const isRefusal = text.startsWith('Failed to load resource: the server responded with a status of 4');
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(`console: ${text}`);
  });
  context.on('weberror', (error) => complaints.push(`error: ${error.error().message}`));
  context.on('request', (sent) => {
    if (!sent.url().startsWith(site.url) && !sent.url().startsWith(site.certificate_url) && !sent.url().startsWith('blob:')) {
      complaints.push(`foreign: ${sent.url()}`);
    }
  });
  return complaints;
}

// axe-core, in a page whose policy lets in no script but its own.
async function faults(page) {
  await page.evaluate(kAxe);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    // What is in order is only counted: nobody reads more of it.
    const runOnly = { type: 'tag', values: tags };
    const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'] });
    return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
}

async function shot(page, name) {
  mkdirSync(needed('SESAME_SCREENSHOTS'), { recursive: true });
  await page.screenshot({ path: join(needed('SESAME_SCREENSHOTS'), `${name}.png`), fullPage: true });
}

// A picture of the page as it is, in which axe-core finds nothing and nothing is wider than the window.
export async function look(page, name) {
  await shot(page, name);
  assert.deepEqual(await faults(page), [], name);
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room, `${name}: ${wide} pixels wide in ${room}`);
}

// `body` gets { bank, page, context }: a bank of its own, and its start page in French. `options` are Playwright's of a
// context, `people` and `rules` the bank's.
export function onPage(name, { people, rules, ...options }, body) {
  test(name, async () => {
    const bank = await bankOf({ people, rules });
    const context = await browser.newContext({
      ignoreHTTPSErrors: true, viewport: kSizes[0], locale: 'fr-FR', reducedMotion: 'reduce', ...options,
    });
    context.setDefaultTimeout(30000);
    const complaints = listen(context);
    try {
      const page = await context.newPage();
      await page.goto(bank.url);
      await headed(page, options.locale === 'en-GB' ? 'Personal space' : 'Espace personnel');
      await body({ bank, page, context });
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
      await bank.close();
    }
  });
}

// ---- what a person does

export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const click = (page, name) => button(page, name).click();
export const link = (page, name) => page.getByRole('link', { name, exact: true });
export const headed = (page, text) => page.locator('#view h1', { hasText: text }).waitFor();
export const says = (page, text) => page.getByText(text).first().waitFor();
export const field = (page, name) => page.locator(`#view [name="${name}"]:visible`);
export const menu = (page, name) => page.locator('#menu').getByRole('link', { name, exact: true }).click();

export async function enter(page, values) {
  for (const [name, value] of Object.entries(values)) await field(page, name).fill(value);
}

// As the manual has it: Coop@net, « Accès abonnés », the Sésame reader, user code and code.
export async function toCoopanet(page) {
  await link(page, 'Accès abonnés Coop@net').click();
  await headed(page, 'Accès à vos comptes');
  await link(page, 'Lecteur Sésame').click();
  await field(page, 'user_code').waitFor();
}
export async function enterCoopanet(page, code, userCode = 'ALICE001') {
  await toCoopanet(page);
  await enter(page, { user_code: userCode, code });
  await click(page, 'Valider');
}

// Coop@ccess, by the identifier; the means is reader, confidential or certificate.
export async function toCoopaccess(page, means, { clientId = '10002000' } = {}) {
  await link(page, 'Espace personnel Coop@ccess').click();
  await headed(page, 'Connexion');
  await enter(page, { client_id: clientId });
  await click(page, 'Valider');
  await page.locator('.means').waitFor();
  await page.locator(`.means a[href$="/${means}"]`).click();
  await page.locator(`.means a[href$="/${means}"][aria-current=true]`).waitFor();
}
export async function enterConfidential(page, code, { number = '1' } = {}) {
  await toCoopaccess(page, 'confidential');
  await enter(page, { user_number: number, confidential_code: code });
  await click(page, 'Valider');
}
export async function enterSavings(page, password, email = 'alice@example.org') {
  await link(page, 'Espace sécurisé Épargne salariale').click();
  await headed(page, 'Épargne salariale');
  await enter(page, { email, password });
  await click(page, 'Valider');
}

export const isIn = (page) => headed(page, 'Comptes et soldes');
export async function logOff(page) {
  await click(page, 'Se déconnecter');
  await says(page, 'Vous êtes déconnecté.');
}

// What the page says to type on the reader, in its order.
export async function inputs(page) {
  await page.locator('.operation').waitFor();
  return page.locator('.inputs kbd').allTextContents();
}
// Confirms what the page shows with the reader of a customer, and what it says to type.
export async function confirm(page, bank, { number = 1 } = {}) {
  const typed = await inputs(page);
  await field(page, 'code').fill(await bank.code(number, typed));
  await click(page, 'Confirmer');
}
export const events = (page) => page.locator('[data-event]').evaluateAll((all) => all.map((each) => each.dataset.event));

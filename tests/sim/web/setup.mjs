// What the tests of the page stand on: a served simulator, a browser, and a page that has nothing to complain about.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with ctest`);
  return value;
}

const modules = createRequire(`${needed('SESAME_NODE_MODULES')}/`);
const { chromium } = modules('playwright-core');
const kAxe = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');

// A test that fails leaves its simulator: that must not keep the others waiting.
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

// `sesame sim` on any port, unless --port is among the options, with what it says about itself: { url, token }.
export async function startSimulator(...options) {
  const home = mkdtempSync(join(tmpdir(), 'sesame-web-'));
  const child = spawn(needed('SESAME_BINARY'), ['sim', ...(options.includes('--port') ? [] : ['--port', '0']), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_STATE_HOME: home },
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const first = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    ended.then((status) => { throw new Error(`sesame sim ended with ${status}`); }),
  ]);
  running.add(child);
  child.unref();
  child.stdout.unref();
  return {
    ...JSON.parse(first),
    async stop() {
      child.ref();
      child.kill('SIGTERM');
      const status = await ended;
      running.delete(child);
      rmSync(home, { recursive: true, force: true });
      return status;
    },
  };
}

export function startBrowser() {
  return chromium.launch({
    executablePath: needed('SESAME_CHROMIUM'),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

export async function api(url, method, path, body) {
  const answer = await fetch(url + path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

// Everything that a page should not say or do.
function listen(page) {
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1:')) complaints.push(`foreign: ${request.url()}`);
  });
  return complaints;
}

const kDesktop = { width: 1280, height: 800 };

// A page with a reader of its own, whose clock stands still, once `shown` is there. `options` are Playwright's of a
// context.
export async function openPage(browser, url, { reader = { clock: 'virtual' }, shown = null, ...options } = {}) {
  const context = await browser.newContext({ viewport: kDesktop, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  const setup = {
    page,
    complaints: listen(page),
    id: 'default',
    state: (name) => page.waitForSelector(`html[data-state=${name}]`),
    // Until the screen says this; what is for the eyes and for the ears is written in the same breath.
    says: (text) => page.locator('#spoken', { hasText: text }).waitFor({ state: 'attached' }),
    shot: async (name) => {
      mkdirSync(needed('SESAME_SCREENSHOTS'), { recursive: true });
      await page.screenshot({ path: join(needed('SESAME_SCREENSHOTS'), `${name}.png`) });
    },
    // Another reader, or with null the one that is there from the start.
    async visit(wanted = { clock: 'virtual' }) {
      const made = wanted === null ? null : await api(url, 'POST', '/v1/readers', wanted);
      setup.id = made?.id ?? 'default';
      await page.goto(`${url}/${made ? `#${made.id}` : ''}`);
      await page.waitForSelector(shown ?? showing(setup.id), { state: 'attached' });
    },
    // What a test listened to and said to the page.
    async forget() {
      await page.unrouteAll({ behavior: 'wait' });
      page.removeAllListeners();
      setup.complaints = listen(page);
    },
    close: () => context.close(),
  };
  await setup.visit(reader);
  return setup;
}

// There while the page shows this reader.
export const showing = (id) => `html[data-state]:has(#trace[href="/v1/readers/${id}/trace"])`;

export const kSizes = [{ width: 1280, height: 800 }, { width: 768, height: 1024 }, { width: 390, height: 844 }];
export const named = ({ width, height }) => `${width} × ${height}`;

// ---- what a person works

export const key = (page, name) => page.locator(`.key[data-key="${name}"]`);
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const card = (page) => page.locator('#card-move');
export const printedPin = (page) => page.locator('#card-pin');
export const isShown = (page, id) => page.waitForSelector(showing(id), { state: 'attached' });

// Until `met` says so; what the page writes into no attribute cannot be waited for in another way.
export async function until(met) {
  const end = Date.now() + 10000;
  while (!await met()) {
    if (Date.now() > end) throw new Error(`in vain: ${met}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

export async function insertAndChoose({ page, state }) {
  await card(page).click();
  await state('choose_function');
  await key(page, 'CODE').click();
  await state('pin');
}
export async function toCode(setup) {
  await insertAndChoose(setup);
  await printedPin(setup.page).click();
  await setup.state('code');
}

// What axe-core has to say against the page as it is: WCAG 2.2, A and AA, good practice, and that a name has its label in it.
export async function findings(page) {
  await page.evaluate(kAxe);
  return page.evaluate(async () => {
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(document, {
      runOnly: { type: 'tag', values },
      resultTypes: ['violations'],  // what is in order is only counted: nobody reads more of it
      rules: { 'label-content-name-mismatch': { enabled: true }, 'target-size': { enabled: true } },
    });
    return violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  });
}

// How many lines the log has: what is said to the card, T=0's pieces folded, and its reset.
export async function linesOfLog(url, id) {
  const text = await (await fetch(`${url}/v1/readers/${id}/trace`, { headers: { Accept: 'text/plain' } })).text();
  return text.match(/^(?:# )?(?:> |atr )/gm).length;
}

// What the page asks the simulator to do, as it does it: "POST /keys {"keys":["OK"]}". take() empties the list.
export function listenToOrders(page) {
  let orders = [];
  page.on('request', (request) => {
    if (request.method() === 'GET') return;
    const path = new URL(request.url()).pathname.replace(/^\/v1\/readers\/[^/]+/, '');
    orders.push(`${request.method()} ${path} ${request.postData() ?? ''}`.trim());
  });
  return {
    take() {
      const taken = orders;
      orders = [];
      return taken;
    },
    // Until there is one, and the page has come to rest.
    async next() {
      if (orders.length === 0) await page.waitForRequest((request) => request.method() !== 'GET');
      await settled(page);
      return this.take();
    },
  };
}

// Two frames later: whatever a click or a key set off by itself has been sent.
export const settled = (page) => page.evaluate(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(resolve));
}));

export const focusedIn = (page, selector) => page.evaluate((wanted) => document.activeElement.closest(wanted) !== null, selector);

// By keyboard alone, from wherever the focus is.
export async function tabTo(page, selector) {
  for (let tabs = 0; tabs < 150; tabs += 1) {
    await page.keyboard.press('Tab');
    if (await focusedIn(page, selector)) return;
  }
  throw new Error(`the Tab key does not lead to ${selector}`);
}

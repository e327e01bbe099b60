// What the tests of the page stand on: a served simulator, a browser, and a page that has nothing to complain about.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with ctest`);
  return value;
}

const { chromium } = createRequire(`${needed('SESAME_NODE_MODULES')}/`)('playwright-core');

// `sesame sim` on any port, with what it says about itself: { url, token }.
export async function startSimulator(...options) {
  const home = mkdtempSync(join(tmpdir(), 'sesame-web-'));
  const child = spawn(needed('SESAME_BINARY'), ['sim', '--port', '0', ...options], {
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
  return {
    ...JSON.parse(first),
    async stop() {
      child.kill('SIGTERM');
      const status = await ended;
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
export async function openPage(browser, url, { reader = { clock: 'virtual' }, shown = 'html[data-state]', ...options } = {}) {
  const made = reader === null ? null : await api(url, 'POST', '/v1/readers', reader);
  const context = await browser.newContext({ viewport: kDesktop, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  const complaints = listen(page);
  await page.goto(`${url}/${made ? `#${made.id}` : ''}`);
  await page.waitForSelector(shown, { state: 'attached' });
  return {
    page,
    complaints,
    id: made?.id ?? 'default',
    state: (name) => page.waitForSelector(`html[data-state=${name}]`),
    // Until the screen says this; what is for the eyes and for the ears is written in the same breath.
    says: (text) => page.locator('#spoken', { hasText: text }).waitFor({ state: 'attached' }),
    shot: async (name) => {
      mkdirSync(needed('SESAME_SCREENSHOTS'), { recursive: true });
      await page.screenshot({ path: join(needed('SESAME_SCREENSHOTS'), `${name}.png`) });
    },
    close: () => context.close(),
  };
}

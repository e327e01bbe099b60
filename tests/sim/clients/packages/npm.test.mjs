// The npm package, made by sim/clients/pack and installed into an empty project: every example of its README, compiled by
// `tsc --strict`, and run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { examplesOf, promised } from './readme.mjs';

const run = promisify(execFile);
const clients = fileURLToPath(new URL('../../../../sim/clients', import.meta.url));
const modules = process.env.SESAME_NODE_MODULES;
const sesame = process.env.SESAME;

// Below the modules of the test: TypeScript, Playwright and types are there; the package is the project's own.
const project = mkdtempSync(join(dirname(modules), 'npm-'));
const env = {
  ...process.env, PATH: `${dirname(sesame)}:${process.env.PATH}`, npm_config_offline: 'true', npm_config_audit: 'false',
  npm_config_fund: 'false', XDG_STATE_HOME: project, HOME: project,
};
const inProject = (command, ...args) => run(command, args, { cwd: project, env });

const examples = examplesOf(join(clients, 'js/README.md'));
const programs = examples.filter(({ language }) => ['js', 'ts'].includes(language)).map((example, number) => ({
  ...example, name: `example-${number}`, isTest: example.code.includes('@playwright/test'),
  inCypress: example.code.includes('registerSesame'),  // compiled, but there is no Cypress to run it
}));

// What of Cypress's own globals the example takes.
const CYPRESS = `
  declare namespace Cypress {
    interface Chainable<Subject = any> {
      get(selector: string): Chainable<unknown>;
      type(text: string): Chainable<Subject>;
      then(work: (subject: Subject) => void): Chainable<Subject>;
      task(name: string, arg?: unknown, options?: { log?: boolean }): Chainable<unknown>;
    }
  }
  declare const Cypress: { Commands: { add(name: string, run: (...args: unknown[]) => unknown): void } };
  declare const cy: Cypress.Chainable;
  declare function it(title: string, work: () => void): void;`;

// A login page of somebody else's: a code is eight digits.
const bank = createServer(async (request, response) => {
  const page = '<!doctype html><title>Login</title><form method="post"><label>Code <input name="code"></label>'
    + '<button>Log in</button></form>';
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('Content-Type', 'text/html');
  response.end(request.method === 'POST' && /^code=\d{8}$/.test(body) ? '<!doctype html><p>Welcome' : page);
});
let bankUrl;

before(async () => {
  await new Promise((resolve) => { bank.listen(0, '127.0.0.1', resolve); });
  bankUrl = `http://127.0.0.1:${bank.address().port}`;
  env.LOGIN_URL = `${bankUrl}/login`;
  await run(join(clients, 'pack'), [project], { env });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  for (const { language, code } of examples) if (language === 'sh') await inProject('sh', '-euc', code);
  for (const { name, code, isTest } of programs) {
    writeFileSync(join(project, isTest ? `${name}.spec.ts` : `${name}.ts`), code);
  }
});
after(() => {
  bank.closeAllConnections();
  bank.close();
  rmSync(project, { recursive: true, force: true });
});

test('the tarball has what the package names, and its licence', async () => {
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'));
  const { stdout } = await inProject('tar', 'tzf', tarball);
  const { files } = JSON.parse(readFileSync(join(clients, 'js/package.json'), 'utf8'));
  assert.deepEqual(stdout.trim().split('\n').sort(),
    [...files, 'LICENSE', 'README.md', 'package.json'].map((name) => `package/${name}`).sort());
  const again = join(project, 'again');
  await run(join(clients, 'pack'), [again], { env });
  for (const name of readdirSync(again)) assert.ok(readFileSync(join(again, name)).equals(readFileSync(join(project, name))), name);
});

test('every example is right for tsc --strict, and prints what it says', async () => {
  assert.ok(programs.length >= 6, 'the README has its examples');
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, module: 'nodenext', target: 'es2022',
      outDir: 'out', rootDir: '.', types: ['node'],
    },
    include: ['*.ts', '*.d.ts'],
  }));
  writeFileSync(join(project, 'cypress-globals.d.ts'), CYPRESS);
  writeFileSync(join(project, 'matchers.ts'), `
    import { expect } from '@playwright/test';
    import type { Reader } from 'sesame-sim';
    import { matchers } from 'sesame-sim/playwright';
    export async function wrong(reader: Reader): Promise<void> {
      // @ts-expect-error: a code is a text
      const code: null | number = await reader.code({ pin: '1234' });
      // @ts-expect-error: such a fault there is not
      await reader.faults({ kind: 'broken', code });
      // @ts-expect-error: what shows is a text or a pattern
      await expect.extend(matchers)(reader).toShow(5);
    }`);
  await inProject(process.execPath, join(modules, 'typescript/bin/tsc'), '-p', '.')
    .catch(({ stdout }) => assert.fail(stdout));
  await Promise.all(programs.filter(({ isTest, inCypress }) => !isTest && !inCypress).map(async ({ name, code }) => {
    const { stdout } = await inProject(process.execPath, `out/${name}.js`);
    const lines = stdout.split('\n').slice(0, -1);
    const wanted = promised(code);
    assert.equal(lines.length, wanted.length, code);
    wanted.forEach((text, at) => text === undefined ? assert.match(lines[at], /^\d+$/) : assert.equal(lines[at], text));
  }));
});

test('the examples for Playwright pass, with the screens as steps of their report', async () => {
  writeFileSync(join(project, 'playwright.config.ts'), `
    import { defineConfig } from '@playwright/test';
    export default defineConfig({
      testIgnore: 'out/**', workers: 2, reporter: [['json', { outputFile: 'report.json' }]],
      use: {
        baseURL: '${bankUrl}', trace: 'on',
        launchOptions: { executablePath: ${JSON.stringify(process.env.SESAME_CHROMIUM)},
                         args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] },
      },
    });`);
  await inProject(process.execPath, join(modules, '@playwright/test/cli.js'), 'test')
    .catch(({ stdout, stderr }) => assert.fail(`${stdout}${stderr}${readFileSync(join(project, 'report.json'))}`));
  const report = JSON.parse(readFileSync(join(project, 'report.json'), 'utf8'));
  assert.equal(report.stats.unexpected, 0);
  assert.equal(report.stats.expected, programs.filter(({ isTest }) => isTest)
    .flatMap(({ code }) => code.match(/\btest\('/g)).length);
  const results = JSON.stringify(report);
  for (const title of ['reader: press CODE', 'reader: type ••••', 'reader: code with M2']) assert.ok(results.includes(title), title);
  assert.doesNotMatch(results, /"title":"[^"]*9999/, 'no PIN is in the report');
  assert.ok(results.includes('reader screen'));
});

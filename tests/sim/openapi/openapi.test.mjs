// The descriptions of the APIs as they are served: what a linter of others says of them, whether their examples
// are what happens, and a client in TypeScript that is generated from one and used.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const modules = process.env.SESAME_NODE_MODULES;
const load = createRequire(join(modules, 'from-here.js'));
const { createConfig, lintFromString } = load('@redocly/openapi-core');
const run = promisify(execFile);

const kToken = 'a-token-of-24-characters';
// Of each server: how it is started; the operations that answer by leading elsewhere, and never with a 2xx; and those
// whose JSON has no example: a file, the description itself, a bank's whole state, and what needs a browser's
// certificate or another application.
const kServers = {
  sim: { command: ['sim'], redirects: [], bare: ['asset', 'openapi'] },
  issuer: { command: ['issuer', 'serve'], redirects: [], bare: ['openapi'] },
  bank: {
    command: ['bank', '--http'],
    redirects: ['oidcAuthorize', 'oidcAuthorizeByPost', 'oidcLogout', 'oidcLogoutByPost'],
    bare: ['asset', 'openapi', 'exportState', 'logInByCertificate', 'completeAuthorization', 'declineAuthorization',
      'oidcToken', 'oidcUserInfo', 'oidcUserInfoByPost'],
  },
};

let folder;
const children = [];
const urls = {}, descriptions = {};

// Each request has a connection of its own: the linter keeps the event loop busy for so long that one left open would
// be used again although the server has ended it.
const kAlone = { Connection: 'close' };

// Each keeps what it keeps in a folder of its own.
const environment = (name) => ({ ...process.env, XDG_STATE_HOME: join(folder, name), SESAME_TOKEN: kToken });

async function start(name) {
  const { command } = kServers[name];
  const child = spawn(process.env.SESAME_BINARY, [...command, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'], env: environment(name),
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line).url;
  throw new Error(`${command.join(' ')} did not start`);
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sesame-openapi-'));
  await run(process.env.SESAME_BINARY, ['issuer', 'init'], { env: environment('issuer') });
  for (const name of Object.keys(kServers)) {
    urls[name] = await start(name);
    descriptions[name] = await (await fetch(`${urls[name]}/openapi.json`, { headers: kAlone })).text();
  }
});

after(async () => {
  for (const child of children) {
    const ended = child.exitCode === null && new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true });
});

const operations = (name) => Object.entries(JSON.parse(descriptions[name]).paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })));
const json = (message) => message?.content?.['application/json'];
const success = ({ responses }) => Object.entries(responses).find(([status]) => status.startsWith('2'));

async function ask(name, method, path, body) {
  const response = await fetch(urls[name] + path, {
    method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${kToken}`, Accept: 'application/json', ...kAlone },
  });
  return { status: String(response.status), body: await response.text() };
}

for (const [name, { redirects, bare }] of Object.entries(kServers)) {
  // Examples that do not fit their schemas are problems, too.
  test(`redocly finds nothing in the description of ${name}, by its strictest rules`, async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      // It knows no operation that leads elsewhere: those are named above, and looked at below.
      rules: { 'operation-2xx-response': redirects.length > 0 ? 'off' : 'error', 'tag-description': 'error',
        'no-invalid-media-type-examples': 'error', 'operation-operationId-unique': 'error' },
    });
    const problems = await lintFromString({ source: descriptions[name], absoluteRef: `/${name}.json`, config });
    assert.deepEqual(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]), []);
    for (const operation of operations(name)) {
      const led = Object.keys(operation.responses).some((status) => status.startsWith('3'));
      const expected = redirects.includes(operation.operationId) ? led && !success(operation) : success(operation);
      assert.ok(expected, operation.operationId);
    }
  });

  test(`each operation of ${name} has a tag that is explained, and examples of what it takes and answers`, () => {
    const { tags, servers, info } = JSON.parse(descriptions[name]);
    assert.ok(servers.length > 0 && info.license.identifier === 'Apache-2.0');
    const explained = tags.filter(({ description }) => description).map((each) => each.name);
    for (const operation of operations(name)) {
      const { operationId, requestBody } = operation;
      assert.ok(operation.tags.length > 0 && operation.tags.every((each) => explained.includes(each)), operationId);
      if (json(requestBody)) assert.ok(json(requestBody).example, operationId);
      const answer = json(success(operation)?.[1]);
      if (answer) assert.equal(answer.example === undefined, bare.includes(operationId), operationId);
    }
  });

  test(`where a field of ${name} tells which of several schemas it is, a discriminator says so`, () => {
    const { schemas } = JSON.parse(descriptions[name]).components;
    const at = (reference) => schemas[reference.split('/').at(-1)];
    const fields = (schema) => (schema.$ref ? fields(at(schema.$ref)) : schema.oneOf ? schema.oneOf.flatMap(fields) : [schema]);
    const mapped = Object.values(schemas).flatMap(({ discriminator }) => Object.values(discriminator?.mapping ?? {})).map(at);
    for (const [of, { oneOf, discriminator }] of Object.entries(schemas)) {
      if (!oneOf) continue;
      const [first, ...others] = oneOf.flatMap(fields);
      const telling = (first.required ?? []).filter((field) => [first, ...others].every((each) => (
        each.required?.includes(field) && each.properties[field]?.const !== undefined)));
      // A schema that a mapping names has several in it where the field tells less.
      if (mapped.includes(schemas[of])) continue;
      assert.equal(discriminator !== undefined, telling.length > 0, of);
      for (const [value, reference] of Object.entries(discriminator?.mapping ?? {})) {
        assert.ok(oneOf.some((each) => each.$ref === reference), `${of}: ${reference}`);
        for (const each of fields(at(reference))) assert.equal(each.properties[discriminator.propertyName].const, value);
      }
      if (discriminator) assert.equal(Object.keys(discriminator.mapping).length, oneOf.length, of);
    }
  });
}

// ---- examples that are asked for

// What is another at each start, at each time, or in another version.
const kOfTheMoment = new Set(['id', 'instance', 'version', 'at_ms', 'chain', 'readers']);

// Whether it was answered as the example says; of a list of objects an example has the first ones.
function same(served, example, at) {
  if (Array.isArray(example) && typeof example[0] === 'object' && !Array.isArray(example[0])) {
    assert.ok(served.length >= example.length, at);
    example.forEach((each, index) => same(served[index], each, `${at}[${index}]`));
  } else if (example !== null && typeof example === 'object' && !Array.isArray(example)) {
    assert.deepEqual(Object.keys(served).sort(), Object.keys(example).sort(), at);
    for (const [key, value] of Object.entries(example)) {
      if (kOfTheMoment.has(key)) assert.equal(typeof served[key], typeof value, `${at}.${key}`);
      else same(served[key], value, `${at}.${key}`);
    }
  } else {
    assert.deepEqual(served, example, at);
  }
}

async function compare(name, operation, path) {
  const [status, response] = success(operation);
  const answer = await ask(name, operation.method, path, json(operation.requestBody)?.example);
  assert.equal(answer.status, status, `${operation.operationId}: ${answer.body}`);
  same(JSON.parse(answer.body), json(response).example, operation.operationId);
}

const compared = (name) => operations(name).filter((each) => json(success(each)?.[1])?.example !== undefined);

test('what the examples of sim ask is answered as they say, by a reader that the first of them makes', async () => {
  const all = compared('sim');
  const order = json(all.find(({ operationId }) => operationId === 'createReader').requestBody).example;
  const code = json(all.find(({ operationId }) => operationId === 'otp').requestBody).example;
  for (const operation of all) {
    let path = operation.path;
    if (path.includes('{id}')) {
      // A command needs a reader that has a cable.
      const profile = operation.operationId === 'commandReader' ? 'edentifier2' : order.profile;
      const { id } = JSON.parse((await ask('sim', 'POST', '/v1/readers', { ...order, profile })).body);
      path = path.replace('{id}', id);
      // What is asked for is there once it has made a code.
      if (operation.method === 'GET') assert.equal((await ask('sim', 'POST', `/v1/readers/${id}/otp`, code)).status, '200');
    }
    await compare('sim', operation, path);
  }
  assert.ok(all.length >= 20);
});

test('what the examples of issuer ask is answered as they say, one after the other, in a store with one card', async () => {
  const card = { template: 'sesame-card', customer: 'alice', last_atc: '00B3' };
  assert.equal((await ask('issuer', 'POST', '/v1/cards', card)).status, '201');
  const all = compared('issuer');
  for (const operation of all) await compare('issuer', operation, operation.path.replace('{id}', '1'));
  assert.ok(all.length >= 8);
});

// ---- a client that is generated

test('a client in TypeScript is generated from the description, compiled strictly, and gets a code', async () => {
  const { default: openapiTS, astToString } = await import(load.resolve('openapi-typescript').replace(/\.cjs$/, '.mjs'));
  await writeFile(join(folder, 'sim.ts'), astToString(await openapiTS(descriptions.sim)));
  await writeFile(join(folder, 'client.ts'), await readFile(new URL('client.ts', import.meta.url)));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(modules, join(folder, 'node_modules'));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      strict: true, noUncheckedIndexedAccess: true, target: 'es2022', module: 'nodenext', lib: ['es2022', 'dom'], types: [],
    },
    files: ['client.ts'],
  }));
  await run(process.execPath, [load.resolve('typescript/bin/tsc')], { cwd: folder }).catch(({ stdout }) => assert.fail(stdout));
  const { stdout } = await run(process.execPath, [join(folder, 'client.js'), urls.sim, kToken]);
  assert.equal(stdout, 'choose_function 00B4\ncode 42511495\nfault slow 500\nunknown_reader\n');
});

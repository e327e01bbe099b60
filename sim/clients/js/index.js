// A client of the Sésame simulator (`sesame sim`): one method for each thing a test does with a reader and its card; of the
// issuer (`sesame issuer serve`), which tells whether a code is good; and of the bank (`sesame bank`), to log in to.
// What the fields of the answers mean is in each server's own /openapi.json; the types are in index.d.ts. Times are
// milliseconds. Everything that goes wrong rejects with a SesameError.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Bytes of an answer, and characters of one event: the peer may be no simulator.
const LARGEST = 16 * 1024 * 1024;
const LONGEST_EVENT = 1024 * 1024;

export class SesameError extends Error {
  /** @param {{code?: string, message?: string, hint?: string}} body as the API answered */
  constructor(body, status, options) {
    super(body.message ?? `HTTP ${status}`, options);
    this.name = 'SesameError';
    this.code = body.code ?? 'unknown';
    this.hint = body.hint ?? '';
    this.status = status;
    this.body = body;  // with "screen_timeout" the last one is its `screen`
  }
}

export class Simulator {
  #process;

  /** A simulator that runs already. */
  constructor(url, token = null) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  /** Starts one of our own, on a free port, with `args` after `sesame sim --port 0`; to be stopped with stop(). */
  static async launch({ binary = process.env.SESAME ?? 'sesame', args = [], timeout = 30_000 } = {}) {
    const server = new ServerProcess('simulator', binary, ['sim', '--port', '0', ...args]);
    const { url, token } = await server.ready(timeout);
    const simulator = new Simulator(url, token);
    simulator.#process = server;
    return simulator;
  }

  /** Stops what launch() started, and nothing else. A simulator that ends badly rejects. */
  async stop() {
    await this.#process?.stop();
  }

  /** With a `card`, that card is in it. Its clock is virtual: time stands still but for advance(). */
  async createReader(options = {}) {
    const { id } = await this.json('POST', '/v1/readers', options);
    return this.reader(id);
  }
  /** One that exists already: "default" always does. */
  reader(id) { return new Reader(this, id); }
  /** The first 20 000. */
  async readers() { return (await this.json('GET', '/v1/readers?limit=20000')).readers; }
  profiles() { return this.json('GET', '/v1/profiles'); }
  cards() { return this.json('GET', '/v1/cards'); }
  /** What can be broken, and what each fault needs. */
  faults() { return this.json('GET', '/v1/faults'); }
  /** What happens in all readers from now on. */
  events(options) { return openEvents(this, '/v1/events', options); }

  /** Anything else the API has; resolves to a fetch Response whose status is 2xx. */
  request(method, path, options) { return send(this, SIMULATOR, method, path, options); }
  async json(method, path, body) { return parsed(await read(await this.request(method, path, { body }))); }
}

/** The issuer of cards: `sesame issuer serve`. */
export class Issuer {
  #process;

  /** One that runs already. A relying party's token verifies codes; for anything else it takes the desk's. */
  constructor(url, token) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  /** Starts one of our own with the store that `args` name, after `sesame issuer serve --port 0`; its token is the desk's. */
  static async launch({ binary = process.env.SESAME ?? 'sesame', args = [], timeout = 30_000 } = {}) {
    const server = new ServerProcess('issuer', binary, ['issuer', 'serve', '--port', '0', ...args]);
    const { url, token } = await server.ready(timeout);
    const issuer = new Issuer(url, token);
    issuer.#process = server;
    return issuer;
  }

  /** Stops what launch() started, and nothing else. */
  async stop() {
    await this.#process?.stop();
  }

  /**
   * Whether a code is good, once: verify({ card: 1, code }), verify({ customer: 'alice', mode: 'sign', code, amount: '1000' }).
   * Why one is refused is not told; with `last_try` the next failure blocks the card.
   */
  verify({ mode = 'identify', ...submission }) { return this.json('POST', '/v1/verifications', { mode, ...submission }); }
  /** A card file, with its keys, and whose it is. */
  addCard(card) { return this.json('POST', '/v1/cards', card); }

  /** Anything else the API has, as of Simulator. */
  request(method, path, options) { return send(this, ISSUER, method, path, options); }
  async json(method, path, body) {
    return parsed(await read(await this.request(method, path, { body }), ISSUER), ISSUER);
  }
}

export class Reader {
  constructor(simulator, id) {
    this.simulator = simulator;
    this.id = id;
    this.path = `/v1/readers/${encodeURIComponent(id)}`;
  }

  get() { return this.#json('GET', ''); }
  reset() { return this.#json('POST', '/reset'); }
  /** Of "default" it is refused: "reader_stays". */
  async delete() { await this.simulator.request('DELETE', this.path); }

  /** As engraved: press('CODE'), press('1', '2', 'OK'), press({ hold: 'C' }). */
  press(...keys) { return this.#json('POST', '/keys', { keys }); }
  hold(key) { return this.press({ hold: key }); }
  /** A key for each character: type('1234'). */
  type(text) { return this.press(...text); }
  /** Of the computer at its cable: computer('pin'), computer('sign', 'Pay 12.34'). What it is told: `computer`. */
  computer(command, text) { return this.#json('POST', '/computer', { command, text }); }
  /** The common case in one call. A wrong PIN is no error: `code` is null, and `screens` tell. */
  otp({ pin, function: key, inputs }) { return this.#json('POST', '/otp', { pin, function: key, inputs }); }

  /** 'bank-card', { toml }, { transcript }, { pcsc }. */
  insert(card) { return this.#json('PUT', '/card', card); }
  pull() { return this.#json('DELETE', '/card'); }
  cardState() { return this.#json('GET', '/card/state'); }
  /** Sets what is given of { next_atc: '00B4', tries_left: 1 }; last_atc: the one before it. */
  setCardState(state) { return this.#json('PATCH', '/card/state', state); }
  /** All that is broken from now on: faults({ kind: 'mute' }); faults() repairs. */
  faults(...faults) { return this.#json('PUT', '/faults', { faults }); }

  /** Moves the virtual clock: advance(35_000), advance('next-deadline'). */
  advance(time) {
    return this.#json('POST', '/clock', typeof time === 'number' ? { advance_ms: time } : { to: time });
  }

  /** The screen now, or once its text matches, or once the revision is above `after`; "screen_timeout" if it is not. */
  screen({ match, after, timeout } = {}) {
    const query = new URLSearchParams();
    if (match !== undefined) query.set('match', pattern(match));
    if (after !== undefined) query.set('after', after);
    if (timeout !== undefined) query.set('timeout_ms', timeout);
    return this.#json('GET', `/screen?${query}`);
  }
  waitForScreen(match, { timeout = 5_000 } = {}) { return this.screen({ match, timeout }); }
  async png() { return read(await this.#get('/screen.png', 'image/png')); }

  /** The dialogue with the card, PIN masked: a transcript that `sesame code --card` replays. */
  async trace() { return (await read(await this.#get('/trace', 'text/plain'))).toString(); }
  async apdus() { return (await this.#json('GET', '/trace')).apdus; }
  /** What happens in this reader from now on. */
  events(options) { return openEvents(this.simulator, `${this.path}/events`, options); }

  #json(method, path, body) { return this.simulator.json(method, this.path + path, body); }
  #get(path, accept) { return this.simulator.request('GET', this.path + path, { accept }); }
}

/** The bank's server: `sesame bank`. Each test has a bank of its own in it: createTenant(). */
export class Bank {
  #process;
  #folder;

  /** One that runs already; over HTTPS, NODE_EXTRA_CA_CERTS names its authority. */
  constructor(url, token = null) {
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  /**
   * Starts one of our own, on this machine's loopback without TLS, with `args` after `sesame bank --port 0 --http`. Where
   * those name no --store, it has one in a temporary folder, until stop().
   */
  static async launch({ binary = process.env.SESAME ?? 'sesame', args = [], timeout = 30_000 } = {}) {
    const folder = args.includes('--store') ? undefined : await mkdtemp(join(tmpdir(), 'sesame-bank-'));
    const kept = folder ? ['--store', join(folder, 'issuer.db'), '--folder', join(folder, 'bank')] : [];
    try {
      const server = new ServerProcess('bank', binary, ['bank', '--port', '0', '--http', ...kept, ...args]);
      const { url, token } = await server.ready(timeout);
      const bank = new Bank(url, token);
      bank.#process = server;
      bank.#folder = folder;
      return bank;
    } catch (error) {
      await removed(folder);
      throw error;
    }
  }

  /** Stops what launch() started, and nothing else. */
  async stop() {
    try {
      await this.#process?.stop();
    } finally {
      await removed(this.#folder);
    }
  }

  /**
   * A bank of a test's own: customers, cards, clock and outbox. Without a `seed`, or the `state` of another, with the
   * demonstration's customers.
   */
  async createTenant({ seed, state, rules, clock, nowMs } = {}) {
    return new Tenant(this, await this.json('POST', '/v1/tenants', { seed, state, rules, clock, now_ms: nowMs }));
  }
  /** One that exists already. */
  async tenant(id) { return new Tenant(this, await this.json('GET', `/v1/tenants/${encodeURIComponent(id)}`)); }
  async tenants() { return (await this.json('GET', '/v1/tenants')).tenants; }

  /** Anything else the API has, as of Simulator. */
  request(method, path, options) { return send(this, BANK, method, path, options); }
  async json(method, path, body) {
    return parsed(await read(await this.request(method, path, { body }), BANK), BANK);
  }
}

/** One bank of a Bank's server, as a test sees it. `url` is that of its pages. */
export class Tenant {
  #path;
  #last = 0;

  constructor(bank, { id, url, customers }) {
    this.bank = bank;
    this.id = id;
    this.url = bank.url + url;
    this.customers = customers.map((one) => new Customer(this, one));
    this.customer = this.customers.find(({ card }) => card);
    this.#path = `/v1/tenants/${encodeURIComponent(id)}`;
  }

  get() { return this.bank.json('GET', this.#path); }
  /** Throws it away. */
  async delete() { await this.bank.request('DELETE', this.#path); }

  /** Moves the clock forward; resolves to what it shows. */
  async advance(ms) { return (await this.bank.json('POST', `${this.#path}/clock`, { advance_ms: ms })).now_ms; }
  /** What was sent by post and SMS: all, or after that number, of that `kind`, `to` somebody. */
  async outbox({ after, kind, to, waitMs } = {}) {
    const query = new URLSearchParams(Object.entries({ after, kind, to, wait_ms: waitMs })
      .filter(([, value]) => value !== undefined));
    return (await this.bank.json('GET', `${this.#path}/outbox?${query}`)).messages;
  }
  /** The next message that this was not given yet; "message_timeout" where none comes. */
  async nextMessage({ kind, to, timeout = 5_000 } = {}) {
    const [message] = await this.outbox({ after: this.#last, kind, to, waitMs: timeout });
    if (!message) {
      throw new SesameError({ code: 'message_timeout', message: `no message in ${timeout} ms`,
                              hint: 'see outbox()' });
    }
    this.#last = message.number;
    return message;
  }
  /** All that was done, in its order. */
  async audit() {
    const all = [];
    for (let from = 1; from !== null;) {
      const { rows, next } = await this.bank.json('GET', `${this.#path}/audit?from=${from}`);
      all.push(...rows);
      from = next;
    }
    return all;
  }
  /** More of them, with their cards: those that are new. */
  async addCustomers(seed) {
    const { customers } = await this.bank.json('POST', `${this.#path}/customers`, seed);
    const added = customers.map((one) => new Customer(this, one));
    this.customers.push(...added);
    return added;
  }
  /** All that it has, for the `state` of another. */
  exportState() { return this.bank.json('GET', `${this.#path}/state`); }
  /** A browser that has just come to the site: nobody is logged in. */
  async open() {
    const session = new Session(this);
    await session.get();
    return session;
  }
}

/** A customer of a Tenant: `client_id`, `user_number`, `user_code`, `card` with its `toml` and `pin` … */
export class Customer {
  constructor(tenant, fields) {
    Object.defineProperty(this, 'tenant', { value: tenant });
    Object.assign(this, fields);
  }

  /** What that site calls them: coopanet, coopaccess, savings. */
  identifier(site = 'coopanet') {
    if (site === 'coopanet') return { user_code: this.user_code };
    if (site === 'coopaccess') return { client_id: this.client_id, user_number: this.user_number };
    return this.email ? { email: this.email } : { company: this.company, server_code: this.server_code };
  }
  /** A reader of that simulator with their card in it. */
  async reader(simulator, { profile = 'vasco-810', functions = FUNCTIONS[profile], ...options } = {}) {
    const { id } = await simulator.json('POST', '/v1/readers', { profile, card: { toml: this.card.toml }, ...options });
    return new CustomerReader(simulator, id, this, functions);
  }
  /** A session that a code of their reader opens. */
  async logIn(reader, { site = 'coopanet' } = {}) {
    const session = await this.tenant.open();
    await session.logInByCode({ site, ...this.identifier(site), code: await reader.code() });
    return session;
  }
}

/** A reader with a customer's card, who knows its PIN. */
export class CustomerReader extends Reader {
  #functions;

  /** `functions`: its keys for { identify, respond, sign, tds }. */
  constructor(simulator, id, customer, functions = {}) {
    super(simulator, id);
    this.customer = customer;
    this.#functions = functions;
  }

  /** The code of a login, or of an operation that a session began: with what its `inputs` ask. */
  async code({ method = 'identify', inputs = [] } = {}) {
    const key = this.#functions[method];
    if (!key) {
      throw new SesameError({ code: 'unknown_function', message: `this reader has no key for ${method}`,
                              hint: 'choose another model, or give `functions`' });
    }
    const typed = inputs.map(({ field, value }) => (method === 'sign' && field !== 'challenge' ? euros(value) : value));
    const { code, screens } = await this.otp({ pin: this.customer.card.pin, function: key, inputs: typed });
    if (code === null) {
      throw new SesameError({ code: 'no_code', message: `the reader makes no code: ${screens.at(-1)?.join(' / ')}`,
                              hint: 'see its screen' });
    }
    return code;
  }
}

/** A visit to the site, as a browser has it: the cookie and the CSRF token are in here. `view` is what the API last said. */
export class Session {
  #cookie = '';

  constructor(tenant) {
    this.tenant = tenant;
    this.view = null;
  }

  /** Who is logged in, and what they may do. */
  get() { return this.json('GET', 'session'); }
  /** { site, user_code, code }, or { site, client_id, user_number, code }. */
  logInByCode(login) { return this.json('POST', 'login/code', login); }
  /** { client_id, user_number, confidential_code }. */
  logInByConfidentialCode(login) { return this.json('POST', 'login/confidential', login); }
  /** { email, password }, or { company, server_code, password }. */
  logInByPassword(login) { return this.json('POST', 'login/password', login); }
  async logOut() {
    await this.json('POST', 'logout');
    return this.get();
  }

  async accounts() { return (await this.json('GET', 'accounts')).accounts; }
  /** begin({ kind: 'instant_transfer', account: 1, name, iban, amount: '12.00' }): how it is proved. */
  begin(operation) { return this.json('POST', 'operations', operation); }
  /** Does it, once, if the code is good. */
  finish({ id }, code) { return this.json('POST', `operations/${encodeURIComponent(id)}`, { code }); }

  /** Anything else under api/; null where the answer has no body. */
  async json(method, path, body) {
    const headers = {};
    if (this.#cookie) headers.Cookie = this.#cookie;
    if (method !== 'GET') headers['X-CSRF-Token'] = this.view?.csrf ?? '';
    const response = await send({ url: this.tenant.url }, BANK, method, `api/${path}`, { body, headers });
    const cookie = response.headers.get('set-cookie');
    if (cookie) [this.#cookie] = cookie.split(';');
    const text = await read(response, BANK);
    const answer = text.length === 0 ? null : parsed(text, BANK);
    const view = answer?.session ?? answer;
    if (view?.csrf) this.view = view;
    return answer;
  }
}

// The keys of shipped models.
const FUNCTIONS = {
  sesame: { identify: 'CODE' },
  'vasco-810': { identify: 'M1', respond: 'M1', tds: 'M2' },
};

const euros = (cents) => cents.padStart(3, '0').replace(/(\d\d)$/, '.$1');
const removed = (folder) => folder && rm(folder, { recursive: true, force: true });

const SIMULATOR = { name: 'simulator', command: 'sesame sim' };
const ISSUER = { name: 'issuer', command: 'sesame issuer serve' };
const BANK = { name: 'bank', command: 'sesame bank' };

async function send({ url, token }, server, method, path,
                    { body, accept = 'application/json', headers = {}, signal } = {}) {
  headers = { Accept: accept, ...headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(url + path, { method, headers, signal, body: JSON.stringify(body) })
    .catch((cause) => {
      throw new SesameError({ code: 'unreachable', message: `no ${server.name} answers at ${url}`,
                              hint: `start one with: ${server.command}` }, undefined, { cause });
    });
  if (!response.ok) throw new SesameError(await refusal(response), response.status);
  return response;
}

function noServer(why, { name, command }) {
  return new SesameError({ code: `no_${name}`, message: `what answers is no ${name}: ${why}`,
                           hint: `give the URL of \`${command}\`` });
}

async function read(response, server = SIMULATOR) {
  const chunks = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST) throw noServer('the answer is too large', server);  // leaving the loop closes the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(text, server = SIMULATOR) {
  try {
    return JSON.parse(text);
  } catch {
    throw noServer('the answer is no JSON, or too deep', server);
  }
}

/** What the API says of a refusal; {} where another server refuses. */
async function refusal(response) {
  const body = await read(response).then((text) => parsed(text)).catch(() => ({}));
  return body !== null && typeof body === 'object' ? body : {};
}

function pattern(match) {
  if (!(match instanceof RegExp)) return match;
  if (match.flags.replace('u', '')) throw new TypeError(`the simulator knows no flags: ${match}`);
  return match.source;
}

/** Resolves once the stream is open, so that nothing done afterwards is missed. `break` or close() ends it. */
async function openEvents(simulator, path, { lastEventId } = {}) {
  const abort = new AbortController();
  const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': String(lastEventId) };
  const { body } = await simulator.request('GET', path, { accept: 'text/event-stream', headers, signal: abort.signal });
  const events = parseEvents(body, abort.signal);
  const close = () => abort.abort();
  return {
    close,
    next: () => events.next(),
    async return() { close(); return { done: true, value: undefined }; },
    [Symbol.asyncIterator]() { return this; },
  };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, as far as it is sent. */
async function* parseEvents(body, signal) {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) {
      const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
      text = blocks.pop();
      if (text.length > LONGEST_EVENT) throw noServer('an event is too long', SIMULATOR);
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s)));
        if (fields.data) yield { id: fields.id, event: fields.event, data: parsed(fields.data) };
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

class ServerProcess {
  #said = '';

  constructor(name, binary, args) {
    this.name = name;
    this.child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr.setEncoding('utf8').on('data', (text) => { this.#said = (this.#said + text).slice(-10_000); });
    const kill = () => this.child.kill();
    process.once('exit', kill);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('close', (status, signal) => resolve(signal ?? status));
    }).finally(() => process.off('exit', kill));
  }

  async ready(timeout) {
    const line = once(createInterface(this.child.stdout), 'line').then(([text]) => JSON.parse(text));
    let timer;
    const late = new Promise((resolve) => { timer = setTimeout(resolve, timeout, 'it says nothing'); });
    const result = await Promise.race([line, this.ended, late]);
    clearTimeout(timer);
    if (result.url) return result;
    this.child.kill('SIGKILL');
    throw this.#failure('does not start', result, 'give `binary`, or SESAME: the path of the program');
  }

  async stop() {
    this.child.kill('SIGTERM');
    const result = await this.ended;
    if (result !== 0) throw this.#failure('did not end well', result);
  }

  #failure(message, result, hint) {
    return new SesameError({ code: `${this.name}_failed`, hint,
                             message: `the ${this.name} ${message} (${result}): ${this.#said.trim()}` });
  }
}

// A client of the Sésame simulator (`sesame sim`): one method for each thing a test does with a reader and its card; of the
// issuer (`sesame issuer serve`), which tells whether a code is good; and of the bank (`sesame bank`), to log in to.
// What the fields of the answers mean is in each server's own /openapi.json; the types are in index.d.ts. Times are
// milliseconds. Everything that goes wrong rejects with a SesameError. `await using` ends what was made, or started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Bytes of an answer, and characters of one event: the peer may be no simulator.
const LARGEST = 16 * 1024 * 1024;
const LONGEST_EVENT = 1024 * 1024;
// As long as a server that says when to come again is obeyed, for one request.
const PATIENCE = 30_000;
// Readers that nobody uses for so long, in seconds, end: a test that was killed deletes none.
const TIME_TO_LIVE = 3_600;

const asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

export class SesameError extends Error {
  /** @param {{code?: string, message?: string, hint?: string}} body as the API answered */
  constructor(body, status, options) {
    super(body.message ?? `HTTP ${status}`, options);
    this.name = 'SesameError';
    this.code = body.code ?? 'unknown';
    this.hint = body.hint ?? '';
    this.status = status;
    this.body = body;  // with "screen_timeout" the last one is its `screen`, with "no_code" it is what otp() resolves to
  }
}

/** What the servers have in common. */
export class Server {
  #kind;
  #instance;  // of the server that what was made here was made in
  #opening = new Set();  // streams of events

  constructor(kind, url, token = process.env.SESAME_TOKEN ?? null) {
    this.#kind = kind;
    this.url = url.replace(/\/+$/, '');
    this.token = token;
  }

  /** Stops what launch() started, and nothing else. A server that ends badly rejects. */
  async stop() { await STARTED.get(this)?.stop(); }
  [asyncDispose]() { return this.stop(); }

  /** { service, version, instance }; another `instance` than before: the server was started anew, and nothing is left. */
  info() { return this.json('GET', '/v1'); }

  /** Anything else the API has; resolves to a fetch Response whose status is 2xx. */
  async request(method, path, options = {}) {
    const stream = options.accept === 'text/event-stream';
    if (!stream) await Promise.all(this.#opening);  // or what this does would happen before it is looked at
    const sent = this.#sent(method, path, options);
    if (stream) {
      const settled = sent.catch(() => {}).finally(() => this.#opening.delete(settled));
      this.#opening.add(settled);
    }
    return sent;
  }
  /** The same, its answer as JSON; null where there is no body. */
  async json(method, path, body) {
    const text = await read(await this.request(method, path, { body }), this.#kind);
    return text.length === 0 ? null : parsed(text, this.#kind);
  }
  /** POSTs what makes something that is gone when the server is. */
  async make(path, body) {
    this.#instance ??= await this.#current();
    return this.json('POST', path, body);
  }

  async #sent(method, path, options) {
    try {
      return await send(this, this.#kind, method, path, options);
    } catch (error) {
      await this.#explain(error);
      throw error;
    }
  }
  // Why there is nothing any more, where the server itself is the reason.
  async #explain(error) {
    if (!(error instanceof SesameError)) return;
    if (error.code === 'unreachable') await STARTED.get(this)?.explain(error);
    if (error.status !== 404 || !this.#instance) return;
    const before = this.#instance;
    this.#instance = await this.#current();
    if (!this.#instance || this.#instance === before) return;
    throw new SesameError({ code: 'restarted', hint: 'make it again',
                            message: `the ${this.#kind.name} at ${this.url} was started anew: what was made in it is gone` },
                          undefined, { cause: error });
  }
  async #current() {
    const response = await send(this, this.#kind, 'GET', '/v1').catch(() => null);
    return response && parsed(await read(response, this.#kind), this.#kind).instance;
  }
}

export class Simulator extends Server {
  /** A simulator that runs already; the default of `token` is the environment variable SESAME_TOKEN. */
  constructor(url, token) { super(SIMULATOR, url, token); }

  /** Starts one of our own, on a free port, with `args` after `sesame sim --port 0`; to be stopped with stop(). */
  static launch(options) { return launched(Simulator, SIMULATOR, ['sim', '--port', '0'], options); }

  /**
   * With a `card`, that card is in it. Its clock is virtual: time stands still but for advance(). It ends when nobody uses it
   * for an hour, or for `ttl_s`; null: never.
   */
  async createReader({ ttl_s = TIME_TO_LIVE, ...options } = {}) {
    const { id } = await this.make('/v1/readers', { ...options, ttl_s: ttl_s ?? undefined });
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
}

/** The issuer of cards: `sesame issuer serve`. */
export class Issuer extends Server {
  /** One that runs already. A relying party's token verifies codes; for anything else it takes the desk's. */
  constructor(url, token) { super(ISSUER, url, token); }

  /** Starts one of our own with the store that `args` name, after `sesame issuer serve --port 0`; its token is the desk's. */
  static launch(options) { return launched(Issuer, ISSUER, ['issuer', 'serve', '--port', '0'], options); }

  /**
   * Whether a code is good, once: verify({ card: 1, code }), verify({ customer: 'alice', mode: 'sign', code, amount: '1000' }).
   * Why one is refused is not told; with `last_try` the next failure blocks the card.
   */
  verify({ mode = 'identify', ...submission }) { return this.json('POST', '/v1/verifications', { mode, ...submission }); }
  /** A card file, with its keys, and whose it is. */
  addCard(card) { return this.json('POST', '/v1/cards', card); }
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
  async [asyncDispose]() { await unless('unknown_reader', this.delete()); }

  /** As engraved: press('CODE'), press('1', '2', 'OK'), press({ hold: 'C' }). */
  press(...keys) { return this.#json('POST', '/keys', { keys }); }
  hold(key) { return this.press({ hold: key }); }
  /** A key for each character: type('1234'). */
  type(text) { return this.press(...text); }
  /** Of the computer at its cable: computer('pin'), computer('sign', 'Pay 12.34'). What it is told: `computer`. */
  computer(command, text) { return this.#json('POST', '/computer', { command, text }); }
  /** A code in one call; "no_code", with the last screen in the message, where there is none: after a wrong PIN, say. */
  async code(request) {
    const made = await this.otp(request);
    if (made.code !== null) return made.code;
    throw new SesameError({ ...made, code: 'no_code', hint: 'all screens are in `body.screens`',
                            message: `the reader makes no code; it shows: ${made.screens.at(-1)?.join(' / ').trim() ?? ''}` });
  }
  /** The same with all that is to be known of it. A wrong PIN is no error: `code` is null, and `screens` tell. */
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

  /**
   * The screen now, or once its text matches, or once the revision is above `after`; "screen_timeout" if it is not, with the
   * one that is there in the message.
   */
  async screen({ match, after, timeout } = {}) {
    const query = new URLSearchParams();
    if (match !== undefined) query.set('match', pattern(match));
    if (after !== undefined) query.set('after', after);
    if (timeout !== undefined) query.set('timeout_ms', timeout);
    try {
      return await this.#json('GET', `/screen?${query}`);
    } catch (error) {
      if (error.code === 'screen_timeout') error.message += `; it shows: ${error.body.screen.text.replaceAll('\n', ' / ')}`;
      throw error;
    }
  }
  async waitForScreen(match, { timeout = 5_000 } = {}) { return this.screen({ match, timeout }); }
  async png() { return read(await this.#get('/screen.png', 'image/png')); }

  /** The dialogue with the card, PIN masked: a transcript that `sesame code --card` replays. */
  async trace() { return (await read(await this.#get('/trace', 'text/plain'))).toString(); }
  async apdus() { return (await this.#json('GET', '/trace')).apdus; }
  /** How the card's answer became the digits, of the last eight codes; the oldest first. */
  async codes() { return (await this.#json('GET', '/codes')).codes; }
  /** What happens in this reader from now on. */
  events(options) { return openEvents(this.simulator, `${this.path}/events`, options); }
  /**
   * The first event of that name, or that `match` says yes to, of those from now on: what is asked of the simulator after this
   * call happens after it began to look. "event_timeout" where there is none.
   */
  waitForEvent(match, { timeout = 5_000 } = {}) {
    const wanted = typeof match === 'string' ? ({ event }) => event === match : match;
    return firstEvent(this.events(), wanted, timeout);
  }

  #json(method, path, body) { return this.simulator.json(method, this.path + path, body); }
  #get(path, accept) { return this.simulator.request('GET', this.path + path, { accept }); }
}

/** The bank's server: `sesame bank`. Each test has a bank of its own in it: createTenant(). */
export class Bank extends Server {
  /** One that runs already; over HTTPS, NODE_EXTRA_CA_CERTS names its authority. */
  constructor(url, token) { super(BANK, url, token); }

  /**
   * Starts one of our own, on this machine's loopback without TLS, with `args` after `sesame bank --port 0 --http`. Where
   * those name no --store, it has one in a temporary folder, until stop().
   */
  static async launch({ args = [], ...options } = {}) {
    const folder = args.includes('--store') ? undefined : await mkdtemp(join(tmpdir(), 'sesame-bank-'));
    const kept = folder ? ['--store', join(folder, 'issuer.db'), '--folder', join(folder, 'bank')] : [];
    try {
      const bank = await launched(Bank, BANK, ['bank', '--port', '0', '--http', ...kept], { args, ...options });
      STARTED.get(bank).folder = folder;
      return bank;
    } catch (error) {
      await removed(folder);
      throw error;
    }
  }

  /**
   * A bank of a test's own: customers, cards, clock and outbox. Without a `seed`, or the `state` of another, with the
   * demonstration's customers.
   */
  async createTenant({ seed, state, rules, clock, nowMs } = {}) {
    return new Tenant(this, await this.make('/v1/tenants', { seed, state, rules, clock, now_ms: nowMs }));
  }
  /** One that exists already. */
  async tenant(id) { return new Tenant(this, await this.json('GET', `/v1/tenants/${encodeURIComponent(id)}`)); }
  async tenants() { return (await this.json('GET', '/v1/tenants')).tenants; }
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
  async [asyncDispose]() { await unless('unknown', this.delete()); }

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
    const { id } = await simulator.createReader({ profile, card: { toml: this.card.toml }, ...options });
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

  /**
   * The code of a login, or of an operation that a session began: with what its `inputs` ask. With a `pin`, as of any reader.
   */
  async code(operation = {}) {
    if ('pin' in operation) return super.code(operation);
    const { method = 'identify', inputs = [] } = operation;
    const key = this.#functions[method];
    if (!key) {
      throw new SesameError({ code: 'unknown_function', message: `this reader has no key for ${method}`,
                              hint: 'choose another model, or give `functions`' });
    }
    const typed = inputs.map(({ field, value }) => (method === 'sign' && field !== 'challenge' ? euros(value) : value));
    return super.code({ pin: this.customer.card.pin, function: key, inputs: typed });
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
const delay = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const unless = (code, promise) => promise.catch((error) => {
  if (error.code !== code) throw error;
});
const removed = (folder) => folder && rm(folder, { recursive: true, force: true });

const SIMULATOR = { name: 'simulator', command: 'sesame sim' };
const ISSUER = { name: 'issuer', command: 'sesame issuer serve' };
const BANK = { name: 'bank', command: 'sesame bank' };

async function send({ url, token }, server, method, path,
                    { body, accept = 'application/json', headers = {}, signal } = {}) {
  // A test that keeps the event loop busy does not see that the server ends what idles: such a connection, used again,
  // would lose the request.
  headers = { Accept: accept, Connection: 'close', ...headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  for (const end = Date.now() + PATIENCE; ;) {
    const response = await fetch(url + path, { method, headers, signal, body: JSON.stringify(body) })
      .catch((cause) => {
        throw new SesameError({ code: 'unreachable', message: `no ${server.name} answers at ${url}`,
                                hint: `start one with: ${server.command}` }, undefined, { cause });
      });
    if (response.ok) return response;
    const refused = new SesameError(await refusal(response), response.status);
    const wait = retryAfter(response);
    if (wait === null || Date.now() + wait > end) throw refused;
    await delay(wait);
    if (signal?.aborted) throw refused;
  }
}

/** Milliseconds until a server that has no room takes the same request again, RFC 9110, 10.2.3; null: it does not say. */
function retryAfter({ status, headers }) {
  const text = headers.get('retry-after');
  if ((status !== 429 && status !== 503) || text === null) return null;
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? null : Math.max(wait, 0);
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

/** As RE2 has it, with the flags in it. */
function pattern(match) {
  if (!(match instanceof RegExp)) return match;
  const flags = match.flags.replace(/[dgu]/g, '');
  if (/[^ims]/.test(flags)) throw new TypeError(`the simulator does not know these flags: ${match}`);
  return flags ? `(?${flags})${match.source}` : match.source;
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
    async [asyncDispose]() { close(); },
  };
}

async function firstEvent(opened, wanted, timeout) {
  const events = await opened;
  const timer = setTimeout(events.close, timeout);
  try {
    for await (const event of events) if (wanted(event)) return event;
  } finally {
    clearTimeout(timer);
    events.close();
  }
  throw new SesameError({ code: 'event_timeout', message: `no such event in ${timeout} ms`, hint: 'see events()' });
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

// The process of each server that was started here.
const STARTED = new WeakMap();

async function launched(Class, kind, command, { binary = process.env.SESAME ?? 'sesame', args = [], timeout = 30_000 } = {}) {
  const started = new ServerProcess(kind.name, binary, [...command, '--until-eof', ...args]);
  const { url, token } = await started.ready(timeout);
  const server = new Class(url, token ?? undefined);
  STARTED.set(server, started);
  return server;
}

// Its standard input is a pipe from here that nothing is written to: when this process ends, by whatever signal, the pipe
// does, and so the server.
class ServerProcess {
  folder;
  #said = '';
  #stopped = false;

  constructor(name, binary, args) {
    this.name = name;
    this.child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin.on('error', () => {});
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
    this.#stopped = true;
    this.child.kill('SIGTERM');
    const result = await this.ended;
    await removed(this.folder);
    if (result !== 0) throw this.#failure('did not end well', result);
  }

  /** Throws what it said where it ended by itself, which is known a moment after its socket is closed. */
  async explain(cause) {
    if (this.#stopped) return;
    const running = {};
    const result = await Promise.race([this.ended, delay(1_000).then(() => running)]);
    if (result !== running) throw this.#failure('has ended', result, 'start another', { cause });
  }

  #failure(message, result, hint, options) {
    return new SesameError({ code: `${this.name}_failed`, hint,
                             message: `the ${this.name} ${message} (${result}): ${this.#said.trim()}` }, undefined, options);
  }
}

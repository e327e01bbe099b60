// A client of the Sésame simulator (`sesame sim`): one method for each thing a test does with a reader and its card; and of
// the issuer (`sesame issuer serve`), which tells whether a code is good.
// What the fields of the answers mean is in the simulator's own /openapi.json; the types are in index.d.ts. Times are
// milliseconds. Everything that goes wrong rejects with a SesameError.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
  /** The common case in one call. A wrong PIN is no error: `code` is null, and `screens` tell. */
  otp({ pin, function: key, inputs }) { return this.#json('POST', '/otp', { pin, function: key, inputs }); }

  /** 'bank-card', { toml }, { transcript }, { pcsc }. */
  insert(card) { return this.#json('PUT', '/card', card); }
  pull() { return this.#json('DELETE', '/card'); }
  cardState() { return this.#json('GET', '/card/state'); }
  /** Sets what is given of { atc: '00B4', tries_left: 1 }. */
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

const SIMULATOR = { name: 'simulator', command: 'sesame sim' };
const ISSUER = { name: 'issuer', command: 'sesame issuer serve' };

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

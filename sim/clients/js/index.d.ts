// Types of the client; the fields are those of each server's /openapi.json. What ends with its scope (`await using`) needs the
// library "esnext.disposable" of TypeScript, or a newer one.
/// <reference types="node" />
/// <reference lib="esnext.disposable" />

/** A value of JSON that is not looked into here. */
export type JsonObject = Record<string, unknown>;

export interface LaunchOptions {
  /** Default: the environment variable SESAME, or `sesame` on the PATH. */
  binary?: string;
  /** After `sesame sim --port 0`, `sesame issuer serve --port 0`, `sesame bank --port 0 --http`. */
  args?: string[];
  timeout?: number;
}

/** What is to be another than in a virtual card's file. */
export interface CardChanges {
  pan?: string;
  psn?: string;
  pin?: string;
  /** The issuer's master key: 32 hexadecimal digits of a test key. */
  imk?: string;
  /** Of the next transaction, and so of its code; or the one before it. */
  next_atc?: string;
  last_atc?: string;
}

/** A shipped card's name, or a card of your own. */
export type Card =
  | string
  | ({ name: string } & CardChanges)
  | ({ toml: string; name?: string } & CardChanges)
  | { transcript: string; name?: string }
  | { pcsc: string };

export interface ReaderOptions {
  /** A model's name, or the content of a reader file. */
  profile?: string | { toml: string; name?: string };
  /** For people: the name of a test. */
  label?: string;
  card?: Card | null;
  clock?: 'real' | 'virtual';
  /** Deleted when nobody has used it for so many seconds; default: an hour; null: never. */
  ttl_s?: number | null;
}

export type Key = string | { hold: string };

/** The steps of a dialogue. */
export type Stage =
  | 'select' | 'get_processing_options' | 'read_record' | 'get_data' | 'verify' | 'generate_ac' | 'second_generate_ac';

/**
 * `at`: commands since the card was inserted, from 0; with a `stage`, those of it. `once`: it is gone once it has happened. `ins`,
 * `sw`: hexadecimal.
 */
export type Fault =
  | { kind: 'mute' | 'removed' | 'corrupted'; at?: number; stage?: Stage; once?: boolean }
  | { kind: 'dead_battery'; at?: number; stage?: Stage }
  | { kind: 'slow'; ms: number; stage?: Stage; once?: boolean }
  | { kind: 'status_word'; sw: string; ins?: string; stage?: Stage; once?: boolean }
  | { kind: 'bad_atr' | 'low_battery' }
  | { kind: 'stuck_key'; key: string };

export interface FaultShape {
  kind: Fault['kind'];
  description: string;
  /** A JSON Schema for each field beside `kind`. */
  fields: Record<string, JsonObject>;
  required: string[];
  /** A value for each field, to begin with. */
  suggested: JsonObject;
}

export interface CardState {
  /** Four hexadecimal digits, of the last transaction. */
  last_atc: string;
  /** Of the next, and so of its code; null after FFFF. */
  next_atc: string | null;
  tries_left: number;
}

export type ComputerCommand = 'pin' | 'show' | 'sign' | 'cryptogram' | 'unplug';

export interface ReaderState {
  id: string;
  label: string;
  profile: string;
  title: string;
  clock: 'real' | 'virtual';
  now_ms: number;
  deadline_ms: number | null;
  revision: number;
  state: string;
  notice: string | null;
  lit: boolean;
  screen: { rows: string[]; columns: number; contrast: number };
  keys: { functions: string[]; digits: string[]; ok: string; clear: string };
  /** How a page draws the model, where its file says so: colors as "#2f5862", and what is printed on OK and C. */
  look: Partial<Record<'body' | 'functions' | 'digits' | 'ok' | 'clear' | 'ok_label' | 'clear_label', string>>;
  /** The digits alone; `display` as they are grouped on the screen. */
  code: string | null;
  display: string | null;
  atc: string | null;
  card: { name: string; kind: string; state: CardState | null } | null;
  /** What the computer at its cable was told since its last command; null: it has no cable. */
  computer: { answer: string | null; number: number | null; code: string | null } | null;
  faults: Fault[];
  battery: 'ok' | 'low' | 'dead';
  expires_ms: number | null;
}

export interface ReaderSummary {
  id: string;
  label: string;
  profile: string;
  state: string;
  revision: number;
  /** Its name. */
  card: string | null;
}

export interface OtpRequest {
  pin: string;
  /** As engraved; default: the first. */
  function?: string;
  /** Answers to its prompts, in their order. */
  inputs?: string[];
}

export interface OtpResult {
  code: string | null;
  display: string | null;
  atc: string | null;
  /** Every screen on the way. */
  screens: string[][];
  state: string;
  notice: string | null;
  revision: number;
}

export interface Screen {
  rows: string[];
  lit: boolean;
  revision: number;
  /** Its rows without the blanks at their ends, \n between. */
  text: string;
}

export interface ScreenOptions {
  /** As RE2 takes it: the flags i, m and s, and neither back references nor lookahead. */
  match?: RegExp | string;
  after?: number;
  /** At most 60 000. */
  timeout?: number;
}

export interface Apdu {
  revision: number;
  at_ms: number;
  name: string;
  command: string;
  response: string;
}

/** From what the card answered to the digits of a code. Bytes are hex digits. */
export interface CodePath {
  /** Of the reader, as the code came to be shown. */
  revision: number;
  at_ms: number;
  code: string;
  atc: string;
  /** Of the application that made it. */
  aid: string;
  /** What the card was told with GENERATE AC, as its CDOL1 asks for it. */
  told: { tag: string; name: string; value: string; meaning: string[] }[];
  rule: 'bitmap' | 'belgian';
  /** Numbers that were typed on the reader took the place of the AC (TDS). */
  signs: boolean;
  /** Of what the bits are taken, in the order in which they are joined; a one of the mask takes the bit. */
  parts: { name: 'PSN' | 'CID' | 'ATC' | 'AC' | 'IAD'; from: number; data: string; mask: string; taken: string }[];
  bits: string;
  number: string;
}

/** What the data of each event are, beside `reader` and `revision`. */
export interface SimEvents {
  screen: { rows: string[]; lit: boolean; state: string };
  key: { key: string; held: boolean };
  card: { card: 'inserted' | 'removed'; name: string; reason?: string };
  apdu: Apdu;
  clock: { now_ms: number; deadline_ms: number | null };
  fault: { fault: string };
  reader: { change: 'created' | 'deleted' };
}

export type SimEvent =
  | { [Name in keyof SimEvents]: {
      /** For `lastEventId`. */
      id: string;
      event: Name;
      data: { reader: string; revision: number } & SimEvents[Name];
    } }[keyof SimEvents]
  /** Some before this one are forgotten. */
  | { id?: undefined; event: 'lost'; data: JsonObject };

export interface EventStream extends AsyncIterableIterator<SimEvent>, AsyncDisposable {
  close(): void;
}

export interface EventOptions {
  /** Where an earlier stream ended. */
  lastEventId?: string | number;
}

export class SesameError extends Error {
  constructor(
    body: { code?: string; message?: string; hint?: string } & JsonObject,
    status?: number,
    options?: { cause?: unknown },
  );
  /**
   * As the API says it; "unreachable", "no_simulator" and "simulator_failed" where there is no API; "restarted" where the
   * server was; "no_code", "event_timeout", "message_timeout".
   */
  code: string;
  hint: string;
  status: number | undefined;
  /** The whole answer; with "screen_timeout" the last one is its `screen`, with "no_code" it is that of otp(). */
  body: { code?: string; message?: string; hint?: string; screen?: Screen; screens?: string[][]; [more: string]: unknown };
}

export interface ServerInfo {
  service: 'sim' | 'issuer' | 'bank';
  version: string;
  /** Of this start of it, and of no other. */
  instance: string;
}

export interface RequestOptions {
  body?: unknown;
  accept?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** What the servers have in common: Simulator, Issuer and Bank. */
export class Server implements AsyncDisposable {
  protected constructor(kind: { name: string; command: string }, url: string, token?: string | null);
  url: string;
  token: string | null;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  info(): Promise<ServerInfo>;
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  json<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  make<T = unknown>(path: string, body?: unknown): Promise<T>;
}

export class Simulator extends Server {
  constructor(url: string, token?: string | null);
  static launch(options?: LaunchOptions): Promise<Simulator>;
  createReader(options?: ReaderOptions): Promise<Reader>;
  reader(id: string): Reader;
  readers(): Promise<ReaderSummary[]>;
  profiles(): Promise<{ name: string; title: string }[]>;
  cards(): Promise<{ name: string; title: string }[]>;
  faults(): Promise<FaultShape[]>;
  events(options?: EventOptions): Promise<EventStream>;
}

/** One of card; pan and psn; customer. */
export interface Verification {
  code: string;
  /** Default: identify. */
  mode?: 'identify' | 'respond' | 'sign' | 'tds';
  /** Its number in the store. */
  card?: number;
  pan?: string;
  psn?: string;
  /** Whose only card it is. */
  customer?: string;
  challenge?: string;
  /** Minor units. */
  amount?: string;
  /** ISO 4217, numeric. */
  currency?: string;
  tds?: string[];
}

export interface Decision {
  accepted: boolean;
  /** Refused, and the next failure blocks the card. */
  last_try: boolean;
}

export class Issuer extends Server {
  constructor(url: string, token?: string | null);
  static launch(options?: LaunchOptions): Promise<Issuer>;
  verify(submission: Verification): Promise<Decision>;
  addCard(card: { toml: string; aid?: string; customer?: string; last_atc?: string; window?: number }): Promise<JsonObject>;
}

export class Reader implements AsyncDisposable {
  constructor(simulator: Simulator, id: string);
  simulator: Simulator;
  id: string;
  path: string;
  get(): Promise<ReaderState>;
  reset(): Promise<ReaderState>;
  delete(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  press(...keys: Key[]): Promise<ReaderState>;
  hold(key: string): Promise<ReaderState>;
  type(text: string): Promise<ReaderState>;
  computer(command: ComputerCommand, text?: string): Promise<ReaderState>;
  code(request: OtpRequest): Promise<string>;
  otp(request: OtpRequest): Promise<OtpResult>;
  insert(card: Card): Promise<ReaderState>;
  pull(): Promise<ReaderState>;
  cardState(): Promise<CardState & { revision: number }>;
  setCardState(state: { next_atc?: string; last_atc?: string; tries_left?: number }): Promise<CardState & { revision: number }>;
  faults(...faults: Fault[]): Promise<ReaderState>;
  advance(time: number | 'next-deadline'): Promise<ReaderState>;
  screen(options?: ScreenOptions): Promise<Screen>;
  waitForScreen(match: RegExp | string, options?: { timeout?: number }): Promise<Screen>;
  png(): Promise<Buffer>;
  trace(): Promise<string>;
  apdus(): Promise<Apdu[]>;
  codes(): Promise<CodePath[]>;
  events(options?: EventOptions): Promise<EventStream>;
  waitForEvent<Name extends keyof SimEvents>(
    match: Name,
    options?: { timeout?: number },
  ): Promise<Extract<SimEvent, { event: Name }>>;
  waitForEvent(match: (event: SimEvent) => boolean, options?: { timeout?: number }): Promise<SimEvent>;
}

export type Site = 'coopanet' | 'coopaccess' | 'savings';
export type Access = 'none' | 'must_prove' | 'must_change' | 'limited' | 'full';

export interface TenantOptions {
  /** Its customers, as /openapi.json describes a Seed; default: the demonstration's. */
  seed?: JsonObject;
  /** Of exportState(), in the place of a seed. */
  state?: JsonObject;
  /** What differs from the documents' values: { strong_days: 180 }. */
  rules?: Record<string, number | boolean>;
  /** Default: virtual, which stands until advance(). */
  clock?: 'real' | 'virtual';
  /** Default: the system's time. */
  nowMs?: number;
}

export interface Message {
  number: number;
  at_ms: number;
  kind: 'post' | 'sms';
  to: string;
  subject: string;
  text: string;
  /** What of the text is typed. */
  values: { code: string | null };
}

export interface OutboxOptions {
  /** A message's number. */
  after?: number;
  kind?: 'post' | 'sms';
  /** A part of whom it is for. */
  to?: string;
  /** Until there is one; at most 60 000. */
  waitMs?: number;
}

export interface BankEvent {
  number: number;
  at_ms: number;
  user: number | null;
  event: string;
  method: string | null;
  detail: JsonObject;
}

/** Of the site: who is logged in, and what they may do. */
export interface SessionView {
  level: 'anonymous' | 'simple' | 'strong';
  access: Access;
  site: Site | null;
  csrf: string;
  now_ms: number;
  ends_ms: number | null;
  user: ({ name: string } & JsonObject) | null;
  strong_until_ms: number | null;
  [more: string]: unknown;
}

export interface Operation {
  id: string;
  kind: string;
  method: 'identify' | 'respond' | 'sign' | 'tds' | 'sms' | 'post';
  /** What the page shows. */
  summary: { field: string; value: unknown }[];
  /** What is typed on the reader, in this order. */
  inputs: { field: string; value: string }[];
  expires_ms: number;
}

export type ReaderFunctions = Partial<Record<Operation['method'], string>>;

export interface CustomerReaderOptions extends Omit<ReaderOptions, 'card'> {
  /** Its keys; known of sesame and vasco-810 (the default). */
  functions?: ReaderFunctions;
}

export class Bank extends Server {
  constructor(url: string, token?: string | null);
  static launch(options?: LaunchOptions): Promise<Bank>;
  createTenant(options?: TenantOptions): Promise<Tenant>;
  tenant(id: string): Promise<Tenant>;
  tenants(): Promise<{ id: string; url: string; clock: 'real' | 'virtual'; now_ms: number }[]>;
}

export class Tenant implements AsyncDisposable {
  constructor(bank: Bank, fields: { id: string; url: string; customers: JsonObject[] });
  bank: Bank;
  id: string;
  /** Of its pages. */
  url: string;
  customers: Customer[];
  /** The first that has a card. */
  customer: Customer;
  get(): Promise<{ id: string; url: string; clock: 'real' | 'virtual'; now_ms: number }>;
  delete(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  advance(ms: number): Promise<number>;
  outbox(options?: OutboxOptions): Promise<Message[]>;
  nextMessage(options?: { kind?: 'post' | 'sms'; to?: string; timeout?: number }): Promise<Message>;
  audit(): Promise<BankEvent[]>;
  addCustomers(seed: JsonObject): Promise<Customer[]>;
  exportState(): Promise<JsonObject>;
  open(): Promise<Session>;
}

export class Customer {
  constructor(tenant: Tenant, fields: JsonObject);
  readonly tenant: Tenant;
  name: string;
  client_id: string;
  user_number: string;
  user_code: string | null;
  role: 'main' | 'administrator' | 'user';
  entitlements: string[];
  email: string | null;
  company: string | null;
  server_code: string | null;
  card: { toml: string; pin: string } | null;
  identifier(site?: Site): Record<string, string>;
  reader(simulator: Simulator, options?: CustomerReaderOptions): Promise<CustomerReader>;
  logIn(reader: CustomerReader, options?: { site?: Site }): Promise<Session>;
}

export class CustomerReader extends Reader {
  constructor(simulator: Simulator, id: string, customer: Customer, functions?: ReaderFunctions);
  customer: Customer;
  /** Of a login; of an operation that a session began; or as of any reader, with a `pin`. */
  code(operation?: Pick<Operation, 'method' | 'inputs'> | OtpRequest): Promise<string>;
}

export class Session {
  constructor(tenant: Tenant);
  tenant: Tenant;
  /** As the API last said it. */
  view: SessionView | null;
  get(): Promise<SessionView>;
  logInByCode(login: { site: Site; code: string; [identifier: string]: string }): Promise<SessionView>;
  logInByConfidentialCode(login: { client_id: string; user_number: string; confidential_code: string }): Promise<SessionView>;
  logInByPassword(login: { password: string; [identifier: string]: string }): Promise<SessionView>;
  logOut(): Promise<SessionView>;
  accounts(): Promise<{ id: number; iban: string; label: string; balance: string; currency: string }[]>;
  begin(operation: { kind: string; [field: string]: unknown }): Promise<Operation>;
  finish(operation: { id: string }, code: string): Promise<{ done: true; result: JsonObject; session: SessionView }>;
  json<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
}

// Types of the client; the fields are those of each server's /openapi.json.

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
  /** Deleted when nobody has asked for it for so many seconds. */
  ttl_s?: number;
}

export type Key = string | { hold: string };

/** Of a kind that Simulator.faults() names, with what that one needs. */
export interface Fault {
  kind: string;
  /** Commands since the card was inserted, from 0; with a stage, those of it. */
  at?: number;
  /** The step of the dialogue: "verify", "generate_ac" … */
  stage?: string;
  /** It is gone once it has happened. */
  once?: boolean;
  ms?: number;
  /** Hexadecimal: an instruction, and the status word that it is answered with. */
  ins?: string;
  sw?: string;
  key?: string;
}

export interface FaultShape {
  kind: string;
  description: string;
  /** A JSON Schema for each field beside `kind`. */
  fields: Record<string, any>;
  required: string[];
  /** A value for each field, to begin with. */
  suggested: Omit<Fault, 'kind'>;
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
  /** As RE2 takes it: without flags, back references and lookahead. */
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

export interface SimEvent {
  /** For `lastEventId`; "lost" has none. */
  id?: string;
  /** "lost": some before this one are forgotten. */
  event: 'screen' | 'key' | 'card' | 'apdu' | 'clock' | 'fault' | 'reader' | 'lost';
  /** `reader` and `revision`, and what belongs to the event. */
  data: Record<string, any>;
}

export interface EventStream extends AsyncIterableIterator<SimEvent> {
  close(): void;
}

export interface EventOptions {
  /** Where an earlier stream ended. */
  lastEventId?: string | number;
}

export class SesameError extends Error {
  constructor(body: { code?: string; message?: string; hint?: string }, status?: number, options?: { cause?: unknown });
  /** As the API says it; "unreachable" and "simulator_failed" where there is no API; "no_code", "message_timeout". */
  code: string;
  hint: string;
  status: number | undefined;
  /** The whole answer; with "screen_timeout" the last one is its `screen`. */
  body: any;
}

export class Simulator {
  constructor(url: string, token?: string | null);
  static launch(options?: LaunchOptions): Promise<Simulator>;
  url: string;
  token: string | null;
  stop(): Promise<void>;
  createReader(options?: ReaderOptions): Promise<Reader>;
  reader(id: string): Reader;
  readers(): Promise<ReaderSummary[]>;
  profiles(): Promise<{ name: string; title: string }[]>;
  cards(): Promise<{ name: string; title: string }[]>;
  faults(): Promise<FaultShape[]>;
  events(options?: EventOptions): Promise<EventStream>;
  request(
    method: string,
    path: string,
    options?: { body?: unknown; accept?: string; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Response>;
  json(method: string, path: string, body?: unknown): Promise<any>;
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

export class Issuer {
  constructor(url: string, token: string);
  static launch(options?: LaunchOptions): Promise<Issuer>;
  url: string;
  token: string;
  stop(): Promise<void>;
  verify(submission: Verification): Promise<Decision>;
  addCard(card: { toml: string; aid?: string; customer?: string; last_atc?: string; window?: number }): Promise<any>;
  request(
    method: string,
    path: string,
    options?: { body?: unknown; accept?: string; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Response>;
  json(method: string, path: string, body?: unknown): Promise<any>;
}

export class Reader {
  constructor(simulator: Simulator, id: string);
  simulator: Simulator;
  id: string;
  path: string;
  get(): Promise<ReaderState>;
  reset(): Promise<ReaderState>;
  delete(): Promise<void>;
  press(...keys: Key[]): Promise<ReaderState>;
  hold(key: string): Promise<ReaderState>;
  type(text: string): Promise<ReaderState>;
  computer(command: ComputerCommand, text?: string): Promise<ReaderState>;
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
  events(options?: EventOptions): Promise<EventStream>;
}

export type Site = 'coopanet' | 'coopaccess' | 'savings';
export type Access = 'none' | 'must_prove' | 'must_change' | 'limited' | 'full';

export interface TenantOptions {
  /** Its customers, as /openapi.json describes a Seed; default: the demonstration's. */
  seed?: Record<string, any>;
  /** Of exportState(), in the place of a seed. */
  state?: Record<string, any>;
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
  detail: Record<string, any>;
}

/** Of the site: who is logged in, and what they may do. */
export interface SessionView {
  level: 'anonymous' | 'simple' | 'strong';
  access: Access;
  site: Site | null;
  csrf: string;
  now_ms: number;
  ends_ms: number | null;
  user: Record<string, any> | null;
  strong_until_ms: number | null;
  [more: string]: any;
}

export interface Operation {
  id: string;
  kind: string;
  method: 'identify' | 'respond' | 'sign' | 'tds' | 'sms' | 'post';
  /** What the page shows. */
  summary: { field: string; value: any }[];
  /** What is typed on the reader, in this order. */
  inputs: { field: string; value: string }[];
  expires_ms: number;
}

export type ReaderFunctions = Partial<Record<Operation['method'], string>>;

export interface CustomerReaderOptions extends Omit<ReaderOptions, 'card'> {
  /** Its keys; known of sesame and vasco-810 (the default). */
  functions?: ReaderFunctions;
}

export class Bank {
  constructor(url: string, token?: string | null);
  static launch(options?: LaunchOptions): Promise<Bank>;
  url: string;
  token: string | null;
  stop(): Promise<void>;
  createTenant(options?: TenantOptions): Promise<Tenant>;
  tenant(id: string): Promise<Tenant>;
  tenants(): Promise<{ id: string; url: string; clock: 'real' | 'virtual'; now_ms: number }[]>;
  request(
    method: string,
    path: string,
    options?: { body?: unknown; accept?: string; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Response>;
  json(method: string, path: string, body?: unknown): Promise<any>;
}

export class Tenant {
  constructor(bank: Bank, fields: { id: string; url: string; customers: Record<string, any>[] });
  bank: Bank;
  id: string;
  /** Of its pages. */
  url: string;
  customers: Customer[];
  /** The first that has a card. */
  customer: Customer;
  get(): Promise<{ id: string; url: string; clock: 'real' | 'virtual'; now_ms: number }>;
  delete(): Promise<void>;
  advance(ms: number): Promise<number>;
  outbox(options?: OutboxOptions): Promise<Message[]>;
  nextMessage(options?: { kind?: 'post' | 'sms'; to?: string; timeout?: number }): Promise<Message>;
  audit(): Promise<BankEvent[]>;
  addCustomers(seed: Record<string, any>): Promise<Customer[]>;
  exportState(): Promise<Record<string, any>>;
  open(): Promise<Session>;
}

export class Customer {
  constructor(tenant: Tenant, fields: Record<string, any>);
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
  code(operation?: Pick<Operation, 'method' | 'inputs'>): Promise<string>;
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
  begin(operation: { kind: string; [field: string]: any }): Promise<Operation>;
  finish(operation: { id: string }, code: string): Promise<{ done: true; result: Record<string, any>; session: SessionView }>;
  json(method: string, path: string, body?: unknown): Promise<any>;
}

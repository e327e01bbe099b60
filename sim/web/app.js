// The page: one reader, shown as the API describes it, or all of them (overview.js). Whatever happens to it, here or
// elsewhere, comes back as an event; the page then asks for the reader anew and draws it.
import { ApiError, call, oneAtATime, readerPath } from './api.js';
import { createAsCode } from './as-code.js';
import { createCard, shortTitle } from './card.js';
import { createClock } from './clock.js';
import { createComputer } from './computer.js';
import { by, h, say } from './dom.js';
import { createDrawer } from './drawer.js';
import { createEvents } from './events.js';
import { createFaults } from './faults.js';
import { createGlance } from './glance.js';
import { createHelp } from './help.js';
import { createKeys } from './keys.js';
import { createLcd } from './lcd.js';
import { createLog } from './log.js';
import { paint } from './look.js';
import { sayInPassing, stand, standDown, translateNotices } from './notices.js';
import { createOverview, kOverview } from './overview.js';
import { createRecorder } from './recorder.js';
import { createSignIn } from './sign-in.js';
import { kAll } from './stream.js';
import { language, speak, stateName, t, translate } from './text.js';

const kDefault = 'default';          // the reader that `sesame sim` starts with
const kOwnReadersLive = 12 * 3600;   // seconds
const kTryAgain = 2000;              // milliseconds
const kListedAtMost = 500;           // milliseconds, one list of the readers after another

const page = {
  id: '',             // of the reader in the address
  reader: null,       // it, as last heard of; null: it does not exist, and nothing is sent
  turn: 0,            // answers of an earlier turn are about another reader, or from another server
  lost: false,        // the connection
  cards: [],
  profiles: [],
  chosen: new Map(),  // a reader's id → the card in front of its slot
  logged: 0,          // the revision up to which the log is complete
};

function idInAddress() {
  const text = location.hash.slice(1);
  try {
    return decodeURIComponent(text) || kDefault;
  } catch {
    return text;  // no reader is called that
  }
}

// ---- what a person does

// One after the other, in the order they were asked for, and to the reader that was in front then: `work` gets the
// function from the rest of a path to the path. Where it is refused, `settle` shows what is instead.
let queue = Promise.resolve();
function inOrder(work, settle = () => {}) {
  if (!page.reader) return queue;
  if (page.lost) return sayInPassing(t('unreachable'));
  const { id } = page;
  const path = (rest = '') => readerPath(id) + rest;
  queue = queue.then(async () => {
    const { turn } = page;
    try {
      const reader = await work(path);
      if (reader) show(reader, turn);
    } catch (error) {
      if (id !== page.id) return;
      complain(error);
      if (page.reader) settle(page.reader);
    }
  });
  return queue;
}

// Of what `work` does with the reader in front, once it is done, a note: an entry or several, or what makes one of the
// reader then.
const noted = (what, work) => async (path) => {
  const before = page.reader;
  const reader = await work(path);
  if (before?.id !== reader.id) return reader;
  for (const entry of [typeof what === 'function' ? what(reader) : what].flat()) recorder.note(before, entry);
  return reader;
};

const press = (key) => inOrder(noted({ do: 'press', key }, (path) => call('POST', path('/keys'), { keys: [key] })));
const hold = (key) => inOrder(noted({ do: 'hold', key }, (path) => call('POST', path('/keys'), { keys: [{ hold: key }] })));
function typePin(pin) {
  const keys = [...pin, page.reader.keys.ok];
  return inOrder(noted(keys.map((key) => ({ do: 'press', key })), (path) => call('POST', path('/keys'), { keys })));
}
function insert() {
  const card = page.chosen.get(page.id);
  return inOrder(noted({ do: 'insert', card }, (path) => call('PUT', path('/card'), card)), (reader) => {
    settleCard(reader);
    draw();
  });
}
const pull = () => inOrder(noted({ do: 'pull' }, (path) => call('DELETE', path('/card'))));

function chooseCard(name) {
  page.chosen.set(page.id, name);
  if (page.reader?.card) insert();
  else if (page.reader) draw();
}

// The model and the kind of clock are for life: another one is another reader. The old one stays, for who goes back.
function replaceReader(change) {
  return inOrder(async (path) => {
    const { profile, clock, card } = await call('GET', path());
    const made = await call('POST', '/v1/readers', { profile, clock, ttl_s: kOwnReadersLive, ...change });
    page.chosen.set(made.id, page.chosen.get(page.id));
    try {
      if (card) await moveCard(card, path, readerPath(made.id));
    } catch (error) {
      complain(error);
    }
    if (path() === readerPath(page.id)) location.hash = made.id;
  });
}

async function moveCard(card, from, to) {
  // Of a card that was made or recorded, or that is real, the page has no more than the name.
  if (!page.cards.some((each) => each.name === card.name)) return sayInPassing(t('cardStays', { card: card.name }));
  const put = () => call('PUT', `${to}/card`, card.name);
  const { card: moved } = await put().catch(async (error) => {
    if (error.code !== 'card_in_use') throw error;
    await call('DELETE', from('/card'));
    return put();
  });
  if (card.state && JSON.stringify(card.state) !== JSON.stringify(moved.state)) {
    const { last_atc, tries_left } = card.state;  // next_atc follows
    await call('PATCH', `${to}/card/state`, { last_atc, tries_left });
  }
}

function chooseModel(profile) {
  if (profile !== page.reader?.profile) replaceReader({ profile });
}
function chooseClock(clock) {
  if (clock !== page.reader?.clock) replaceReader({ clock });
}
const advance = (ms) => inOrder(noted({ do: 'advance', ms }, (path) => call('POST', path('/clock'), { advance_ms: ms })));
const toNextDeadline = () => inOrder(noted({ do: 'next' }, (path) => call('POST', path('/clock'), { to: 'next-deadline' })));
const reset = () => inOrder(noted({ do: 'reset' }, (path) => call('POST', path('/reset'))));

function changeFaults(wanted) {
  return inOrder(noted((reader) => ({ do: 'faults', faults: reader.faults }), async (path) => {
    const reader = await call('GET', path());
    return call('PUT', path('/faults'), { faults: wanted(reader.faults) });
  }), () => faults.settle());
}

function setCounters(counters) {
  return inOrder(noted({ do: 'state', patch: counters }, async (path) => {
    await call('PATCH', path('/card/state'), counters);
    return call('GET', path());
  }), () => drawer.settle());
}

async function copy() {
  const code = page.reader?.code;
  if (!code || !await copyText(code)) return;
  by('copy').classList.add('done');
  drawCopy();
}

// The log as a text; nothing where there is no reader.
async function transcript() {
  if (!page.reader) return '';
  try {
    return await (await fetch(`${readerPath(page.id)}/trace`, { headers: { Accept: 'text/plain' } })).text();
  } catch (error) {
    complain(error);
    return '';
  }
}

// Whether it is in the clipboard now; where not, the user is told.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without https, except on this machine.
    if (copyTheOldWay(text)) return true;
    sayInPassing(t('notCopied'));
    return false;
  }
}

function copyTheOldWay(text) {
  const focused = document.activeElement;
  const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return done;
}

// ---- the parts

const recorder = createRecorder();
const lcd = createLcd(by('dots'), by('lcd'));
const glance = createGlance();
const keys = createKeys({ press, hold, command: (name) => kCommands[name]() });
const card = createCard({ insert, pull, typePin: (pin) => page.reader && typePin(pin) });
const drawer = createDrawer({ chooseCard, chooseModel, setCounters });
const computer = createComputer({
  send: (command) => inOrder(noted({ do: 'computer', ...command }, (path) => call('POST', path('/computer'), command))),
});
const clock = createClock({ chooseClock, advance, toNextDeadline });
const faults = createFaults({ change: changeFaults, refuse: sayInPassing });
const log = createLog({ copyText, transcript });
const signIn = createSignIn({ entered, dismissed: () => stand(uninvited) });
const events = createEvents(({ kind, data }) => happened(kind, data));
const asCode = createAsCode({ look: () => page.reader, recorder, copyText });
const help = createHelp(() => page.reader?.keys.functions ?? []);
const overview = createOverview({
  stays: kDefault,
  titleOf: (profile) => page.profiles.find((each) => each.name === profile)?.title ?? profile,
  cardTitle: (name) => (page.cards.some((each) => each.name === name) ? shortTitle(page.cards.find((each) => each.name === name)) : name),
  make: takeAnother,
  complain,
});

function goTo(list) {
  (by(list).querySelector('[aria-pressed=true]') ?? by(list).querySelector('button'))?.focus();
}

// What the keyboard may ask for beside the keys of the reader.
const kCommands = {
  insert: () => { if (!page.reader.card) insert(); },
  pull: () => { if (page.reader.card) pull(); },
  cards: () => goTo('cards'),
  models: () => goTo('models'),
  clock: () => chooseClock(page.reader.clock === 'real' ? 'virtual' : 'real'),
  second: () => { if (page.reader.clock === 'virtual') advance(1000); },
  dark: () => { if (page.reader.clock === 'virtual') advance(35000); },
  next: () => { if (page.reader.clock === 'virtual' && page.reader.deadline_ms !== null) toNextDeadline(); },
  bytes: () => log.toggleBytes(),
  find: () => (overview.isShown() ? overview.find() : log.find()),
  overview: () => {
    if (overview.isShown()) history.back();
    else location.hash = kOverview;
  },
  asCode: asCode.open,
  help: help.open,
};

by('copy').addEventListener('click', copy);
by('reset').addEventListener('click', reset);
clock.onTick(drawHint);
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    speak(button.dataset.language);
    retranslate();
  });
}

// ---- drawing

// Answers overtake each other: an older one is dropped, and so is one from before a break.
function show(reader, turn) {
  if (turn !== page.turn || reader.id !== page.id) return;
  if (page.reader && reader.revision < page.reader.revision) return;
  page.reader = reader;
  page.lost = false;
  signIn.spare();
  standDown();
  settleCard(reader);
  draw();
}

function settleCard({ id, card }) {
  const known = (name) => page.cards.some((each) => each.name === name);
  if (card) page.chosen.set(id, card.name);
  // What was in the reader and is no card of the simulator's own cannot be put in again.
  else if (!known(page.chosen.get(id))) page.chosen.set(id, page.cards[0]?.name ?? '');
}

// There is no reader: the display is dark, and keys go nowhere.
function leave() {
  startTurn();
  page.reader = null;
  keys.leave();
  clock.leave();
  by('main').inert = true;
  for (const id of ['trace', 'trace-file']) by(id).removeAttribute('href');
  glance.leave();
  document.documentElement.dataset.state = 'gone';
  lcd.show({ rows: ['', ''], columns: 16 }, false);
  by('copy').hidden = true;
  say(by('hint'), '');
  say(by('spoken'), '');
  log.replace([]);
  drawTitle();
}

function startTurn() {
  page.turn += 1;
  if (page.reader) page.reader = { ...page.reader, revision: -1 };
}

// How the codes came about that it has shown.
const explainCodes = oneAtATime(async () => {
  const { turn, id } = page;
  try {
    const { codes } = await call('GET', `${readerPath(id)}/codes`);
    if (turn === page.turn) log.explain(codes);
  } catch (error) {
    if (turn === page.turn) complain(error);
  }
});

let drawn = null;  // the reader that was drawn last
function draw() {
  const { reader, cards } = page;
  const chosen = page.chosen.get(reader.id);
  const another = drawn === null || reader.id !== drawn.id || reader.revision < drawn.revision;
  if (reader.code !== null && (another || reader.code !== drawn.code)) explainCodes();
  drawn = reader;
  const title = page.profiles.find((each) => each.name === reader.profile)?.title ?? reader.title;
  by('main').inert = false;
  document.documentElement.dataset.state = reader.state;
  paint(by('body'), reader.look.body);
  by('engraved').textContent = title;
  lcd.show(reader.screen, reader.lit);
  glance.show(reader);
  by('icon-card').classList.toggle('on', reader.lit && reader.card !== null);
  by('icon-clock').classList.toggle('on', reader.lit && reader.clock === 'virtual');
  by('icon-battery').dataset.charge = reader.lit ? reader.battery : 'dark';
  keys.show(reader);
  card.show(reader, chosen, cards.find((each) => each.name === chosen));
  drawer.show(reader, another, chosen, cards, page.profiles);
  clock.show(reader);
  computer.show(reader);
  faults.show(reader, another);
  if (by('copy').dataset.code !== (reader.code ?? '')) by('copy').classList.remove('done');
  by('copy').dataset.code = reader.code ?? '';
  drawCopy();
  for (const id of ['trace', 'trace-file']) by(id).href = `${readerPath(reader.id)}/trace`;
  by('trace-file').download = `${reader.id}.apdu`;
  say(by('spoken'), reader.lit ? t('screenSays', { text: screenText(reader) }) : t('dark'));
  drawHint();
  drawTitle();
}

// Which reader this tab is about, and what it does: first what tells tabs apart.
function drawTitle() {
  const { reader } = page;
  const what = overview.isShown() ? t('overview')
    : `${reader?.label || page.id} · ${reader ? stateName(reader.state) : t('titleGone')}`;
  document.title = `${what} – Sésame`;
}

function drawCopy() {
  by('copy').hidden = !page.reader?.code;
  by('copy').textContent = t(by('copy').classList.contains('done') ? 'copied' : 'copy');
}

const screenText = (reader) => reader.screen.rows.map((row) => row.trim()).filter((row) => row !== '').join(' ');

function drawHint() {
  if (page.reader) say(by('hint'), hint(page.reader));
}

function hint(reader) {
  if (reader.battery === 'dead') return t('hintDead');
  switch (reader.state) {
    case 'off': return t(reader.card ? 'hintWake' : 'hintInsert');
    case 'insert_card': return t('hintInsert');
    case 'choose_function': return t('hintFunction', { keys: reader.keys.functions.join(t('or')) });
    case 'pin':
    case 'host_pin': return t('hintPin');
    case 'prompt': return t('hintPrompt');
    case 'menu': return t('hintMenu');
    case 'code': return t('hintCode', { seconds: clock.secondsLeft() });
    case 'last_try':
    case 'wrong_pin': return t('hintOk');
    case 'notice': return t('hintNotice');
    case 'connected': return t('hintConnected');
    case 'signing': return t('hintSigning');
    case 'approve': return t('hintApprove');
    default: return t('hintWait');
  }
}

function retranslate() {
  translate(document);
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', button.dataset.language === language());
  }
  keys.translate();
  faults.translate();
  log.translate();
  translateNotices();
  overview.translate();
  if (page.reader) draw();
  else drawTitle();
}

// ---- what goes wrong

const gone = () => ({ text: t('gone'), action: t('another'), run: takeAnother });
const lost = () => ({ text: t('lost') });
const uninvited = () => ({ text: t('uninvited'), action: t('signInAgain'), run: signIn.ask });

function complain(error) {
  if (!(error instanceof ApiError)) return sayInPassing(t('unreachable'));
  if (error.status === 401) return askForToken();
  if (error.status === 404) return sayGone();
  return sayInPassing([error.message, error.hint].filter((each) => each).join('; '));
}

function sayGone() {
  leave();
  stand(gone);
  listReaders();
}

function sayLost() {
  page.lost = true;
  stand(lost);
}

// Once the user has left the dialog it comes back when it is called, not by itself.
let asked = false;
function askForToken() {
  leave();
  if (asked) return stand(uninvited);
  asked = true;
  signIn.ask();
}

function entered() {
  asked = false;
  open();
}

async function takeAnother() {
  try {
    const made = await call('POST', '/v1/readers', { clock: 'real', ttl_s: kOwnReadersLive });
    location.hash = made.id;
  } catch (error) {
    complain(error);
  }
}

// ---- following the reader

const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });

async function look() {
  const { turn, id } = page;
  try {
    show(await call('GET', readerPath(id)), turn);
  } catch (error) {
    if (turn === page.turn) throw error;
  }
}

const refresh = oneAtATime(async () => {
  await frame();
  if (!page.reader) return;
  await look().catch(complain);
});

// Events overtake the trace: what was heard while it was under way is in it, or comes after it.
const heard = [];
let fetching = false;

const catchUp = oneAtATime(async () => {
  const { turn, id } = page;
  heard.length = 0;
  fetching = true;
  try {
    const trace = await call('GET', `${readerPath(id)}/trace`);
    if (turn !== page.turn) return;
    page.logged = trace.revision;
    log.replace(trace.apdus);
    heard.forEach(addToLog);
    explainCodes();
    await look();
  } catch (error) {
    if (turn === page.turn) complain(error);
  } finally {
    fetching = false;
  }
});

function addToLog(apdu) {
  if (apdu.revision <= page.logged) return;
  page.logged = apdu.revision;
  log.add(apdu);
}

// The stream broke: another server may answer from here on, with other readers, or none.
async function afterBreak() {
  startTurn();
  const { turn } = page;
  try {
    await look();
  } catch (error) {
    if (turn !== page.turn) return;
    if (error instanceof ApiError) complain(error);
    else sayLost();
  }
}

function happened(kind, data) {
  if (overview.isShown()) {
    if (kind === 'opened') standDown();
    if (kind === 'broken') stand(lost);
    return overview.happened(kind, data);
  }
  switch (kind) {
    case 'opened':
    case 'lost': return catchUp();
    case 'broken': return afterBreak();
    case 'reader':
      listReaders();
      if (data.reader !== page.id) return undefined;
      return data.change === 'deleted' ? sayGone() : catchUp();
    case 'key':
      keys.pressed(data.key);
      break;
    case 'apdu':
      if (fetching) heard.push(data);
      addToLog(data);
      break;
    default:
  }
  return refresh();
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const isOpen = (list) => CSS.supports('selector(:open)') && list.matches(':open');

const listReaders = oneAtATime(async () => {
  try {
    const { readers } = await call('GET', '/v1/readers?limit=50');
    const all = readers.map(({ id, label }) => ({ id, name: label ? `${label} · ${id}` : id }));
    if (!all.some((each) => each.id === page.id)) all.unshift({ id: page.id, name: page.id });
    const list = by('readers');
    if (isOpen(list)) return;
    if (JSON.stringify(all) !== list.dataset.listed) {
      list.replaceChildren(...all.map(({ id, name }) => h('option', { value: id }, name)));
      list.dataset.listed = JSON.stringify(all);
    }
    list.value = page.id;
    list.closest('label').hidden = all.length < 2;
  } catch {
    return;  // the reader that is shown says it better
  }
  await pause(kListedAtMost);
});
by('readers').addEventListener('change', () => { location.hash = encodeURIComponent(by('readers').value); });
by('readers').addEventListener('focus', listReaders);

async function fetchWhatStays() {
  if (page.cards.length > 0) return;
  const [cards, profiles, shapes, { components: { schemas } }] = await Promise.all(
    ['/v1/cards', '/v1/profiles', '/v1/faults', '/openapi.json'].map((path) => call('GET', path)));
  Object.assign(page, { cards, profiles });
  faults.describe(shapes);
  drawer.describe(schemas.PatchState);
  overview.describe(schemas.PatchReader);
  computer.describe(schemas.CommandReader);
}

// The reader in the address.
let visits = 0;
async function open() {
  const visit = ++visits;
  startTurn();
  const all = location.hash === kOverview;
  page.id = all ? '' : idInAddress();
  page.reader = null;
  keys.leave();
  by('readers').value = page.id;
  by('main').hidden = all;
  if (!all && overview.isShown()) overview.hide();
  try {
    await fetchWhatStays();
    if (visit !== visits) return;
    if (all) return openOverview();
    await look();
    listReaders();
  } catch (error) {
    if (visit !== visits) return;
    complain(error);
    if (error.status === 401) return;
    if (page.cards.length === 0) {
      stand(lost);
      await pause(kTryAgain);
      if (visit === visits) open();
      return;
    }
  }
  if (visit === visits) events.watch(page.id);
}

function openOverview() {
  leave();
  standDown();
  document.documentElement.dataset.state = 'overview';
  overview.show();
  drawTitle();
  events.watch(kAll);
}

globalThis.addEventListener('hashchange', open);
retranslate();
open();

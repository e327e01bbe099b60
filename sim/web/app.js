// The page: one reader, shown as the API describes it. Whatever happens to it, here or elsewhere, comes back as an
// event; the page then asks for the reader anew and draws it.
import { ApiError, call, readerPath, watch } from './api.js';
import { createCard } from './card.js';
import { createClock } from './clock.js';
import { by, h } from './dom.js';
import { createDrawer } from './drawer.js';
import { createFaults } from './faults.js';
import { createKeys } from './keys.js';
import { createLcd } from './lcd.js';
import { createLog } from './log.js';
import { language, speak, t, translate } from './text.js';

const kDefault = 'default';          // the reader that `sesame sim` starts with
const kOwnReadersLive = 12 * 3600;   // seconds
const kToastShown = 6000;            // milliseconds

const page = {
  reader: null,
  cards: [],
  profiles: [],
  chosen: null,       // the card in front of the slot
  events: null,
  logged: 0,          // the revision up to which the log is complete
};

const idInAddress = () => decodeURIComponent(location.hash.slice(1)) || kDefault;
const path = (rest = '') => readerPath(page.reader.id) + rest;

// ---- what a person does

// One after the other, in the order they were asked for.
let queue = Promise.resolve();
function inOrder(work) {
  queue = queue.then(work).then((reader) => reader && show(reader)).catch(complain);
  return queue;
}

const press = (keys) => inOrder(() => call('POST', path('/keys'), { keys }));
const insert = () => inOrder(() => call('PUT', path('/card'), page.chosen));
const pull = () => inOrder(() => call('DELETE', path('/card')));

function chooseCard(name) {
  page.chosen = name;
  if (page.reader.card) insert();
  else draw();
}

// The model and the kind of clock are for life: another one is another reader.
function replaceReader(change) {
  return inOrder(async () => {
    const { id, profile, clock } = page.reader;
    const made = await call('POST', '/v1/readers', { profile, clock, ttl_s: kOwnReadersLive, ...change });
    const own = sessionStorage.getItem('sesame.own') === id;
    sessionStorage.setItem('sesame.own', made.id);
    page.events.close();
    if (own) await call('DELETE', readerPath(id));
    location.hash = made.id;
  });
}

function chooseModel(profile) {
  if (profile !== page.reader.profile) replaceReader({ profile });
}
function chooseClock(clock) {
  if (clock !== page.reader.clock) replaceReader({ clock });
}
const advance = (ms) => inOrder(() => call('POST', path('/clock'), { advance_ms: ms }));
const toNextDeadline = () => inOrder(() => call('POST', path('/clock'), { to: 'next-deadline' }));
const setFaults = (faults) => inOrder(() => call('PUT', path('/faults'), { faults }));
const reset = () => inOrder(() => call('POST', path('/reset')));

function setCounters(counters) {
  return inOrder(async () => {
    await call('PATCH', path('/card/state'), counters);
    return call('GET', path());
  });
}

async function copy() {
  const code = page.reader.code;
  if (!code) return;
  try {
    await navigator.clipboard.writeText(code);
  } catch {
    copyTheOldWay(code);  // no clipboard without https, except on this machine
  }
  by('copy').textContent = t('copied');
  by('copy').classList.add('done');
}

function copyTheOldWay(text) {
  const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

// ---- the parts

const lcd = createLcd(by('dots'), by('lcd'));
const keys = createKeys({ press: (name) => press([name]), hold: (name) => press([{ hold: name }]) });
const card = createCard({ insert, pull, typePin: (pin) => press([...pin, page.reader.keys.ok]) });
const drawer = createDrawer({ chooseCard, chooseModel, setCounters });
const clock = createClock({ chooseClock, advance, toNextDeadline });
const faults = createFaults({ setFaults });
const log = createLog();

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

// Answers overtake each other: an older one is dropped.
function show(reader) {
  const same = page.reader?.id === reader.id;
  if (same && reader.revision < page.reader.revision) return;
  page.reader = reader;
  if (reader.card) page.chosen = reader.card.name;
  page.chosen ??= page.cards[0]?.name ?? '';  // the one that `sesame sim` offers stands first
  draw();
}

function draw() {
  const { reader, cards, chosen } = page;
  const title = page.profiles.find((each) => each.name === reader.profile)?.title ?? reader.title;
  document.documentElement.dataset.state = reader.state;
  by('device').dataset.profile = reader.profile;
  by('engraved').textContent = title;
  lcd.show(reader.screen, reader.lit);
  by('icon-card').classList.toggle('on', reader.lit && reader.card !== null);
  by('icon-clock').classList.toggle('on', reader.lit && reader.clock === 'virtual');
  by('icon-battery').dataset.charge = reader.lit ? reader.battery : 'dark';
  keys.show(reader);
  card.show(reader, chosen, cards.find((each) => each.name === chosen));
  drawer.show(reader, chosen, cards, page.profiles);
  clock.show(reader);
  faults.show(reader);
  by('copy').hidden = !reader.code;
  if (!reader.code || by('copy').dataset.code !== reader.code) {
    by('copy').dataset.code = reader.code ?? '';
    by('copy').textContent = t('copy');
    by('copy').classList.remove('done');
  }
  by('trace').href = path('/trace');
  say(by('spoken'), reader.lit ? t('screenSays', { text: screenText(reader) }) : t('dark'));
  drawHint();
}

// What is said again is announced again; so only what is new is written.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
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
    case 'code': return t('hintCode', { seconds: clock.secondsLeft() });
    case 'last_try':
    case 'wrong_pin': return t('hintOk');
    case 'notice': return t('hintNotice');
    case 'connected': return t('hintConnected');
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
  if (page.reader) draw();
}

// ---- what goes wrong

let toastTimer = 0;
function toast(text) {
  by('toast').textContent = text;
  by('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { by('toast').hidden = true; }, kToastShown);
}

function complain(error) {
  if (!(error instanceof ApiError)) return toast(t('unreachable'));
  if (error.status === 401) return signIn();
  if (error.code === 'unknown_reader') return sayGone();
  return toast([error.message, error.hint].filter((each) => each).join(' '));
}

function banner(...content) {
  by('banner').replaceChildren(...content);
  by('banner').hidden = content.length === 0;
}

function sayGone() {
  page.events?.close();
  const again = h('button', { type: 'button', onclick: takeAnother }, t('another'));
  banner(t('gone'), ' ', again);
}

async function takeAnother() {
  try {
    const made = await call('POST', '/v1/readers', { clock: 'real', ttl_s: kOwnReadersLive });
    sessionStorage.setItem('sesame.own', made.id);
    location.hash = made.id;
  } catch (error) {
    complain(error);
  }
}

function signIn() {
  if (!by('sign-in').open) by('sign-in').showModal();
}
by('token-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await call('POST', '/v1/session', { token: by('token').value });
    by('token').value = '';
    by('sign-in').close();
    open();
  } catch {
    by('token-refused').textContent = t('refused');
  }
});

// ---- following the reader

let asked = false;
function refresh() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(async () => {
    asked = false;
    try {
      show(await call('GET', path()));
    } catch (error) {
      complain(error);
    }
  });
}

// Events overtake the trace: what was heard while it was under way is in it, or comes behind it.
const heard = [];
let fetching = 0;

async function catchUp() {
  banner();
  ++fetching;
  try {
    const trace = await call('GET', path('/trace'));
    page.logged = trace.revision;
    log.replace(trace.apdus);
    heard.forEach(addToLog);
    show(await call('GET', path()));
  } catch (error) {
    complain(error);
  }
  if (--fetching === 0) heard.length = 0;
}

function addToLog(apdu) {
  if (apdu.revision <= page.logged) return;
  page.logged = apdu.revision;
  log.add(apdu);
}

function happened(kind, data) {
  if (kind === 'lost') return catchUp();
  if (kind === 'reader' && data.change === 'deleted') return sayGone();
  if (kind === 'key') keys.pressed(data.key);
  if (kind === 'apdu') {
    if (fetching > 0) heard.push(data);
    addToLog(data);
  }
  refresh();
}

async function listReaders() {
  const { readers } = await call('GET', '/v1/readers?limit=50');
  const ids = readers.map((each) => each.id);
  if (!ids.includes(page.reader.id)) ids.unshift(page.reader.id);
  by('readers').replaceChildren(...ids.map((id) => h('option', { value: id, selected: id === page.reader.id }, id)));
  by('readers').closest('label').hidden = ids.length < 2;
}
by('readers').addEventListener('change', () => { location.hash = by('readers').value; });
by('readers').addEventListener('pointerdown', () => listReaders().catch(complain));

async function open() {
  page.events?.close();
  heard.length = 0;
  try {
    [page.cards, page.profiles] = await Promise.all([call('GET', '/v1/cards'), call('GET', '/v1/profiles')]);
    show(await call('GET', readerPath(idInAddress())));
    await listReaders();
  } catch (error) {
    return complain(error);
  }
  page.events = watch(page.reader.id, {
    open: catchUp,
    broken: () => banner(t('lost')),
    happened,
  });
}

globalThis.addEventListener('hashchange', open);
retranslate();
open();

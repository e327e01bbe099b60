// The demonstration's reader, beside the bank: the simulator's own, worked through the bank's address (reader/…), so that
// who has neither card nor reader sees the whole way. Nothing of it is part of the bank.
import { ApiError, call } from './api.js';
import { disable, fill, h, say, svg } from './dom.js';
import { keep, kept } from './kept.js';
import { T, t } from './text.js';

const kLook = 3000;  // milliseconds between two looks, where nothing is worked here
const kState = 'card/state';
const kCounters = 'sesame.bank.card';
const kCard = 'sesame-card';  // where the demonstration names none
const kDigits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const kKeyNames = { OK: 'keyOk', C: 'keyClear', '.': 'keyPoint' };
const kFields = ['user_code', 'client_id', 'user_number', 'email', 'company', 'server_code', 'password', 'confidential_code'];

// One card from another (FNV-1a): those of another demonstration have other counters.
const numberOf = (text) => [...text].reduce((sum, each) => Math.imul(sum ^ each.codePointAt(0), 0x01000193) >>> 0, 0x811c9dc5);

export function createDemo(root) {
  let demo = null;    // of the session; null: there is no demonstration
  let reader = null;  // as the simulator describes it
  let drawn = '';     // the keys that are drawn
  let timer = 0;
  let parts = null;

  const look = async () => {
    try {
      show(await call('GET', 'reader'));
    } catch {
      show(null);
    }
  };
  let queue = Promise.resolve();
  // One after the other, in the order they were asked for.
  const work = (method, rest, body) => {
    queue = queue.then(async () => {
      try {
        const answer = await call(method, `reader/${rest}`, body);
        if (rest === kState) await look();
        else show(answer);
      } catch (error) {
        if (!(error instanceof ApiError)) show(null);
        else await look();
      }
    });
    return queue;
  };
  const press = (...keys) => work('POST', 'keys', { keys });

  // ---- drawing

  const key = (name, kind) => h('button', {
    type: 'button', class: `key ${kind}`, 'data-key': name, onclick: () => press(name),
    'aria-label': kKeyNames[name] ? T(kKeyNames[name]) : T('keyNamed', { name }),
  }, name);

  // A card that is put in again goes on counting where it was: its codes would be old ones otherwise, which no bank takes.
  const which = () => numberOf(JSON.stringify(demo.card ?? kCard));
  const pull = () => {
    if (reader.card.state) {
      const { last_atc, tries_left } = reader.card.state;  // next_atc follows
      keep(kCounters, JSON.stringify({ which: which(), state: { last_atc, tries_left } }));
    }
    return work('DELETE', 'card');
  };
  const insert = () => {
    work('PUT', 'card', demo.card ?? kCard);
    const counted = JSON.parse(kept(kCounters) ?? '{}');
    return counted.which === which() ? work('PATCH', kState, counted.state) : queue;
  };
  const moveCard = () => (reader?.card ? pull() : insert());
  const chip = () => svg('svg', { viewBox: '0 0 44 34', class: 'chip', 'aria-hidden': 'true' },
    svg('rect', { x: 1, y: 1, width: 42, height: 32, rx: 6 }),
    svg('path', { d: 'M1 12h13M1 22h13M30 12h13M30 22h13M14 1v32M30 1v32M14 17h16' }));

  function build() {
    const card = h('button', { type: 'button', class: 'demo-card', onclick: moveCard }, chip(),
      h('span', {}, () => t(reader?.card ? 'demoPull' : 'demoInsert')));
    const screen = h('img', { class: 'demo-screen', alt: '', width: 240, height: 75 });
    const spoken = h('p', { class: 'visually-hidden', role: 'status' });
    const functions = h('div', { class: 'demo-functions', role: 'group', 'aria-label': T('functionsLabel') });
    const keypad = h('div', { class: 'demo-keypad', role: 'group', 'aria-label': T('keypadLabel') });
    const hint = h('p', { class: 'demo-hint' });
    const copy = h('button', { type: 'button', class: 'primary', hidden: true, onclick: takeCode }, T('demoTake'));
    const pin = h('button', { type: 'button', onclick: () => reader && press(...demo.pin, reader.keys.ok) },
      T('demoPin', { pin: () => demo.pin }));
    parts = { card, screen, spoken, functions, keypad, hint, copy, pin };
    fill(root,
      h('h2', {}, T('demoTitle')), h('p', { class: 'hint' }, T('demoWhat')),
      identifiers(),
      h('div', { class: 'device' }, card, h('div', { class: 'demo-body' }, screen, functions, keypad)),
      spoken, hint, h('div', { class: 'demo-actions' }, pin, copy),
      demo.reader_url ? h('p', { class: 'hint' }, h('a', { href: demo.reader_url, target: '_blank', rel: 'noopener' },
        T('demoReader'))) : null);
    drawn = '';
  }

  // What the demonstration's customer is called; a click writes it into the form.
  function identifiers() {
    const known = kFields.filter((each) => demo[each]);
    if (known.length === 0) return null;
    return h('ul', { class: 'demo-identifiers' }, known.map((each) => h('li', {}, h('span', {}, T(`demo_${each}`)), ' ',
      h('button', { type: 'button', 'aria-label': T('demoFill', { what: T(`demo_${each}`), value: demo[each] }),
        onclick: () => write(`[data-fill="${each}"], [name="${each}"]`, demo[each]) }, demo[each]))));
  }

  function write(selector, value) {
    const field = [...document.querySelectorAll(`#view :is(${selector})`)].find((each) => each.checkVisibility());
    if (!field) return say(parts.spoken, T('demoNoField'));
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return field.focus();
  }
  function takeCode() {
    if (reader?.display ?? reader?.code) write('[data-code]', reader.display ?? reader.code);
  }

  function hintOf() {
    switch (reader.state) {
      case 'off': return reader.card ? 'demoWake' : 'demoInsertHint';
      case 'insert_card': return 'demoInsertHint';
      case 'choose_function': return 'demoFunction';
      case 'pin': return 'demoTypePin';
      case 'prompt': return 'demoPrompt';
      case 'code': return 'demoCode';
      case 'notice': case 'wrong_pin': case 'last_try': return 'demoOk';
      default: return 'demoWait';
    }
  }

  function show(next) {
    if (!parts) return;
    reader = next;
    root.dataset.state = reader?.state ?? 'gone';
    if (!reader) {
      say(parts.hint, T('demoGone'));
      return;
    }
    const picture = `reader/screen.svg?revision=${reader.revision}`;
    if (parts.screen.getAttribute('src') !== picture) parts.screen.src = picture;
    const text = reader.lit ? reader.screen.rows.map((each) => each.trim()).filter((each) => each).join(' ') : '';
    parts.screen.alt = text === '' ? t('demoDark') : t('demoScreen', { text });
    say(parts.spoken, text === '' ? T('demoDark') : T('demoScreen', { text }));
    const keys = JSON.stringify(reader.keys);
    if (drawn !== keys) {
      fill(parts.functions, reader.keys.functions.map((each) => key(each, 'function')),
        reader.keys.digits.includes('.') ? key('.', 'point') : null);
      fill(parts.keypad, kDigits.map((each) => key(each, 'digit')),
        key(reader.keys.clear, 'clear'), key('0', 'digit'), key(reader.keys.ok, 'ok'));
      drawn = keys;
    }
    parts.card.classList.toggle('in', reader.card !== null);
    fill(parts.card.lastElementChild, () => t(reader?.card ? 'demoPull' : 'demoInsert'));
    disable(parts.pin, !['pin', 'host_pin'].includes(reader.state));
    parts.copy.hidden = !reader.code;
    say(parts.hint, T(hintOf(), { functions: reader.keys.functions.join(t('or')) }));
  }

  const wait = () => {
    clearInterval(timer);
    timer = setInterval(() => { if (!document.hidden) look(); }, kLook);
  };

  return {
    // `next`: the demo of a session.
    follow(next) {
      if (JSON.stringify(next) === JSON.stringify(demo)) return;
      demo = next ?? null;
      root.hidden = demo === null;
      document.documentElement.dataset.demo = demo !== null;
      clearInterval(timer);
      if (demo === null) return;
      root.setAttribute('aria-label', t('demoTitle'));
      build();
      look();
      wait();
    },
  };
}

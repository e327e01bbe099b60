// All readers at once: what each display shows, as it happens. Asked for is what is in sight, and no more.
import { ApiError, call, readerPath } from './api.js';
import { by, h } from './dom.js';
import { createLcd } from './lcd.js';
import { stateName, t } from './text.js';

export const kOverview = '#/readers';
const kListed = 20000;  // of the simulator: it has no more
const kDrawn = 300;     // tiles; what is searched for is among all

// `stays`: the reader that cannot be deleted. `titleOf(profile)` and `cardTitle(name)` are what people call them, `make` makes
// a reader, `complain` says what went wrong.
export function createOverview({ stays, titleOf, cardTitle, make, complain }) {
  const root = by('tiles');
  const find = by('overview-find');
  const readers = new Map();  // id → { id, label, profile, state, card }, and once it was in sight: screen, lit
  const tiles = new Map();    // id → { element, draw, end }
  let shown = false;
  let turn = 0;
  let longest = 0;            // characters of a label

  const disarm = new Set();   // one function a tile, told what a hand or the Tab key is at now
  for (const kind of ['pointerdown', 'focusin']) {
    document.addEventListener(kind, ({ target }) => { for (const each of disarm) each(target); });
  }

  const wordsOf = ({ id, label, profile, state, card }) => (
    [id, label, profile, titleOf(profile), stateName(state), card, card && cardTitle(card)].filter(Boolean).join(' ').toLowerCase());
  const fits = (reader, words) => words.every((each) => wordsOf(reader).includes(each));

  // ---- one tile

  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const reader = readers.get(target.dataset.id);
      if (isIntersecting && reader && !reader.screen) ask(reader.id);
    }
  }, { rootMargin: '200px' });

  async function ask(id) {
    const mine = turn;
    try {
      const { screen, lit, state, card, label } = await call('GET', readerPath(id));
      if (mine !== turn || !readers.has(id)) return;
      Object.assign(readers.get(id), { screen, lit, state, label: label ?? null, card: card?.name ?? null });
      tiles.get(id)?.draw();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) forget(id);
      else if (mine === turn) complain(error);
    }
  }

  function tile(reader) {
    const { id } = reader;
    const canvas = h('canvas', { 'aria-hidden': 'true' });
    const frame = h('span', { class: 'lcd' }, canvas);
    const name = h('strong', {});
    const about = h('span', { class: 'soft' });
    const state = h('span', { class: 'state' });
    const open = h('a', { class: 'tile-open', href: `#${encodeURIComponent(id)}` }, frame, name, about, state);
    const remove = h('button', { type: 'button', class: 'remove' });
    let armed = false;
    const arm = (on) => {
      armed = on;
      remove.classList.toggle('armed', on);
      remove.textContent = on ? t('reallyDelete', { id }) : t('delete');
      remove.setAttribute('aria-label', on ? t('reallyDelete', { id }) : t('deleteIt', { id }));
    };
    arm(false);
    remove.addEventListener('click', () => (armed ? drop(id) : arm(true)));
    // Whatever is touched or reached meanwhile, it was not meant.
    const leave = (target) => { if (armed && !remove.contains(target)) arm(false); };
    disarm.add(leave);
    const field = h('input', { class: 'label', hidden: true, maxlength: longest, spellcheck: 'false', 'aria-label': t('labelOf', { id }) });
    const rename = h('button', { type: 'button', class: 'rename' });
    const settle = () => { field.hidden = true; };
    rename.addEventListener('click', () => {
      field.value = readers.get(id)?.label ?? '';
      field.hidden = false;
      field.focus();
    });
    field.addEventListener('blur', settle);
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') rename.focus();
      if (event.key !== 'Enter') return;
      event.preventDefault();
      label(id, field.value.trim());
      rename.focus();
    });
    const tools = h('div', { class: 'tile-tools' }, field, rename, ...(id === stays ? [] : [remove]));
    const element = h('li', { class: 'tile', 'data-id': id }, open, tools);
    const lcd = createLcd(canvas, frame);
    const draw = () => {
      const now = readers.get(id);
      if (!now) return;
      name.textContent = now.label || id;
      about.textContent = [now.label ? id : '', titleOf(now.profile), now.card ? cardTitle(now.card) : t('noCard')].filter(Boolean).join(' · ');
      state.textContent = stateName(now.state);
      element.dataset.state = now.state;
      if (!armed) arm(false);
      rename.textContent = t('label');
      rename.setAttribute('aria-label', t('labelOf', { id }));
      field.setAttribute('aria-label', t('labelOf', { id }));
      if (now.screen) lcd.show(now.screen, now.lit);
    };
    draw();
    sight.observe(element);
    return {
      element, draw,
      end() {
        sight.unobserve(element);
        disarm.delete(leave);
        element.remove();
      },
    };
  }

  async function label(id, text) {
    try {
      await call('PATCH', readerPath(id), { label: text });
      await ask(id);
    } catch (error) {
      complain(error);
    }
  }

  async function drop(id) {
    const next = tiles.get(id)?.element.nextElementSibling ?? tiles.get(id)?.element.previousElementSibling;
    try {
      await call('DELETE', readerPath(id));
      forget(id);
      next?.querySelector('a').focus();
    } catch (error) {
      complain(error);
    }
  }

  function forget(id) {
    readers.delete(id);
    draw();
  }

  // ---- all of them

  const draw = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = [...readers.values()].filter((each) => fits(each, words));
    const wanted = fitting.slice(0, kDrawn);
    const ids = new Set(wanted.map((each) => each.id));
    for (const [id, { end }] of tiles) {
      if (ids.has(id)) continue;
      end();
      tiles.delete(id);
    }
    wanted.forEach((reader, at) => {
      if (!tiles.has(reader.id)) tiles.set(reader.id, tile(reader));
      const { element } = tiles.get(reader.id);
      if (root.children[at] !== element) root.insertBefore(element, root.children[at] ?? null);
    });
    by('overview-empty').hidden = fitting.length > 0;
    by('overview-count').textContent = words.length === 0 && fitting.length <= kDrawn ? t('readersCount', { count: readers.size })
      : t('readersFound', { found: fitting.length, count: readers.size, drawn: wanted.length });
  };

  async function list() {
    const mine = ++turn;
    try {
      const answer = await call('GET', `/v1/readers?limit=${kListed}`);
      if (mine !== turn) return;
      readers.clear();
      for (const each of answer.readers) readers.set(each.id, { ...each });
      for (const { end } of tiles.values()) end();
      tiles.clear();
      draw();
    } catch (error) {
      if (mine === turn) complain(error);
    }
  }

  // Of an event: what it says itself is drawn at once, else the reader is asked.
  function happened(kind, data) {
    if (!shown) return;
    if (kind === 'opened' || kind === 'lost') {
      list();
      return;
    }
    if (kind === 'reader' && data.change === 'deleted') {
      forget(data.reader);
      return;
    }
    if (kind === 'reader' && readers.has(data.reader)) {
      ask(data.reader);
      return;
    }
    if (kind === 'reader') {
      readers.set(data.reader, { id: data.reader, label: null, profile: '', state: 'off', card: null });
      draw();
      askAll(data.reader);
      return;
    }
    const reader = readers.get(data?.reader);
    if (!reader) return;
    if (kind === 'screen') {
      reader.state = data.state;
      reader.lit = data.lit;
      if (reader.screen && data.lit) reader.screen = { ...reader.screen, rows: data.rows };
    } else if (kind === 'card') {
      reader.card = data.card === 'inserted' ? data.name : null;
    } else {
      return;
    }
    tiles.get(reader.id)?.draw();
  }

  // Of a reader that was not in the list.
  async function askAll(id) {
    try {
      const { profile, label } = await call('GET', readerPath(id));
      if (!readers.has(id)) return;
      Object.assign(readers.get(id), { profile, label: label ?? null });
      tiles.get(id)?.draw();
      draw();
    } catch {
      // it is gone already: its event is on the way
    }
  }

  find.addEventListener('input', draw);
  by('overview-new').addEventListener('click', make);

  return {
    happened,
    // `schema`: of what may be changed of a reader, from openapi.json.
    describe(schema) {
      longest = schema.properties.label.maxLength;
    },
    show() {
      shown = true;
      by('overview').hidden = false;
      by('overview-title').focus();
    },
    hide() {
      shown = false;
      turn += 1;
      by('overview').hidden = true;
      readers.clear();
      draw();
    },
    isShown: () => shown,
    find: () => find.focus(),
    translate() {
      for (const each of tiles.values()) each.draw();
      if (shown) draw();
    },
  };
}

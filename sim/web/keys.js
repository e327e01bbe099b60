// The keys of the reader: with mouse, finger, and the computer's keyboard.
import { by, h } from './dom.js';
import { t } from './text.js';

const kHold = 700;  // milliseconds

function flash(button) {
  button.classList.remove('flash');
  void button.offsetWidth;  // so that the animation begins anew
  button.classList.add('flash');
}

// A button that presses `name`, or holds it where the finger stays.
function keyButton(name, kind, label, { press, hold }) {
  const button = h('button', { type: 'button', class: `key ${kind}`, 'data-key': name, 'aria-label': label }, h('span', {}, name));
  let timer = 0;
  let held = false;
  const release = () => clearTimeout(timer);
  button.addEventListener('pointerdown', (event) => {
    event.preventDefault();  // the focus stays: Enter still means OK
    held = false;
    timer = setTimeout(() => {
      held = true;
      flash(button);
      hold(name);
    }, kHold);
  });
  for (const end of ['pointerup', 'pointerleave', 'pointercancel']) button.addEventListener(end, release);
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  button.addEventListener('click', () => {
    if (!held) press(name);
    held = false;
  });
  return button;
}

// Which function a letter means: the only one that begins with it.
function functionOfLetter(functions, letter) {
  const fitting = functions.filter((each) => each[0].toUpperCase() === letter.toUpperCase());
  return fitting.length === 1 ? fitting[0] : undefined;
}

function keyOfKeyboard(event, keys) {
  if (/^[0-9]$/.test(event.key)) return event.key;
  if (event.key === 'Enter') return keys.ok;
  if (event.key === 'Backspace') return keys.clear;
  if (event.key === '.' || event.key === ',') return keys.digits.includes('.') ? '.' : undefined;
  const numbered = /^F([1-8])$/.exec(event.key);
  if (numbered) return keys.functions[Number(numbered[1]) - 1];
  if (/^[a-z]$/i.test(event.key)) return functionOfLetter(keys.functions, event.key);
  return undefined;
}

const kTyping = 'input, select, textarea, dialog, summary';

export function createKeys(actions) {
  let keys = null;
  let drawn = '';
  let holding = null;  // the key of the keyboard that is down: { name, timer, held }

  const draw = () => {
    const functions = keys.functions.map((name) => keyButton(name, 'function', name, actions));
    if (keys.digits.includes('.')) functions.push(keyButton('.', 'point', t('point'), actions));
    by('functions').replaceChildren(...functions);
    by('functions').dataset.many = keys.functions.length > 2;
    by('keypad').replaceChildren(
      ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => keyButton(digit, 'digit', digit, actions)),
      keyButton(keys.clear, 'clear', t('clear'), actions),
      keyButton('0', 'digit', '0', actions),
      keyButton(keys.ok, 'ok', t('ok'), actions));
  };
  const button = (name) => document.querySelector(`.key[data-key="${CSS.escape(name)}"]`);

  document.addEventListener('keydown', (event) => {
    if (!keys || event.ctrlKey || event.altKey || event.metaKey || event.target.closest(kTyping)) return;
    const onButton = event.target.closest('button, a');
    if (onButton && event.key === 'Enter') return;
    const name = keyOfKeyboard(event, keys);
    if (name === undefined) return;
    event.preventDefault();
    if (event.repeat) return;
    release(true);  // whoever types fast has the next key down before the last is up
    button(name)?.classList.add('down');
    const down = { name, key: event.key, held: false };
    down.timer = setTimeout(() => {
      down.held = true;
      actions.hold(name);
    }, kHold);
    holding = down;
  });
  const release = (press) => {
    if (!holding) return;
    const { name, held, timer } = holding;
    holding = null;
    clearTimeout(timer);
    button(name)?.classList.remove('down');
    if (press && !held) actions.press(name);
  };
  document.addEventListener('keyup', (event) => {
    if (holding && event.key === holding.key) release(true);
  });
  globalThis.addEventListener('blur', () => release(false));

  return {
    show(reader) {
      keys = reader.keys;
      if (drawn !== JSON.stringify(keys)) draw();
      drawn = JSON.stringify(keys);
      const invite = reader.state === 'choose_function';
      for (const each of by('functions').querySelectorAll('.function')) each.classList.toggle('invites', invite);
    },
    pressed(name) {
      const found = button(name);
      if (found) flash(found);
    },
    translate() {
      if (keys) draw();
    },
  };
}

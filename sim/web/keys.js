// The keys of the reader: with mouse and finger, and with the computer's keyboard.
import { by, h } from './dom.js';
import { createKeyboard } from './keyboard.js';
import { paint } from './look.js';
import { t } from './text.js';

const kHold = 700;  // milliseconds

function flash(button) {
  button.classList.remove('flash');
  void button.offsetWidth;  // so that the animation begins anew
  button.classList.add('flash');
}

// A button that presses `name`, or holds it where the finger stays. `printed` is what stands on it.
function keyButton(name, kind, label, { press, hold }, { color, printed } = {}) {
  const button = h('button', { type: 'button', class: `key ${kind}`, 'data-key': name, 'aria-label': label }, h('span', {}, printed ?? name));
  paint(button, color);
  let timer = 0;
  let held = false;
  const release = () => clearTimeout(timer);
  button.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    if (event.button !== 0) return;
    held = false;
    timer = setTimeout(() => {
      held = true;
      flash(button);
      hold(name);
    }, kHold);
  });
  for (const end of ['pointerup', 'pointerleave', 'pointercancel']) button.addEventListener(end, release);
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  button.addEventListener('click', (event) => {
    if (!held || event.detail === 0) press(name);  // 0: by keyboard, whatever a pointer did before
    held = false;
  });
  return button;
}

export function createKeys(actions) {
  let keys = null;
  let look = {};
  let drawn = '';

  const draw = () => {
    const functions = keys.functions.map((name) => keyButton(name, 'function', name, actions, { color: look.functions }));
    const digits = { color: look.digits };
    if (keys.digits.includes('.')) functions.push(keyButton('.', 'point', `. ${t('point')}`, actions, digits));
    by('functions').replaceChildren(...functions);
    by('functions').dataset.many = keys.functions.length > 2;
    by('keypad').replaceChildren(
      ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => keyButton(digit, 'digit', digit, actions, digits)),
      keyButton(keys.clear, 'clear', t('clear', { printed: look.clear_label ?? keys.clear }), actions,
        { color: look.clear, printed: look.clear_label }),
      keyButton('0', 'digit', '0', actions, digits),
      keyButton(keys.ok, 'ok', look.ok_label ?? keys.ok, actions, { color: look.ok, printed: look.ok_label }));
  };
  const button = (name) => document.querySelector(`.key[data-key="${CSS.escape(name)}"]`);

  const keyboard = createKeyboard({
    ...actions,
    show: (name, down) => button(name)?.classList.toggle('down', down),
  });

  return {
    show(reader) {
      ({ keys, look } = reader);
      keyboard.follow(keys);
      const wanted = JSON.stringify([keys, look]);
      if (drawn !== wanted) draw();
      drawn = wanted;
      const invite = reader.state === 'choose_function';
      for (const each of by('functions').querySelectorAll('.function')) each.classList.toggle('invites', invite);
    },
    // There is no reader: what is held down is let go, and a key goes nowhere.
    leave: () => keyboard.follow(null),
    pressed(name) {
      const found = button(name);
      if (found) flash(found);
    },
    translate() {
      if (keys) draw();
    },
  };
}

// The computer's keyboard, and who gets its keys: those of `sesame tui`. The reader is in front: digits, letters, Backspace
// and Enter are its keys, wherever the focus is, but that
//   - a field or list that one types or chooses in keeps all of them, and so does an open dialog;
//   - a button, link, switch or line of the log that was reached by keyboard keeps Enter and the space bar. It shows a
//     ring; the next key of the reader takes the focus away from it, so that the Enter after a PIN is OK again;
//   - what a pointer clicked keeps nothing: Enter goes to the reader, not to what was clicked last.

const kHold = 700;  // milliseconds
const kTypedIn = 'input:not([type=checkbox]), select, textarea';
const kWorked = 'button, a[href], summary, input[type=checkbox]';

// host/terminal/keyboard.cpp has the same letters for the functions, in the model's order.
export const kFunctionLetters = 'abdfghjk';

// What a key does that is none of the reader's: sim/tui/model.cpp, and what only the page has.
const kCommands = {
  i: 'insert', e: 'pull', m: 'cards', p: 'models', t: 'clock', '+': 'second', '>': 'dark', n: 'next', x: 'bytes',
  '/': 'find', o: 'overview', s: 'asCode', '?': 'help',
};
const kWithoutReader = ['find', 'overview', 'help'];

function keyOfKeyboard(event, keys) {
  if (/^[0-9]$/.test(event.key)) return event.key;
  if (event.key === 'Enter') return keys.ok;
  if (event.key === 'Backspace' || event.key === 'c' || event.key === 'C') return keys.clear;
  if (event.key === '.' || event.key === ',') return keys.digits.includes('.') ? '.' : undefined;
  const numbered = /^F([1-8])$/.exec(event.key);
  if (numbered) return keys.functions[Number(numbered[1]) - 1];
  return keys.functions[[...kFunctionLetters].indexOf(event.key)];
}

// A list that a pointer opened and left again is like a button that it clicked; open, it has all keys.
const isOpen = (select) => !CSS.supports('selector(:open)') || select.matches(':open');

const inDialog = () => document.querySelector('dialog[open]') !== null;

// The arrow keys go through a list of cards, models or readers, as in the terminal.
const kLists = '.drawer, .models, .tiles';
function goThroughList(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const list = step && event.target.closest(kLists);
  if (!list) return false;
  const all = [...list.querySelectorAll(':scope > li > :first-child')];
  const at = all.indexOf(event.target.closest('li').firstElementChild);
  event.preventDefault();
  all[Math.max(0, Math.min(all.length - 1, at + step))].focus();
  return true;
}

// `show(name, down)` makes the key visible; `press` and `hold` do what it says, `command` what is none of the reader's.
export function createKeyboard({ press, hold, show, command }) {
  let keys = null;     // of the reader; null: there is no reader
  let down = null;     // the key that is down: { name, key, timer, held }
  let pointer = false; // what happens now comes from a mouse, pen or finger
  let list = null;     // the list that a pointer gave the focus

  const release = (pressed) => {
    if (!down) return;
    const { name, held, timer } = down;
    down = null;
    clearTimeout(timer);
    show(name, false);
    if (pressed && !held) press(name);
  };
  const begin = (name, key) => {
    release(true);  // a fast typist has the next key down before the last is up
    show(name, true);
    const now = { name, key, held: false };
    now.timer = setTimeout(() => {
      now.held = true;
      hold(name);
    }, kHold);
    down = now;
  };

  const isTypedIn = (target) => {
    const field = target.closest(kTypedIn);
    return field !== null && !(field === list && !isOpen(field));
  };

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || inDialog()) return;
    if (isTypedIn(event.target) || goThroughList(event)) return;
    const worked = event.target.closest(kWorked);
    if (worked && (event.key === 'Enter' || event.key === ' ')) {
      // A checkbox alone does not know Enter.
      if (worked.type === 'checkbox' && event.key === 'Enter' && !event.repeat) worked.click();
      return;
    }
    const name = keys ? keyOfKeyboard(event, keys) : undefined;
    if (name !== undefined) {
      event.preventDefault();
      if (event.repeat) return;
      document.activeElement.blur();
      if (event.key === 'C') hold(name);
      else begin(name, event.key);
      return;
    }
    const wanted = kCommands[event.key];
    if (wanted === undefined || !(keys || kWithoutReader.includes(wanted))) return;
    event.preventDefault();
    if (!event.repeat) command(wanted);
  });
  document.addEventListener('keyup', (event) => {
    if (down && event.key === down.key) release(true);
  });
  globalThis.addEventListener('blur', () => release(false));

  // ---- what a pointer clicked keeps nothing

  const giveBack = () => {
    const focused = document.activeElement;
    if (focused && !focused.closest('dialog')) focused.blur();
  };
  document.addEventListener('keydown', () => { pointer = false; }, true);
  document.addEventListener('pointerdown', () => { pointer = true; }, true);
  document.addEventListener('focusin', ({ target }) => { list = pointer && target.matches('select') ? target : null; });
  document.addEventListener('click', ({ target }) => {
    const labeled = target.closest('label')?.control;
    if (pointer && !target.closest(kTypedIn) && !labeled?.matches(kTypedIn)) giveBack();
  }, true);
  document.addEventListener('change', ({ target }) => {
    if (pointer && target.matches('select')) giveBack();
  });

  return {
    follow(wanted) {
      keys = wanted;
      if (!keys) release(false);
    },
  };
}

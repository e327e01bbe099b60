// Forms: every input has a label that can be seen; what is wrong with it stands below it, is announced, and gets the
// focus. Nothing is kept by the browser unless a form says so.
import { disable, fill, h } from './dom.js';
import { explained } from './errors.js';
import { T } from './text.js';

let ids = 0;
const newId = (name) => `${name}-${++ids}`;

// A line of the form: { name, root, input, value(), check(), complain(text) }. `check`: what is wrong with the value, as a
// function that makes a text, or null.
function line({ name, label, hint, required = true, check = () => null, optional = !required }, input,
  { group = false, around = null } = {}) {
  const id = newId(name);
  const wrong = h('p', { class: 'wrong', id: `${id}-wrong`, hidden: true });
  const hints = hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : null;
  const described = [hints ? `${id}-hint` : null, `${id}-wrong`].filter((each) => each).join(' ');
  const labels = [label, optional ? h('span', { class: 'optional' }, ' ', T('optional')) : null];
  if (!group) input.id = id;
  const root = group
    ? h('fieldset', { class: 'field' }, h('legend', {}, labels), hints, input, wrong)
    : h('div', { class: 'field' }, h('label', { for: id }, labels), hints, around ?? input, wrong);
  (group ? root : input).setAttribute('aria-describedby', described);
  const self = {
    name, root, input,
    value: () => input.value,
    focus: () => (group ? input.querySelector('input') : input).focus(),
    check() {
      const value = self.value();
      return required && value.trim() === '' ? T('needed') : check(value);
    },
    complain(text) {
      wrong.hidden = text === null;
      fill(wrong, text);
      if (text === null) input.removeAttribute('aria-invalid');
      else if (!group) input.setAttribute('aria-invalid', 'true');
      root.classList.toggle('has-wrong', text !== null);
    },
  };
  input.addEventListener('input', () => self.complain(null));
  return self;
}

export function textField({ type = 'text', attributes = {}, value = '', trim = true, ...rest }) {
  const input = h('input', { type, name: rest.name, autocomplete: 'off', spellcheck: 'false', ...attributes });
  input.value = value;
  if (rest.required !== false) input.setAttribute('aria-required', 'true');
  const self = line(rest, input);
  if (trim) self.value = () => input.value.trim();
  return self;
}

// Not offered to be kept, as far as that can be said; and to be looked at while it is typed.
export function secretField({ attributes = {}, ...rest }) {
  const input = h('input', {
    type: 'password', name: rest.name, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-required': 'true',
    'data-lpignore': 'true', 'data-1p-ignore': true, ...attributes,
  });
  let shown = false;
  const look = h('button', { type: 'button', class: 'look', 'aria-pressed': 'false', onclick: toggle }, T('show'));
  function toggle() {
    shown = !shown;
    input.type = shown ? 'text' : 'password';
    look.setAttribute('aria-pressed', shown);
  }
  const self = line(rest, input, { around: h('div', { class: 'with-look' }, input, look) });
  look.setAttribute('aria-controls', input.id);
  return self;
}

// What a reader shows: 0000 0000 and 00000000 are the same.
export function codeField({ digits = [8, 8], label = T('code'), hint = T('codeHint'), name = 'code', ...rest } = {}) {
  const [least, most] = digits;
  const self = textField({
    name, label, hint,
    attributes: { inputmode: 'numeric', class: 'code', maxlength: most + 6, 'data-code': true },
    check: (value) => {
      const plain = value.replace(/\s/g, '');
      if (!/^\d+$/.test(plain) || plain.length < least || plain.length > most) {
        return least === most ? T('codeWrong', { digits: least }) : T('codeWrongBetween', { least, most });
      }
      return null;
    },
    ...rest,
  });
  return self;
}

// `options`: [{ value, label }].
export function choiceField({ options, value, ...rest }) {
  const input = h('select', { name: rest.name }, options.map((each) => h('option', { value: each.value }, each.label)));
  if (value !== undefined) input.value = value;
  return line(rest, input);
}

// One of a few, all of them in sight. `changed` is called with the value.
export function radioField({ options, value = options[0].value, changed = () => {}, ...rest }) {
  const group = newId(rest.name);
  const input = h('div', { class: 'radios' }, options.map((each) => h('label', { class: 'radio' },
    h('input', { type: 'radio', name: group, value: each.value, checked: each.value === value,
      onchange: () => changed(each.value) }),
    h('span', {}, each.label))));
  const self = line({ ...rest, required: false, optional: false }, input, { group: true });
  self.value = () => input.querySelector(':checked')?.value ?? '';
  return self;
}

// Any of a few. Its value is a list.
export function checksField({ options, value = [], ...rest }) {
  const input = h('div', { class: 'radios' }, options.map((each) => h('label', { class: 'radio' },
    h('input', { type: 'checkbox', value: each.value, checked: value.includes(each.value) }), h('span', {}, each.label))));
  const self = line({ ...rest, required: false, optional: false }, input, { group: true });
  self.value = () => [...input.querySelectorAll(':checked')].map((each) => each.value);
  self.check = () => null;
  return self;
}

export function checkField({ name, label, value = false, changed = () => {} }) {
  const id = newId(name);
  const input = h('input', { type: 'checkbox', id, name, checked: value, onchange: () => changed(input.checked) });
  return {
    name, input, root: h('div', { class: 'check' }, input, h('label', { for: id }, label)),
    value: () => input.checked, check: () => null, complain() {}, focus: () => input.focus(),
  };
}

// A part of a form that is no input.
export const part = (...children) => ({ root: h('div', { class: 'part' }, children) });

// `send` gets the values by name; what it throws is said in the form. `beside`: more buttons. `failed`: called first with
// what was thrown; true: it is dealt with.
export function form({ fields, submit = T('validate'), send, beside = [], failed = () => false, refused, label = null }) {
  const alert = h('div', { class: 'alert', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'primary' }, submit);
  const root = h('form', { novalidate: true, autocomplete: 'off', 'aria-label': label }, alert,
    fields.map((each) => each.root), h('div', { class: 'actions' }, button, beside));
  const inputs = () => fields.filter((each) => each.check);
  let sending = false;

  const complain = (text) => fill(alert, text === null ? null : h('p', {}, text));
  const checked = () => {
    const wrong = inputs().filter((each) => {
      const found = each.root.hidden ? null : each.check();
      each.complain(found);
      return found !== null;
    });
    if (wrong.length === 0) return true;
    complain(T(wrong.length === 1 ? 'oneWrong' : 'someWrong'));
    wrong[0].focus();
    return false;
  };

  root.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (sending) return;
    complain(null);
    if (!checked()) return;
    sending = true;
    disable(button, true);
    root.setAttribute('aria-busy', 'true');
    try {
      await send(Object.fromEntries(inputs().filter((each) => !each.root.hidden).map((each) => [each.name, each.value()])));
    } catch (error) {
      if (!(await failed(error, self))) complain(explained(error, { refused }));
    } finally {
      sending = false;
      disable(button, false);
      root.removeAttribute('aria-busy');
    }
  });
  const self = { root, alert, button, complain, fields };
  return self;
}

// What to do with the reader, in the words of its manual.
import { h } from './dom.js';
import { grouped, money } from './format.js';
import { knows, T, t } from './text.js';

const kFunction = { identify: 'pressCode', respond: 'pressRespond', sign: 'pressSign', tds: 'pressTds' };

// `inputs`: what is typed besides the secret code of the card, { field, value } in the reader's order.
export function readerSteps({ method = 'identify', inputs = [], where = T('enterHere') } = {}) {
  // A challenge comes before the secret code, or after it; what is signed, after it.
  const typed = inputs.length > 0
    ? h('li', {}, T(method === 'tds' ? 'stepNumbers' : 'stepInputs'), inputsOf(method, inputs)) : null;
  return h('ol', { class: 'steps' },
    h('li', {}, T('stepInsert')),
    h('li', {}, T(kFunction[method] ?? 'pressCode')),
    method === 'respond' ? typed : null,
    h('li', {}, T('stepPin')),
    method === 'respond' ? null : typed,
    h('li', {}, T('stepCode'), ' ', where));
}

// A reader that signs takes an amount with its point, and cents as a number to sign.
const kAmounts = ['amount', 'total'];
const withPoint = (cents) => cents.padStart(3, '0').replace(/(\d\d)$/, '.$1');

function inputsOf(method, inputs) {
  const line = ({ field, value }) => {
    const isPlain = method === 'sign' || !kAmounts.includes(field);
    return h('li', {},
      h('span', { class: 'input-name' }, fieldName('input', isPlain ? field : `${field}_in_cents`)), ' ',
      h('kbd', {}, method === 'sign' && kAmounts.includes(field) ? withPoint(value) : value));
  };
  return h('ol', { class: 'inputs' }, inputs.map(line));
}

// "payee" → Bénéficiaire; what is not known by name is shown as it is called.
export const fieldName = (kind, field) => () => (knows(`${kind}_${field}`) ? t(`${kind}_${field}`) : field.replaceAll('_', ' '));

const kNamed = { what: 'secret', entitlements: 'entitlement', role: 'role', method: 'method', site: 'site', kind: 'kind' };

// A value of that field, as people read it: a function that makes a text.
export function valueOf(field, value) {
  if (Array.isArray(value)) return () => value.map((each) => valueOf(field, each)()).join(', ') || t('none');
  if (value === null || value === undefined || value === '') return T('none');
  if (typeof value === 'boolean') return T(value ? 'yes' : 'no');
  if (typeof value === 'object') return () => Object.entries(value).map(([name,
    each]) => `${fieldName('field', name)()} ${valueOf(name, each)()}`).join(', ');
  if (kAmounts.includes(field) && /^-?\d+(\.\d+)?$/.test(value)) return () => money(value);
  if (field === 'iban' || field === 'bank_iban') return () => grouped(String(value));
  if (kNamed[field]) {
    return () => String(value).split(/[\s,]+/).filter((each) => each).map((each) => fieldName(kNamed[field], each)()).join(', ');
  }
  return () => String(value);
}

// Pairs of what is to be confirmed: [{ field, value }].
export const summaryOf = (summary) => h('dl', { class: 'summary' },
  summary.map(({ field, value }) => h('div', { 'data-field': field },
  h('dt', {}, fieldName('field', field)), h('dd', {}, valueOf(field, value)))));

// What to do with the reader, in the words of its manual.
import { h } from './dom.js';
import { grouped, money } from './format.js';
import { knows, T, t } from './text.js';

const kFunction = { identify: 'pressCode', respond: 'pressRespond', sign: 'pressSign', tds: 'pressTds' };

// `inputs`: what is typed besides the secret code of the card, { field, value } in the reader's order.
export function readerSteps({ method = 'identify', inputs = [], where = T('enterHere') } = {}) {
  return h('ol', { class: 'steps' },
    h('li', {}, T('stepInsert')),
    h('li', {}, T(kFunction[method] ?? 'pressCode')),
    inputs.length > 0 ? h('li', {}, T('stepInputs'), inputsOf(inputs)) : null,
    h('li', {}, T('stepPin')),
    h('li', {}, T('stepCode'), ' ', where));
}

const inputsOf = (inputs) => h('ol', { class: 'inputs' }, inputs.map(({ field, value }) => h('li', {},
  h('span', { class: 'input-name' }, fieldName('input', field)), ' ', h('kbd', {}, value))));

// "payee" → Bénéficiaire; what is not known by name is shown as it is called.
export const fieldName = (kind, field) => () => (knows(`${kind}_${field}`) ? t(`${kind}_${field}`) : field.replaceAll('_', ' '));

const kMoney = ['amount', 'total'];
const kNamed = { entitlements: 'entitlement', role: 'role', method: 'method', site: 'site', kind: 'kind' };

// A value of that field, as people read it: a function that makes a text.
export function valueOf(field, value) {
  if (Array.isArray(value)) return () => value.map((each) => valueOf(field, each)()).join(', ') || t('none');
  if (value === null || value === undefined || value === '') return T('none');
  if (typeof value === 'boolean') return T(value ? 'yes' : 'no');
  if (typeof value === 'object') return () => Object.entries(value).map(([name,
    each]) => `${fieldName('field', name)()} ${valueOf(name, each)()}`).join(', ');
  if (kMoney.includes(field) && /^-?\d+(\.\d+)?$/.test(value)) return () => money(value);
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

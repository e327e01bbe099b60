// Money, times and numbers as people read them, in the language of the moment.
import { language } from './text.js';

const place = () => (language() === 'fr' ? 'fr-FR' : 'en-GB');
const kZone = 'Europe/Paris';  // the bank's, wherever the reader of the page is

// "1234.56" → 1 234,56 €
export const money = (text, currency = 'EUR') => new Intl.NumberFormat(place(), { style: 'currency', currency }).format(text);

const formatted = (ms, options) => new Intl.DateTimeFormat(place(), { timeZone: kZone, ...options }).format(new Date(ms));
export const day = (ms) => formatted(ms, { dateStyle: 'medium' });
export const moment = (ms) => formatted(ms, { dateStyle: 'medium', timeStyle: 'short' });

// FR7642559000011234567890121 → FR76 4255 9000 0112 3456 7890 121
export const grouped = (iban) => iban.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');

// 272 000 → 4:32
export function minutes(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

// What a person types, "1 234,5" or "1234.50", as the bank takes it: "1234.50". Null where it is no amount above zero.
export function amountOf(typed) {
  const plain = typed.replace(/[\s\u00a0\u202f€]/g, '').replace(',', '.');
  const found = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(plain);
  if (!found) return null;
  const whole = found[1].replace(/^0+(?=\d)/, '');
  const text = `${whole}.${(found[2] ?? '').padEnd(2, '0')}`;
  return Number(text) > 0 ? text : null;
}

// ISO 13616: letters are numbers, and the remainder by 97 is 1. The IBAN without spaces; null where it is none.
export function ibanOf(typed) {
  const iban = typed.replace(/\s/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return null;
  const digits = [...iban.slice(4) + iban.slice(0, 4)].map((each) => Number.parseInt(each, 36)).join('');
  return BigInt(digits) % 97n === 1n ? iban : null;
}

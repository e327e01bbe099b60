// What the pages say, in the language of the moment. The words are in text-fr.js and text-en.js.
import { keep, kept } from './kept.js';
import { kEnglish } from './text-en.js';
import { kFrench } from './text-fr.js';

const kTexts = { fr: kFrench, en: kEnglish };
const kRemembered = 'sesame.language';

function preferred() {
  const wanted = [kept(kRemembered), ...(navigator.languages ?? [navigator.language])];
  return wanted.map((each) => (each ?? '').slice(0, 2)).find((each) => each in kTexts) ?? 'fr';
}

let current = preferred();

export const language = () => current;

export function speak(code) {
  current = code;
  keep(kRemembered, code);
}

// A French sign of two parts stays with its word.
const tied = (text) => text.replace(/ (?=[:;?!»€%])/g, '\u00a0').replace(/« /g, '«\u00a0');

// {name} stands for values.name, which may be a function that makes a text.
export function t(key, values = {}) {
  const text = kTexts[current][key];
  if (text === undefined) throw new Error(`no text is called ${key}`);
  const said = text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === 'function' ? value() : value;
  });
  return current === 'fr' ? tied(said) : said;
}

// A text that follows the language: dom.js.
export const T = (key, values) => () => t(key, values);

export const knows = (key) => kTexts[current][key] !== undefined;

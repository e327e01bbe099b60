// FR and EN, on every page.
import { h } from './dom.js';
import { language, speak, T } from './text.js';

const kLanguages = [['fr', 'Français', 'FR'], ['en', 'English', 'EN']];

export function languageButtons(changed) {
  const button = ([code, name, short]) => h('button', {
    type: 'button', lang: code, 'aria-label': `${short}, ${name}`, 'data-language': code,
    'aria-pressed': () => String(language() === code),
    onclick: () => {
      speak(code);
      document.documentElement.lang = code;
      changed();
    },
  }, short);
  return h('div', { class: 'languages', role: 'group', 'aria-label': T('language') }, kLanguages.map(button));
}

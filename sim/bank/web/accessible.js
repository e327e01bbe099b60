// « Version accessible »: larger text, one column, no decoration. The browser keeps the choice.
import { h } from './dom.js';
import { keep, kept } from './kept.js';
import { T } from './text.js';

const kKept = 'sesame.bank.accessible';

const isOn = () => document.documentElement.dataset.accessible === 'true';

function set(on) {
  document.documentElement.dataset.accessible = on;
  for (const each of document.querySelectorAll('.accessible-switch input')) each.checked = on;
}
set(kept(kKept) === 'true');

export const accessibleSwitch = () => h('label', { class: 'switch accessible-switch' },
  h('input', {
    type: 'checkbox', role: 'switch', checked: isOn(),
    onchange: (event) => {
      keep(kKept, event.target.checked ? 'true' : null);
      set(event.target.checked);
    },
  }), h('span', { class: 'track', 'aria-hidden': 'true' }), h('span', {}, T('accessibleVersion')));

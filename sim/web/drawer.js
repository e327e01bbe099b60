// The drawer: cards, what the present one has counted, and reader models.
import { shortTitle } from './card.js';
import { by, h } from './dom.js';

// Kept where it is, so that the focus is not lost: only what changed is set.
function list(root, entries, make, choose) {
  const names = JSON.stringify(entries);
  if (root.dataset.entries === names) return;
  root.dataset.entries = names;
  root.replaceChildren(...entries.map((each) => h('li', {},
    h('button', { type: 'button', 'data-name': each.name, onclick: () => choose(each.name) }, ...make(each)))));
}

function mark(root, name) {
  for (const button of root.querySelectorAll('button')) button.setAttribute('aria-pressed', button.dataset.name === name);
}

export function createDrawer({ chooseCard, chooseModel, setCounters }) {
  const form = by('counters');
  // What somebody typed stays, whatever else happens, until it is set or the card goes.
  let typed = false;
  form.addEventListener('input', () => { typed = true; });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    typed = false;
    setCounters({ atc: by('atc').value.toUpperCase(), tries_left: Number(by('tries').value) });
    document.activeElement.blur();
  });
  return {
    show(reader, chosen, cards, profiles) {
      list(by('cards'), cards, (each) => [
        h('span', { class: 'mini', 'data-card': each.name, 'aria-hidden': 'true' }),
        h('span', { class: 'title' }, shortTitle(each)),
        h('small', {}, each.title.split(': ').slice(1).join(': '))], chooseCard);
      mark(by('cards'), chosen);
      list(by('models'), profiles, (each) => [each.title], chooseModel);
      mark(by('models'), reader.profile);
      const state = reader.card?.state ?? null;
      form.hidden = state === null;
      if (!state) typed = false;
      if (typed || !state) return;
      by('atc').value = state.atc;
      by('tries').value = state.tries_left;
    },
  };
}

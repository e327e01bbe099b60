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
  const fields = { last_atc: by('atc'), tries_left: by('tries') };
  // What was typed stays, whatever else happens, until it is set or refused, or the card goes.
  let typed = false;
  let state = null;
  let of = null;  // whose counters these are

  const fill = () => {
    typed = false;
    for (const [name, input] of Object.entries(fields)) input.value = state?.[name] ?? '';
  };
  const written = () => ({
    ...(fields.last_atc.value !== '' && { last_atc: fields.last_atc.value.toUpperCase() }),
    ...(fields.tries_left.value !== '' && { tries_left: Number(fields.tries_left.value) }),
  });
  form.addEventListener('input', () => { typed = true; });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    typed = false;
    setCounters(written());
    document.activeElement.blur();
  });
  return {
    // `schema`: of counters to be set, from openapi.json.
    describe({ properties: { last_atc, tries_left: tries } }) {
      fields.last_atc.pattern = last_atc.pattern;
      fields.tries_left.min = tries.minimum;
      fields.tries_left.max = tries.maximum;
    },
    // `another`: it is not the reader that was shown before.
    show(reader, another, chosen, cards, profiles) {
      list(by('cards'), cards, (each) => [
        h('span', { class: 'mini', 'data-card': each.name, 'aria-hidden': 'true' }),
        h('span', { class: 'title' }, shortTitle(each)),
        h('small', {}, each.title.split(': ').slice(1).join(': '))], chooseCard);
      mark(by('cards'), chosen);
      list(by('models'), profiles, (each) => [each.title], chooseModel);
      mark(by('models'), reader.profile);
      state = reader.card?.state ?? null;
      by('counters-of').disabled = state === null;  // they keep their place
      if (another || !typed || of !== reader.card?.name) fill();
      of = reader.card?.name;
    },
    // After a refusal: the counters are those of the card.
    settle: fill,
  };
}

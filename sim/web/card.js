// The card in front of the slot: a click or a pull moves it in and out, and its PIN is printed on it.
import { by, disable, h } from './dom.js';
import { t } from './text.js';

const kFar = 40;  // pixels that a hand has to move it
// Of the cards that are shipped: hw-profiles/cards. It is unknown of a card of one's own.
const kPins = new Map(
  ['sesame-card', 'bank-card', 'aes-card', 'belgian-card', 'maestro-like', 'rabobank-like'].map((name) => [name, '1234']));

export const shortTitle = (card) => card.title.split(':')[0];

export function createCard({ insert, pull, typePin }) {
  const card = by('card');
  const move = by('card-move');
  const pin = by('card-pin');
  let inserted = false;
  let drag = null;  // { from, by }
  let digits = '';

  move.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    drag = { from: event.clientY, by: 0 };
    move.setPointerCapture(event.pointerId);
  });
  move.addEventListener('pointermove', (event) => {
    if (!drag) return;
    const room = card.offsetHeight * 0.45;
    const way = event.clientY - drag.from;
    drag.by = inserted ? Math.max(-room, Math.min(0, way)) : Math.max(-10, Math.min(room, way));
    card.classList.add('dragged');
    card.style.setProperty('--drag', `${drag.by}px`);
  });
  const drop = () => {
    card.classList.remove('dragged');
    card.style.removeProperty('--drag');
  };
  move.addEventListener('pointercancel', () => {
    drag = null;
    drop();
  });
  // A drag ends in a click too.
  move.addEventListener('click', () => {
    const way = drag?.by ?? 0;
    drag = null;
    drop();
    if (Math.abs(way) > 4 && Math.abs(way) < kFar) return;
    if (inserted) pull();
    else insert();
  });
  pin.addEventListener('click', () => typePin(digits));

  return {
    // `shipped`: the card as the list of cards has it; nothing for a card of the user's own.
    show(reader, name, shipped) {
      inserted = reader.card !== null;
      const title = shipped ? shortTitle(shipped) : name;
      card.dataset.card = shipped ? name : 'own';
      card.classList.toggle('in', inserted);
      card.classList.toggle('invites', !inserted && ['off', 'insert_card'].includes(reader.state));
      by('card-brand').textContent = title;
      move.setAttribute('aria-label', t(inserted ? 'pull' : 'insert', { card: title }));
      const asked = ['pin', 'host_pin'].includes(reader.state);
      digits = kPins.get(name) ?? '';
      pin.hidden = digits === '';
      disable(pin, !asked);
      pin.classList.toggle('invites', asked);
      pin.replaceChildren(h('span', {}, 'PIN'), ' ', h('b', {}, digits), ...(asked ? [' ', h('em', {}, t('typePin'))] : []));
    },
  };
}

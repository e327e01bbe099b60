// The display once more, at the edge of the window, as long as the device is scrolled away: of a phone, mostly.
import { by } from './dom.js';
import { createLcd } from './lcd.js';

export function createGlance() {
  const bar = by('glance');
  const lcd = createLcd(by('glance-dots'), by('glance-lcd'));
  let shown = null;  // what is to be seen: { screen, lit }
  let away = false;

  const draw = () => {
    bar.hidden = !away || shown === null;
    if (!bar.hidden) lcd.show(shown.screen, shown.lit);
  };
  new IntersectionObserver(([entry]) => {
    away = !entry.isIntersecting && entry.boundingClientRect.bottom < 1 && entry.boundingClientRect.height > 0;
    draw();
  }).observe(by('lcd'));
  bar.addEventListener('click', () => by('device').scrollIntoView({ block: 'start' }));

  return {
    show({ screen, lit }) {
      shown = { screen, lit };
      draw();
    },
    leave() {
      shown = null;
      draw();
    },
  };
}

// The reader's clock: what it shows, and moving it where it stands still.
import { by, disable } from './dom.js';

const kTick = 100;  // milliseconds

export function createClock({ chooseClock, advance, toNextDeadline }) {
  let reader = null;
  let seen = 0;  // when that was its time, on the page's clock

  for (const button of document.querySelectorAll('[data-clock]')) {
    button.addEventListener('click', () => chooseClock(button.dataset.clock));
  }
  for (const button of document.querySelectorAll('[data-advance]')) {
    button.addEventListener('click', () => advance(Number(button.dataset.advance)));
  }
  by('next-deadline').addEventListener('click', toNextDeadline);

  const now = () => (reader.clock === 'real' ? reader.now_ms + performance.now() - seen : reader.now_ms);
  const tickers = [];
  const draw = () => {
    if (!reader) return;
    const seconds = now() / 1000;
    const minutes = Math.floor(seconds / 60);
    by('now').textContent = `${minutes}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
    for (const each of tickers) each();
  };
  setInterval(draw, kTick);

  return {
    show(next) {
      reader = next;
      seen = performance.now();
      const real = reader.clock === 'real';
      for (const button of document.querySelectorAll('[data-clock]')) {
        button.setAttribute('aria-pressed', button.dataset.clock === reader.clock);
      }
      for (const button of document.querySelectorAll('[data-advance]')) disable(button, real);
      disable(by('next-deadline'), real || reader.deadline_ms === null);
      draw();
    },
    leave() {
      reader = null;
    },
    // Seconds until the deadline, rounded up; null where there is none.
    secondsLeft() {
      if (!reader || reader.deadline_ms === null) return null;
      return Math.max(0, Math.ceil((reader.deadline_ms - now()) / 1000));
    },
    onTick: (each) => tickers.push(each),
  };
}

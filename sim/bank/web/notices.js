// What the page says in passing, above the view: that something is done, or why somebody is where he is.
import { by, fill, h } from './dom.js';

let waiting = null;  // until the next view is there

const place = () => by('notice');

function show(text, kind) {
  fill(place(), h('p', { class: kind }, text));
}

// Said with the next view, which is on its way.
export function notify(text, kind = 'good') { waiting = { text, kind }; }
// Said at once, where one is.
export function sayNow(text, kind = 'good') { show(text, kind); }

export function turnPage() {
  if (waiting) show(waiting.text, waiting.kind);
  else place().replaceChildren();
  waiting = null;
}

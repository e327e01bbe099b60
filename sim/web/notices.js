// What the page says by itself: in passing, or for as long as it is so.
import { by, h } from './dom.js';

const kShown = 6000;          // milliseconds, at least
const kPerCharacter = 80;     // of what is to be read

const toast = by('toast');
let timer = 0;

function hide() {
  clearTimeout(timer);
  if (toast.hidden) return;
  toast.hidePopover?.();
  toast.hidden = true;
}
function hideLater() {
  clearTimeout(timer);
  timer = setTimeout(hide, Math.max(kShown, toast.textContent.length * kPerCharacter));
}

// Over everything, whatever the page has stacked: a popover is in the browser's top layer.
export function sayInPassing(text) {
  hide();
  toast.hidden = false;
  toast.textContent = text;
  toast.showPopover?.();
  hideLater();
}
toast.addEventListener('click', hide);
toast.addEventListener('pointerenter', () => clearTimeout(timer));
toast.addEventListener('pointerleave', () => { if (!toast.hidden) hideLater(); });
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });

// ---- the banner

const banner = by('banner');
let standing = null;

function draw() {
  const { text, action, run } = standing();
  banner.replaceChildren(text, ...(action ? [' ', h('button', { type: 'button', onclick: run }, action)] : []));
}

// `make` says what it is, in the language of the moment: { text, action, run }. The same one again changes nothing.
export function stand(make) {
  if (standing === make) return;
  standing = make;
  banner.hidden = false;
  draw();
}
export function standDown() {
  standing = null;
  banner.hidden = true;
}
export function translateNotices() {
  if (standing) draw();
}

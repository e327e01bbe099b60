// An element with properties, attributes and children: h('button', { type: 'button', class: 'key' }, 'OK').
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const by = (id) => document.getElementById(id);

// What is said again is announced again; so only what is new is written.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Not to be worked just now. Unlike a disabled one it keeps the focus, so that the next Enter goes nowhere else.
export function disable(button, off) {
  button.setAttribute('aria-disabled', off);
}
document.addEventListener('click', (event) => {
  if (!event.target.closest('[aria-disabled=true]')) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

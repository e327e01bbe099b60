// Elements, and what they say. A text, or an attribute, that is given as a function is written anew in the language of
// the moment by retell(): nothing that was typed or begun is lost when the language changes.

const kTexts = new WeakMap();       // a text node → what it says
const kAttributes = new WeakMap();  // an element → [attribute, what it says]…

function saying(make) {
  const node = document.createTextNode(make());
  kTexts.set(node, make);
  return node;
}

const isThere = (child) => child !== null && child !== undefined && child !== false;

function append(element, children) {
  const node = (child) => (typeof child === 'function' ? saying(child) : child);
  element.append(...children.flat(Infinity).filter(isThere).map(node));
}

function setAttribute(element, name, value) {
  if (name.startsWith('on')) {
    element.addEventListener(name.slice(2), value);
  } else if (typeof value === 'function') {
    const said = kAttributes.get(element) ?? [];
    kAttributes.set(element, [...said.filter(([other]) => other !== name), [name, value]]);
    element.setAttribute(name, value());
  } else if (value === true) {
    element.setAttribute(name, '');
  } else if (isThere(value)) {
    element.setAttribute(name, value);
  }
}

function make(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  append(element, children);
  return element;
}

// h('button', { type: 'button', onclick: act }, T('validate')): a child is a node, a text, a function that makes a text,
// or a list of these; null and false are none.
export function h(tag, attributes = {}, ...children) {
  return make(document.createElement(tag), attributes, children);
}
export function svg(tag, attributes = {}, ...children) {
  return make(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

export const by = (id) => document.getElementById(id);

// Instead of what was in it.
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

// What is said again is announced again; so only what is new is written.
export function say(element, said) {
  const text = typeof said === 'function' ? said() : said;
  if (element.textContent === text) return;
  fill(element, said);
}

// Everything in `root` that is said by a function, in the language of the moment.
export function retell(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    const text = kTexts.get(node);
    if (text) node.data = text();
    for (const [name, value] of kAttributes.get(node) ?? []) node.setAttribute(name, value());
  }
}

// Not to be worked just now. Unlike a disabled one it keeps the focus.
export function disable(button, off) {
  button.setAttribute('aria-disabled', off);
}
document.addEventListener('click', (event) => {
  if (!event.target.closest('[aria-disabled=true]')) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

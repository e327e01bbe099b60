// What the browser keeps between two visits, where it may: language, accessible version, and the identifier of who asked
// for that. Nothing secret.

// Each tenant of a test has its own: they share an origin.
const own = (name) => (name.startsWith('sesame.language') ? name : `${name}@${location.pathname.replace(/[^/]*$/, '')}`);

export function kept(name) {
  try {
    return localStorage.getItem(own(name));
  } catch {
    return null;  // storage may be forbidden
  }
}

// `value` null: kept no longer.
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(own(name));
    else localStorage.setItem(own(name), value);
  } catch {
    // then it is forgotten with the page
  }
}

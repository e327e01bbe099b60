// Where in the page somebody is: the part of the address after #/, "accounts/3?days=30" as { path, params, query }.

export function place() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter((each) => each !== '').map((each) => {
    try {
      return decodeURIComponent(each);
    } catch {
      return each;  // then it names nothing
    }
  });
  return { parts, query: new URLSearchParams(query), text: path };
}

export const hashOf = (path) => `#/${path}`;

// Leads there; to where one is already, once more.
export function go(path) {
  if (location.hash === hashOf(path)) globalThis.dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = hashOf(path);
}
// …and does not come back here by the browser's own button.
export function goInstead(path) {
  history.replaceState(null, '', hashOf(path));
  globalThis.dispatchEvent(new HashChangeEvent('hashchange'));
}

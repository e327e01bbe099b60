// What the three sites have in common when somebody logs in.
import { call } from './api.js';
import { go } from './router.js';
import { adopt, session } from './session.js';

// What was typed on the way in, until the page is left: never a code or a password.
export const draft = {};

// Where the visitor wanted to go before the bank asked who is there.
let wanted = null;
export function remember(path) { wanted = path; }

// Where somebody belongs who has just shown who is there, or may now do more.
export function onward() {
  const { access, authorization } = session();
  if (access === 'must_change') return go('secret');
  if (access === 'must_prove') return go('strong');
  const path = wanted ?? (authorization ? 'continue' : 'accounts');
  wanted = null;
  return go(path);
}

// `how`: code, confidential, password.
export async function logIn(how, site, identifiers, secrets) {
  Object.assign(draft, { site, method: how, identifiers });
  adopt(await call('POST', `api/login/${how}`, { ...(how === 'code' && { site }), ...identifiers, ...secrets }));
  onward();
}

// For a form of a login: who is disabled is told what to do.
export const whenDisabled = (site) => (error) => {
  if (error.code !== 'disabled') return false;
  go(`disabled/${site}`);
  return true;
};

// Where the simulator wants a token: asks for it until it has one, or the user gives up.
import { ApiError, call } from './api.js';
import { by } from './dom.js';
import { t } from './text.js';

// `entered` is called once the server knows us, `dismissed` when the dialog was left without.
export function createSignIn({ entered, dismissed }) {
  const dialog = by('sign-in');
  const token = by('token');
  const refused = by('token-refused');
  let known = false;

  by('token-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    refused.textContent = '';
    try {
      await call('POST', '/v1/session', { token: token.value });
      known = true;
      dialog.close();
    } catch (error) {
      refused.textContent = !(error instanceof ApiError) ? t('unreachable')
        : error.code === 'wrong_token' ? t('refused') : [error.message, error.hint].join('; ');
    }
  });
  dialog.addEventListener('close', () => {
    token.value = '';
    refused.textContent = '';
    if (known) entered();
    else dismissed();
  });
  return {
    ask() {
      known = false;
      if (!dialog.open) dialog.showModal();
    },
    // Another tab has shown the token: the cookie is everybody's.
    spare() {
      if (!dialog.open) return;
      known = true;
      dialog.close();
    },
  };
}

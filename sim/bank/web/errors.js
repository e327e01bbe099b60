// What went wrong, in words: by the code of the API's error.
import { ApiError } from './api.js';
import { knows, T, t } from './text.js';

const kInWords = {
  refused: 'errorRefused', busy: 'errorBusy', not_now: 'errorNotNow', over: 'errorOver', not_possible: 'errorNotPossible',
  no_session: 'endedIdle', environment: 'errorBusy',
  not_yours: 'errorNotEntitled', malformed_request: 'errorMalformed', disabled: 'errorDisabled',
};

// A text that follows the language. `refused`: what the code `refused` means here.
export function explained(error, { refused = 'errorRefused' } = {}) {
  if (error instanceof TypeError) return T('errorUnreachable');
  if (!(error instanceof ApiError)) return T('errorUnknown', { what: error.message });
  const { reason, rule } = error.answer;
  if (error.code === 'rule' && rule) return () => (knows(`rule_${rule}`) ? t(`rule_${rule}`) : t('errorUnknown', { what: rule }));
  if (error.code === 'not_possible' && reason) {
    return () => (knows(`impossible_${reason}`) ? t(`impossible_${reason}`) : t('errorUnknown', { what: reason }));
  }
  if (error.code === 'refused') {
    return () => [t(refused), ...(error.answer.last_try ? [t('lastTry')] : [])].join(' ');
  }
  const key = kInWords[error.code];
  return key ? T(key) : T('errorUnknown', { what: [error.message, error.hint].filter((each) => each).join('; ') });
}

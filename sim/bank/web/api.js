// The bank's HTTP API. Addresses are relative: the page works at the root and at the address of a tenant.

export class ApiError extends Error {
  // `answer`: the body, {"error":{"code","message","hint"}, …}; the rest of it stays readable as error.answer.
  constructor(status, answer) {
    const { code = 'unknown', message = '', hint = '' } = answer?.error ?? answer ?? {};
    super(message || `HTTP ${status}`);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.answer = answer ?? {};
  }
}

const kOver = ['no_session', 'bad_csrf_token'];

let token = '';
let bearer = '';
let over = async () => false;
let heard = () => {};

// Sent with whatever changes something; each session has its own.
export function useToken(csrf) { token = csrf; }
// The token that the simulator printed: the outbox wants it where others can reach this server.
export function useBearer(printed) { bearer = printed; }
// Called when the session, or its token, turns out to be over. Resolves to whether to try once more.
export function onOver(tell) { over = tell; }
// Called after each answer of a session that is not over.
export function onHeard(tell) { heard = tell; }

async function send(method, path, body) {
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRF-Token'] = token;
  if (bearer !== '') headers.Authorization = `Bearer ${bearer}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await fetch(path, {
    method, headers, cache: 'no-store', credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, json);
  return json;
}

// JSON in and out; null where the answer has no body. Throws ApiError; TypeError where there is no connection.
export async function call(method, path, body) {
  try {
    const json = await send(method, path, body);
    heard();
    return json;
  } catch (error) {
    if (!kOver.includes(error.code) || !(await over())) throw error;
    return send(method, path, body);
  }
}

export const at = (...parts) => ['api', ...parts.map((part) => encodeURIComponent(part))].join('/');

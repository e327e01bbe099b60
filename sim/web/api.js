// The simulator's HTTP API, as far as the page uses it. The page knows nothing that does not come from here.

export class ApiError extends Error {
  constructor(status, { code = 'unknown', message = '', hint = '' } = {}) {
    super(message || `HTTP ${status}`);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

// JSON in and out; null where the answer has no body. Throws ApiError; TypeError where there is no connection.
export async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, json ?? {});
  return json;
}

export const readerPath = (id) => `/v1/readers/${encodeURIComponent(id)}`;

// `work`, never twice at a time: asked for while it is under way it is done once more when it ends.
export function oneAtATime(work) {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await work();
      }
    } finally {
      running = false;
    }
  };
}

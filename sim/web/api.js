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

const kEvents = ['screen', 'key', 'card', 'apdu', 'clock', 'fault', 'reader', 'lost'];
const kRetry = 2000;  // milliseconds, where the browser gives up by itself

// Follows the events of one reader until close(). A dropped connection is taken up where it ended (Last-Event-ID, by
// the browser); where the server refused the stream it is asked again. `open` is called at each beginning,
// `broken` at each loss of the connection, `happened(kind, data)` for each event: `lost` says that some are missing.
export function watch(id, { open, broken, happened }) {
  let source = null;
  let timer = 0;
  let closed = false;
  const connect = () => {
    source = new EventSource(`${readerPath(id)}/events`);
    source.addEventListener('open', open);
    source.addEventListener('error', () => {
      if (closed) return;
      broken();
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(connect, kRetry);
    });
    for (const kind of kEvents) {
      source.addEventListener(kind, (event) => happened(kind, JSON.parse(event.data)));
    }
  };
  connect();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      source.close();
    },
  };
}

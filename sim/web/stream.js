// One event stream of the simulator for any number of listeners: a browser opens six connections to a server, and a
// stream keeps one for as long as it lasts.

const kEvents = ['screen', 'key', 'card', 'apdu', 'clock', 'fault', 'reader', 'lost'];
const kRetry = 2000;  // milliseconds, where the browser gives up by itself

// Each listener is a function that takes messages, { kind, data }:
//   'opened'   from here on nothing is missed; what was before is to be asked for
//   'broken'   the connection is lost; it is tried again, and opened says when it is there
//   'lost'     events are missing
//   'reader'   a reader was created or deleted, whichever it is
//   others     as the API names them, of the reader that is watched, or of all (kAll)
export const kAll = '*';  // no reader is called that

export function createStream() {
  const watched = new Map();  // a listener → the id of its reader
  let source = null;
  let open = false;
  let timer = 0;

  const tell = (kind, data = null) => {
    for (const [listener, id] of watched) {
      if (data?.reader === undefined || data.reader === id || id === kAll || kind === 'reader') listener({ kind, data });
    }
  };

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
    open = false;
  };
  const connect = () => {
    const own = new EventSource('/v1/events');
    source = own;
    own.addEventListener('open', () => {
      open = true;
      tell('opened');
    });
    own.addEventListener('error', () => {
      open = false;
      tell('broken');
      if (own.readyState === EventSource.CLOSED) timer = setTimeout(connect, kRetry);
    });
    for (const kind of kEvents) {
      own.addEventListener(kind, (event) => tell(kind, JSON.parse(event.data)));
    }
  };

  return {
    watch(listener, id) {
      watched.set(listener, id);
      if (source === null) connect();
      else if (open) listener({ kind: 'opened', data: null });
    },
    leave(listener) {
      watched.delete(listener);
      if (watched.size === 0) close();
    },
  };
}

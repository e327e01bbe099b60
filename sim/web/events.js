// What happens at the simulator, as it happens, while the page is visible: a hidden tab asks for nothing.
import { createStream } from './stream.js';

// A stream of this tab alone, with the face of a worker's port.
function ownStream(listener) {
  const stream = createStream();
  return { postMessage: (id) => (id === null ? stream.leave(listener) : stream.watch(listener, id)) };
}

// `listener` takes the messages of stream.js about the reader that is watched.
export function createEvents(listener) {
  let id = null;
  let port = null;

  const post = () => port.postMessage(document.hidden ? null : id);
  const alone = () => {
    port = ownStream(listener);
    if (id !== null) post();
  };
  const shared = () => {
    const worker = new SharedWorker('assets/worker.js', { type: 'module', name: 'sesame' });
    worker.addEventListener('error', alone);
    port = worker.port;
    port.onmessage = ({ data }) => listener(data);
  };
  try {
    shared();
  } catch {
    alone();  // a browser that has no such workers, or forbids them
  }

  document.addEventListener('visibilitychange', () => { if (id !== null) post(); });
  globalThis.addEventListener('pagehide', () => port.postMessage(null));
  globalThis.addEventListener('pageshow', (event) => { if (event.persisted && id !== null) post(); });
  return {
    // From here on of this reader: `opened` is the first that comes.
    watch(reader) {
      id = reader;
      post();
    },
  };
}

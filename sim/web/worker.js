// The event stream that all tabs of the page share. A tab posts the id of its reader, or null when it looks no more.
import { createStream } from './stream.js';

const stream = createStream();

globalThis.addEventListener('connect', ({ ports: [port] }) => {
  const listener = (message) => port.postMessage(message);
  port.onmessage = ({ data: id }) => {
    if (id === null) stream.leave(listener);
    else stream.watch(listener, id);
  };
});

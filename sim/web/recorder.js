// What was done on the page, in the order it was done: of each reader, since it was shown first or since forget().
//
// An entry: { do, … } with do one of insert (card), pull, press (key), hold (key), computer (command, text), advance (ms), next,
// reset, faults (faults), state (patch). `in` is the state that the reader was in. Of a real card's PIN the digits are not kept.

const kMost = 500;
const kPinStates = ['pin', 'host_pin'];
export const kSecret = '•';

export function createRecorder() {
  const all = new Map();  // id → { before, entries }

  const of = (reader) => {
    if (!all.has(reader.id)) all.set(reader.id, { before: reader, entries: [] });
    return all.get(reader.id);
  };
  return {
    // `before`: the reader as it was when `entry` was done.
    note(before, entry) {
      const { entries } = of(before);
      const secret = kPinStates.includes(before.state) && before.card?.kind === 'pcsc' && /^\d$/.test(entry.key ?? '');
      entries.push({ ...entry, ...(secret && { key: kSecret }), in: before.state });
      if (entries.length > kMost) entries.shift();
    },
    // What was done with it, and as what it began.
    of,
    forget: (reader) => all.delete(reader.id),
  };
}

// Keys that belong together as one step: a PIN, a number that is typed, or keys one after the other.
function joined(strokes) {
  const steps = [];
  for (let at = 0; at < strokes.length;) {
    const asked = strokes[at].in;
    const typed = kPinStates.includes(asked) ? 'pin' : asked === 'prompt' ? 'enter' : null;
    let end = at;
    while (typed && end < strokes.length && /^[\d.•]$/.test(strokes[end].key) && strokes[end].in === asked) end += 1;
    if (typed && end > at && strokes[end]?.key === 'OK' && strokes[end].in === asked) {
      steps.push({ do: typed, text: strokes.slice(at, end).map((each) => each.key).join('') });
      at = end + 1;
    } else {
      const last = steps.at(-1);
      if (last?.do === 'press') last.keys.push(strokes[at].key);
      else steps.push({ do: 'press', keys: [strokes[at].key] });
      at += 1;
    }
  }
  return steps;
}

// As the API takes it. A real card is called after its reader (sim/fleet/card_source.cpp); of a card that was made or
// recorded there is no more than its name.
const specOf = ({ name, kind }) => (kind === 'pcsc' ? { pcsc: name.replace(/^the card in /, '') } : name);

// The entries as steps: keys are joined, and time that passes in one go.
export function steps({ before, entries }) {
  const all = before.card && entries[0]?.do !== 'insert' ? [{ do: 'insert', card: specOf(before.card) }] : [];
  if (before.faults.length > 0 && entries[0]?.do !== 'faults') all.push({ do: 'faults', faults: before.faults });
  let strokes = [];
  const flush = () => {
    all.push(...joined(strokes));
    strokes = [];
  };
  for (const entry of entries) {
    if (entry.do === 'press') {
      strokes.push(entry);
      continue;
    }
    flush();
    const last = all.at(-1);
    if (entry.do === 'advance' && last?.do === 'advance') last.ms += entry.ms;
    else all.push({ ...entry });
  }
  flush();
  return all;
}

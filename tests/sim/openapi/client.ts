// A user's program: openapi-fetch with the types that openapi-typescript makes of /openapi.json.
import createClient from 'openapi-fetch';
import type { paths } from './sim.js';

declare const process: { argv: string[] };

const [, , url, token] = process.argv;
const client = createClient<paths>({ baseUrl: url!, headers: { Authorization: `Bearer ${token}` } });

const { data: reader, error } = await client.POST('/v1/readers', { body: { label: 'a program in TypeScript', ttl_s: 60 } });
if (!reader) throw new Error(error.message);
const id = { path: { id: reader.id } };

const { data: ready } = await client.PUT('/v1/readers/{id}/card', {
  params: id, body: { name: 'sesame-card', next_atc: '00B4' },
});
console.log(ready?.state, ready?.card?.state?.next_atc);

const { data: pressed } = await client.POST('/v1/readers/{id}/keys', {
  params: id, body: { keys: ['CODE', '1', '2', '3', '4', 'OK'] },
});
console.log(pressed?.state, pressed?.code);

// What kind a fault is of tells what else it has.
const { data: broken } = await client.PUT('/v1/readers/{id}/faults', {
  params: id, body: { faults: [{ kind: 'slow', ms: 500 }] },
});
for (const fault of broken?.faults ?? []) {
  if (fault.kind === 'slow') console.log('fault', fault.kind, fault.ms);
}

await client.DELETE('/v1/readers/{id}', { params: id });
const { error: gone } = await client.GET('/v1/readers/{id}', { params: id });
console.log(gone?.code);

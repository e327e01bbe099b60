// The examples of a README, each as a file of its language; and what they are to print: the comment behind a console.log.
import { readFileSync } from 'node:fs';

export function examplesOf(path) {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));
}

export const promised = (code) => [...code.matchAll(/^\s*console\.log\(.*\);(?: *\/\/ (.*))?$/gm)].map(([, text]) => text);

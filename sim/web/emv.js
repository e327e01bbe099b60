// What the bytes of a command and its answer mean: ISO 7816-4, EMV 4.3 Book 3. For reading, not for computing.

const kTags = {
  '42': ['Issuer identification number', 'Numéro d’identification de l’émetteur'],
  '4F': ['Application identifier', 'Identifiant d’application (AID)'],
  '50': ['Application label', 'Nom de l’application'],
  '57': ['Track 2 equivalent data', 'Équivalent de la piste 2'],
  '5A': ['Account number (PAN)', 'Numéro de carte (PAN)'],
  '5F20': ['Cardholder name', 'Nom du porteur'],
  '5F24': ['Expiration date', 'Date d’expiration'],
  '5F25': ['Effective date', 'Date d’effet'],
  '5F28': ['Issuer country', 'Pays de l’émetteur'],
  '5F2A': ['Transaction currency', 'Devise de la transaction'],
  '5F2D': ['Language preference', 'Langues préférées'],
  '5F30': ['Service code', 'Code service'],
  '5F34': ['PAN sequence number', 'Numéro de séquence du PAN'],
  '61': ['Application template', 'Gabarit d’application'],
  '6F': ['File control information', 'Informations de contrôle du fichier'],
  '70': ['Record', 'Enregistrement'],
  '77': ['Answer, format 2', 'Réponse, format 2'],
  '80': ['Answer, format 1', 'Réponse, format 1'],
  '82': ['Application interchange profile', 'Profil d’échange (AIP)'],
  '83': ['Command template', 'Gabarit de commande'],
  '84': ['Name of the selected file', 'Nom du fichier choisi'],
  '87': ['Application priority', 'Priorité de l’application'],
  '88': ['Short file identifier', 'Identifiant court de fichier'],
  '8A': ['Authorisation response code', 'Code de réponse d’autorisation'],
  '8C': ['CDOL1: what the card wants to be told', 'CDOL1 : ce que la carte veut savoir'],
  '8D': ['CDOL2: what the card wants to be told', 'CDOL2 : ce que la carte veut savoir'],
  '8E': ['Cardholder verification methods', 'Méthodes de vérification du porteur'],
  '94': ['Where the records are (AFL)', 'Où sont les enregistrements (AFL)'],
  '95': ['Terminal verification results', 'Résultats de vérification du terminal'],
  '9A': ['Transaction date', 'Date de la transaction'],
  '9C': ['Transaction type', 'Type de transaction'],
  '9F02': ['Amount', 'Montant'],
  '9F03': ['Amount, other', 'Autre montant'],
  '9F07': ['Application usage control', 'Contrôle d’usage de l’application'],
  '9F08': ['Application version', 'Version de l’application'],
  '9F0D': ['Issuer action code, default', 'Code action émetteur, défaut'],
  '9F0E': ['Issuer action code, denial', 'Code action émetteur, refus'],
  '9F0F': ['Issuer action code, online', 'Code action émetteur, en ligne'],
  '9F10': ['Issuer application data', 'Données de l’émetteur (IAD)'],
  '9F11': ['Issuer code table', 'Table de caractères de l’émetteur'],
  '9F12': ['Application preferred name', 'Nom préféré de l’application'],
  '9F13': ['Last online ATC', 'Dernier ATC en ligne'],
  '9F17': ['PIN tries left', 'Essais restants du code secret'],
  '9F1A': ['Terminal country', 'Pays du terminal'],
  '9F26': ['Application cryptogram', 'Cryptogramme'],
  '9F27': ['Kind of cryptogram', 'Nature du cryptogramme'],
  '9F36': ['Transaction counter (ATC)', 'Compteur de transactions (ATC)'],
  '9F37': ['Unpredictable number', 'Nombre imprévisible'],
  '9F38': ['PDOL: what the card wants to be told', 'PDOL : ce que la carte veut savoir'],
  '9F42': ['Application currency', 'Devise de l’application'],
  '9F44': ['Currency exponent', 'Exposant de la devise'],
  '9F4D': ['Log entry', 'Journal de la carte'],
  '9F4F': ['Log format', 'Format du journal'],
  '9F55': ['CAP: flags (IAF)', 'CAP : drapeaux (IAF)'],
  '9F56': ['CAP: which bits make the code (IPB)', 'CAP : quels bits font le code (IPB)'],
  'A5': ['Proprietary information', 'Informations propriétaires'],
  'BF0C': ['Issuer’s own data', 'Données libres de l’émetteur'],
};

// By their identifiers: those that readers of this kind ask for, and the directory.
const kApplications = {
  A0000000048002: 'Mastercard CAP', A0000000038002: 'Visa DPA', A0000000041010: 'Mastercard', A0000000043060: 'Maestro',
  A0000000031010: 'Visa', A0000000032010: 'Visa Electron', A0000000421010: 'CB', A0000001118002: 'PostFinance',
  A0000002040000: 'APACS', D056000666111010: 'Bancontact', '315041592E5359532E4444463031': 'PSE',
};

const kStatusWords = [
  [/^9000$/, 'done', 'exécutée'],
  [/^61(..)$/, 'done, more to fetch', 'exécutée, suite à lire'],
  [/^6283$/, 'the file is blocked', 'fichier bloqué'],
  [/^63C(.)$/, 'wrong PIN, {n} tries left', 'code faux, reste {n} essais'],
  [/^6700$/, 'wrong length', 'longueur fausse'],
  [/^6983$/, 'the PIN is blocked', 'code secret bloqué'],
  [/^6984$/, 'the PIN cannot be used', 'code secret inutilisable'],
  [/^6985$/, 'conditions not satisfied', 'conditions non remplies'],
  [/^6A81$/, 'not supported', 'non géré'],
  [/^6A82$/, 'not found', 'introuvable'],
  [/^6A83$/, 'no such record', 'pas d’autre enregistrement'],
  [/^6A88$/, 'no such data', 'pas de telles données'],
  [/^6C(..)$/, 'asks for another length', 'demande une autre longueur'],
  [/^6D00$/, 'unknown instruction', 'instruction inconnue'],
  [/^6E00$/, 'unknown class', 'classe inconnue'],
];

const pick = (pair, language) => (language === 'fr' ? pair[1] : pair[0]);

export function statusWord(sw, language) {
  for (const [pattern, ...words] of kStatusWords) {
    const found = pattern.exec(sw);
    if (found) return pick(words, language).replace('{n}', Number.parseInt(found[1], 16));
  }
  return '';
}

// What a reader reckons with: it asks for the next application, record or data object then.
const kReckonedWith = { A4: /^6A82$/, B2: /^6A8[23]$/, CA: /^6A8[18]$|^6D00$/ };

// Of an answer to `instruction`: good, plain (no, but nothing is wrong), or bad.
export function verdict(instruction, sw) {
  if (/^(9000|61..|6C..)$/.test(sw)) return 'good';
  return kReckonedWith[instruction]?.test(sw) ? 'plain' : 'bad';
}

// Data of a command: case 3 or 4, short.
export const dataOf = (command) => (command.length > 10 ? command.slice(10, 10 + 2 * Number.parseInt(command.slice(8, 10), 16)) : '');

function find(nodes, tag) {
  for (const node of nodes ?? []) {
    if (node.tag === tag) return node.value;
    const inside = find(node.children, tag);
    if (inside) return inside;
  }
  return '';
}
export const valueIn = (hex, tag) => find(parseTlv(hex), tag);

// Of the application that a SELECT asks for; `answer` may have its label.
export function applicationName(aid, answer = '') {
  const label = printable(valueIn(answer, '50'));
  const known = kApplications[aid] ?? Object.entries(kApplications).find(([each]) => aid.startsWith(each))?.[1];
  return [label, known].filter(Boolean).join(' · ') || printable(aid) || aid;
}

// The ATC in an answer to GENERATE AC, of either format.
export function counterIn(answer) {
  const nodes = parseTlv(answer) ?? [];
  if (nodes.length === 1 && nodes[0].tag === '80') return nodes[0].value.slice(2, 6);
  return find(nodes, '9F36');
}

const constructed = (tag) => (Number.parseInt(tag.slice(0, 2), 16) & 0x20) !== 0;

// BER-TLV: [{ tag, value, children }], or null where the hexadecimal digits are no whole TLV data.
export function parseTlv(hex) {
  const byte = (at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  const size = hex.length / 2;
  const found = [];
  for (let at = 0; at < size;) {
    const start = at;
    if ((byte(at++) & 0x1F) === 0x1F) while (at < size && byte(at++) & 0x80);
    const tag = hex.slice(2 * start, 2 * at);
    if (at >= size) return null;
    let length = byte(at++);
    if (length & 0x80) {
      const more = length & 0x7F;
      if (more === 0 || more > 2 || at + more > size) return null;
      length = Number.parseInt(hex.slice(2 * at, 2 * (at + more)), 16);
      at += more;
    }
    if (at + length > size) return null;
    const value = hex.slice(2 * at, 2 * (at + length));
    at += length;
    const children = constructed(tag) ? parseTlv(value) : null;
    if (constructed(tag) && children === null) return null;
    found.push({ tag, value, children });
  }
  return found;
}

export const tagName = (tag, language) => (tag in kTags ? pick(kTags[tag], language) : '');

// The value as text too, where its characters are printable and there are some.
export function printable(hex) {
  const bytes = hex.match(/../g) ?? [];
  const text = bytes.map((each) => String.fromCharCode(Number.parseInt(each, 16))).join('');
  return bytes.length > 1 && /^[\x20-\x7E]+$/.test(text) && /[A-Za-z]{2}/.test(text) ? text : '';
}

// Format 1 has no tags inside (EMV 4.3 Book 3, 6.5.5.4 and 6.5.8.4): what stands where, as if it had.
export function format1(instruction, value) {
  const parts = { AE: [['9F27', 2], ['9F36', 4], ['9F26', 16], ['9F10', Infinity]], A8: [['82', 4], ['94', Infinity]] }[instruction];
  if (!parts) return null;
  let at = 0;
  return parts
    .map(([tag, size]) => ({ tag, value: value.slice(at, at += size), children: null }))
    .filter((each) => each.value !== '');
}

export const spaced = (hex) => hex.replace(/(..)(?=.)/g, '$1 ');

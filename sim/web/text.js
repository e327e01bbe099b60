// What the page says. The reader's own words come from the API.

const kTexts = {
  en: {
    reader: 'Card reader', watching: 'Reader', language: 'Language', functions: 'Functions', keypad: 'Keypad',
    cards: 'Cards', models: 'Models', clock: 'Clock', faults: 'Faults', log: 'Between reader and card', asText: 'as text',
    logEmpty: 'Every command and answer will be listed here.',
    tries: 'Tries', set: 'Set', real: 'Real', paused: 'Paused', advance: 'Move the clock', next: 'Next event',
    reset: 'A fresh reader',
    ok: 'OK', clear: 'C, correct; hold to cancel', point: 'Decimal point',
    insert: 'Insert the card: {card}', pull: 'Pull out the card: {card}', typePin: 'Type it', typePinLabel: 'Type the PIN, {pin}',
    inserted: 'in the reader',
    hintInsert: 'Slide the card in', hintWake: 'Press any key', hintFunction: 'Press {keys}', or: ' or ', hintPin: 'Type the PIN, then OK',
    hintPrompt: 'Type a number, then OK', hintOk: 'OK goes on', hintMenu: 'The menu’s key goes on, C back', hintCode: 'Dark in {seconds} s', hintWait: 'The card is working',
    hintNotice: 'OK begins anew', hintDead: 'The battery is empty: take a fresh reader', hintConnected: 'A program uses the card',
    copy: 'Copy the code', copied: 'Copied',
    dark: 'The screen is dark', screenSays: 'Screen: {text}',
    lost: 'Connection lost. Trying again…', gone: 'This reader is gone.', another: 'Take another',
    signIn: 'Who is there?', token: 'Token', tokenWhere: 'sesame sim printed a token when it started.', enter: 'Enter', refused: 'That is not the token.',
    unreachable: 'The simulator does not answer.', uninvited: 'The simulator wants its token.', signInAgain: 'Enter it',
    cardStays: 'The card “{card}” stays in the reader before.', notCopied: 'The browser does not let the code be copied.',
    takesNumber: 'a whole number from {least} to {most}', takesHex: '{digits} hexadecimal digits',
    fault_mute: 'Card is mute', fault_slow: 'Card is slow', fault_removed: 'Pulled out', fault_status_word: 'Refused',
    fault_corrupted: 'Corrupted answer', fault_bad_atr: 'Bad ATR', fault_low_battery: 'Battery low', fault_dead_battery: 'Battery dies',
    fault_stuck_key: 'Stuck key', at: 'command', ms: 'ms', ins: 'INS', sw: 'SW', key: 'key',
    command: 'Command', answer: 'Answer', noAnswer: 'no answer', noTlv: 'data',
  },
  fr: {
    reader: 'Lecteur de carte', watching: 'Lecteur', language: 'Langue', functions: 'Fonctions', keypad: 'Clavier',
    cards: 'Cartes', models: 'Modèles', clock: 'Horloge', faults: 'Pannes', log: 'Entre le lecteur et la carte', asText: 'en texte',
    logEmpty: 'Chaque commande et chaque réponse s’affichera ici.',
    tries: 'Essais', set: 'Changer', real: 'Réelle', paused: 'Arrêtée', advance: 'Avancer l’horloge', next: 'Prochain événement',
    reset: 'Un lecteur neuf',
    ok: 'OK', clear: 'C, corriger ; maintenir pour annuler', point: 'Virgule',
    insert: 'Insérer la carte : {card}', pull: 'Retirer la carte : {card}', typePin: 'Taper', typePinLabel: 'Taper le code secret, {pin}',
    inserted: 'dans le lecteur',
    hintInsert: 'Glissez la carte', hintWake: 'Appuyez sur une touche', hintFunction: 'Appuyez sur {keys}', or: ' ou ', hintPin: 'Tapez le code secret, puis OK',
    hintPrompt: 'Tapez un nombre, puis OK', hintOk: 'OK pour continuer', hintMenu: 'La touche du menu continue, C revient', hintCode: 'S’éteint dans {seconds} s', hintWait: 'La carte travaille',
    hintNotice: 'OK pour recommencer', hintDead: 'La pile est vide : prenez un lecteur neuf', hintConnected: 'Un programme utilise la carte',
    copy: 'Copier le code', copied: 'Copié',
    dark: 'L’écran est éteint', screenSays: 'Écran : {text}',
    lost: 'Connexion perdue. Nouvel essai…', gone: 'Ce lecteur n’existe plus.', another: 'En prendre un autre',
    signIn: 'Qui est là ?', token: 'Jeton', tokenWhere: 'sesame sim a affiché un jeton à son démarrage.', enter: 'Entrer', refused: 'Ce n’est pas le jeton.',
    unreachable: 'Le simulateur ne répond pas.', uninvited: 'Le simulateur demande son jeton.', signInAgain: 'L’entrer',
    cardStays: 'La carte « {card} » reste dans le lecteur précédent.', notCopied: 'Le navigateur ne laisse pas copier le code.',
    takesNumber: 'un nombre entier de {least} à {most}', takesHex: '{digits} chiffres hexadécimaux',
    fault_mute: 'Carte muette', fault_slow: 'Carte lente', fault_removed: 'Arrachée', fault_status_word: 'Refus',
    fault_corrupted: 'Réponse altérée', fault_bad_atr: 'ATR faux', fault_low_battery: 'Pile faible', fault_dead_battery: 'Pile morte',
    fault_stuck_key: 'Touche coincée', at: 'commande', ms: 'ms', ins: 'INS', sw: 'SW', key: 'touche',
    command: 'Commande', answer: 'Réponse', noAnswer: 'pas de réponse', noTlv: 'données',
  },
};

const kRemembered = 'sesame.language';

function remembered() {
  try {
    return localStorage.getItem(kRemembered);
  } catch {
    return null;  // storage may be forbidden
  }
}

function preferred() {
  const wanted = [remembered(), ...(navigator.languages ?? [navigator.language])];
  return wanted.map((each) => (each ?? '').slice(0, 2)).find((each) => each in kTexts) ?? 'en';
}

let current = preferred();

export const language = () => current;

export function speak(code) {
  current = code;
  try {
    localStorage.setItem(kRemembered, code);
  } catch {
    // then it is forgotten with the page
  }
}

// {name} stands for values.name.
export function t(key, values = {}) {
  return kTexts[current][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Fills the elements that say which text they hold: data-t as content, data-t-label as accessible name.
export function translate(root) {
  document.documentElement.lang = current;
  for (const each of root.querySelectorAll('[data-t]')) each.textContent = t(each.dataset.t);
  for (const each of root.querySelectorAll('[data-t-label]')) each.setAttribute('aria-label', t(each.dataset.tLabel));
}

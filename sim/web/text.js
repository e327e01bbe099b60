// What the page says. The reader's own words come from the API.

const kTexts = {
  en: {
    reader: 'Card reader', watching: 'Reader', language: 'Language', functions: 'Functions', keypad: 'Keypad',
    cards: 'Cards', models: 'Models', clock: 'Clock', faults: 'Faults', log: 'Between reader and card', asText: 'as text',
    logEmpty: 'Every command and answer will be listed here.',
    tries: 'Tries', set: 'Set', real: 'Real', paused: 'Paused', advance: 'Move the clock', next: 'Next event',
    reset: 'A fresh reader',
    clear: '{printed}, correct; hold to cancel', point: 'decimal point',
    insert: 'Insert the card: {card}', pull: 'Pull out the card: {card}', typePin: 'Type it',
    inserted: 'in the reader',
    hintInsert: 'Slide the card in', hintWake: 'Press any key', hintFunction: 'Press {keys}', or: ' or ', hintPin: 'Type the PIN, then OK',
    hintPrompt: 'Type a number, then OK', hintOk: 'OK goes on', hintMenu: 'The menu’s key goes on, C back', hintCode: 'Dark in {seconds} s', hintWait: 'The card is working',
    hintNotice: 'OK begins anew', hintDead: 'The battery is empty: take a fresh reader', hintConnected: 'A program uses the card',
    hintSigning: 'The computer says what is signed', hintApprove: 'Read the text: OK signs it, C does not',
    computer: 'The computer at its cable', textToSign: 'Text to sign', askPin: 'Ask for the PIN', showText: 'Show', signText: 'Sign', cryptogram: 'Cryptogram', unplug: 'Unplug',
    told_ok: 'OK', told_cryptogram: 'Cryptogram:', told_out_of_order: 'Not now', told_bad_text: 'Does not fit the display', told_busy: 'Somebody uses the keys',
    told_no_card: 'No card', told_cancelled: 'Cancelled', told_timed_out: 'Nobody answered', told_failed: 'The card did not do it',
    copy: 'Copy the code', copied: 'Copied',
    dark: 'The screen is dark', screenSays: 'Screen: {text}',
    lost: 'Connection lost. Trying again…', gone: 'This reader is gone.', another: 'Take another',
    signIn: 'Who is there?', token: 'Token', tokenWhere: 'sesame sim printed a token when it started.', enter: 'Enter', refused: 'That is not the token.',
    unreachable: 'The simulator does not answer.', uninvited: 'The simulator wants its token.', signInAgain: 'Enter it',
    cardStays: 'The card “{card}” stays in the reader before.', notCopied: 'The browser does not let the code be copied.',
    takesNumber: 'a whole number from {least} to {most}', takesHex: '{digits} hexadecimal digits',
    fault_mute: 'Card is mute', fault_slow: 'Card is slow', fault_removed: 'Pulled out', fault_status_word: 'Refused',
    fault_corrupted: 'Corrupted answer', fault_bad_atr: 'Bad ATR', fault_low_battery: 'Battery low', fault_dead_battery: 'Battery dies',
    fault_stuck_key: 'Stuck key', at: 'no.', ms: 'ms', ins: 'INS', sw: 'SW', key: 'key',
    ways: 'Elsewhere', overview: 'All readers', asCode: 'As code', help: 'Shortcuts', backToKeys: 'Back to the keys',
    find: 'Search', newReader: 'New reader', noReaders: 'No reader has these words.', delete: 'Delete', deleteIt: 'Delete {id}',
    reallyDelete: 'Delete {id} for good', noCard: 'no card', label: 'Label', labelOf: 'Label of {id}', readersCount: '{count} readers',
    readersFound: '{found} of {count} readers; {drawn} are shown', close: 'Close', bytes: 'Bytes',
    helpIs: 'The keys of “sesame tui” work here too, as long as no field has the focus.',
    keysDigits: 'digits and point', keysClear: 'C: correct, or back', keysHold: 'C held down: cancel', keysInsert: 'put the card in',
    keysPull: 'pull it out', keysList: 'go through a list, and choose', keysClock: 'real clock, or paused', keysSecond: 'one second passes',
    keysDark: '35 seconds pass', keysFind: 'search in the log',
    state_off: 'off', state_insert_card: 'waits for a card', state_starting: 'reads the card', state_choose_function: 'waits for a function',
    state_prompt: 'waits for a number', state_pin: 'waits for the PIN', state_working: 'works', state_last_try: 'last try',
    state_wrong_pin: 'wrong PIN', state_code: 'shows a code', state_notice: 'says what went wrong', state_menu: 'menu',
    state_connected: 'connected', state_host_pin: 'waits for the PIN', state_signing: 'waits for what is signed', state_approve: 'waits for OK to sign', titleGone: 'gone',
    counters: 'Counters of the card', findInLog: 'Search in the log', export: 'Export as a transcript, .apdu', logNone: 'Nothing of the log has these words.',
    copyLog: 'Copy', inPieces: 'In {count} pieces', noApplication: 'no application',
    fromAc: 'From AC to digits', told: 'What the card was told', taken: 'Its answer; the bitmap takes the marked bits',
    takenBelgian: 'Its answer; the Belgian rule takes the marked bits', signs: '* Numbers that were typed on the reader took the place of the AC (TDS). Of it the taken bits are known.',
    joined: '{count} bits, joined', decimal: 'as a decimal number', carried: 'its last digit goes in front', theCode: 'with zeros in front, the code',
    presets: 'Presets', preset: 'Preset…', mend: 'Mend all', stage: 'stage', once: 'once', atStage: 'at {stage}',
    stage_any_mute: 'from command', stage_any_slow: 'always', stage_any_removed: 'at command', stage_any_status_word: 'instruction',
    stage_any_corrupted: 'at command', stage_any_dead_battery: 'at command',
    stage_select: 'SELECT', stage_get_processing_options: 'GET PROCESSING OPTIONS', stage_read_record: 'READ RECORD', stage_get_data: 'GET DATA',
    stage_verify: 'VERIFY', stage_generate_ac: 'GENERATE AC', stage_second_generate_ac: 'second GENERATE AC',
    preset_pulled_at_pin: 'Pulled out at VERIFY', preset_mute_at_ac: 'Mute at GENERATE AC', preset_refused_at_ac: 'Refuses a code (6985)',
    preset_corrupted_ac: 'Corrupted cryptogram', preset_pin_blocked: 'PIN is blocked (6983)', preset_card_blocked: 'Card is blocked (6A81)',
    preset_wrong_card: 'Not a card for this reader', preset_slow_pin: '5 s at VERIFY', preset_mute_once: 'Mute once, then well',
    preset_battery_at_pin: 'Battery dies at VERIFY',
    asCodeIs: 'What was done with this reader on this page, to be done again by a test.', asCodeNone: 'Nothing was done with this reader yet.',
    beginAnew: 'Begin anew',
    command: 'Command', answer: 'Answer', noAnswer: 'no answer', noTlv: 'data',
  },
  fr: {
    reader: 'Lecteur de carte', watching: 'Lecteur', language: 'Langue', functions: 'Fonctions', keypad: 'Clavier',
    cards: 'Cartes', models: 'Modèles', clock: 'Horloge', faults: 'Pannes', log: 'Entre le lecteur et la carte', asText: 'en texte',
    logEmpty: 'Chaque commande et chaque réponse s’affichera ici.',
    tries: 'Essais', set: 'Changer', real: 'Réelle', paused: 'Arrêtée', advance: 'Avancer l’horloge', next: 'Prochain événement',
    reset: 'Un lecteur neuf',
    clear: '{printed}, corriger ; maintenir pour annuler', point: 'virgule',
    insert: 'Insérer la carte : {card}', pull: 'Retirer la carte : {card}', typePin: 'Taper',
    inserted: 'dans le lecteur',
    hintInsert: 'Glissez la carte', hintWake: 'Appuyez sur une touche', hintFunction: 'Appuyez sur {keys}', or: ' ou ', hintPin: 'Tapez le code secret, puis OK',
    hintPrompt: 'Tapez un nombre, puis OK', hintOk: 'OK pour continuer', hintMenu: 'La touche du menu continue, C revient', hintCode: 'S’éteint dans {seconds} s', hintWait: 'La carte travaille',
    hintNotice: 'OK pour recommencer', hintDead: 'La pile est vide : prenez un lecteur neuf', hintConnected: 'Un programme utilise la carte',
    hintSigning: 'L’ordinateur dit ce qui est signé', hintApprove: 'Lisez le texte : OK le signe, C non',
    computer: 'L’ordinateur au bout du câble', textToSign: 'Texte à signer', askPin: 'Demander le code secret', showText: 'Montrer', signText: 'Signer', cryptogram: 'Cryptogramme', unplug: 'Débrancher',
    told_ok: 'OK', told_cryptogram: 'Cryptogramme :', told_out_of_order: 'Pas maintenant', told_bad_text: 'Trop long pour l’écran', told_busy: 'Quelqu’un se sert des touches',
    told_no_card: 'Pas de carte', told_cancelled: 'Annulé', told_timed_out: 'Personne n’a répondu', told_failed: 'La carte ne l’a pas fait',
    copy: 'Copier le code', copied: 'Copié',
    dark: 'L’écran est éteint', screenSays: 'Écran : {text}',
    lost: 'Connexion perdue. Nouvel essai…', gone: 'Ce lecteur n’existe plus.', another: 'En prendre un autre',
    signIn: 'Qui est là ?', token: 'Jeton', tokenWhere: 'sesame sim a affiché un jeton à son démarrage.', enter: 'Entrer', refused: 'Ce n’est pas le jeton.',
    unreachable: 'Le simulateur ne répond pas.', uninvited: 'Le simulateur demande son jeton.', signInAgain: 'L’entrer',
    cardStays: 'La carte « {card} » reste dans le lecteur précédent.', notCopied: 'Le navigateur ne laisse pas copier le code.',
    takesNumber: 'un nombre entier de {least} à {most}', takesHex: '{digits} chiffres hexadécimaux',
    fault_mute: 'Carte muette', fault_slow: 'Carte lente', fault_removed: 'Arrachée', fault_status_word: 'Refus',
    fault_corrupted: 'Réponse altérée', fault_bad_atr: 'ATR faux', fault_low_battery: 'Pile faible', fault_dead_battery: 'Pile morte',
    fault_stuck_key: 'Touche coincée', at: 'n°', ms: 'ms', ins: 'INS', sw: 'SW', key: 'touche',
    ways: 'Ailleurs', overview: 'Tous les lecteurs', asCode: 'En code', help: 'Raccourcis', backToKeys: 'Revenir aux touches',
    find: 'Chercher', newReader: 'Nouveau lecteur', noReaders: 'Aucun lecteur n’a ces mots.', delete: 'Supprimer', deleteIt: 'Supprimer {id}',
    reallyDelete: 'Supprimer {id} pour de bon', noCard: 'sans carte', label: 'Nom', labelOf: 'Nom de {id}', readersCount: '{count} lecteurs',
    readersFound: '{found} lecteurs sur {count} ; {drawn} affichés', close: 'Fermer', bytes: 'Octets',
    helpIs: 'Les touches de « sesame tui » marchent ici aussi, tant qu’aucun champ n’a le focus.',
    keysDigits: 'chiffres et virgule', keysClear: 'C : corriger ou revenir', keysHold: 'C maintenu : annuler', keysInsert: 'insérer la carte',
    keysPull: 'la retirer', keysList: 'parcourir une liste et choisir', keysClock: 'horloge réelle ou arrêtée', keysSecond: 'une seconde passe',
    keysDark: '35 secondes passent', keysFind: 'chercher dans le journal',
    state_off: 'éteint', state_insert_card: 'attend une carte', state_starting: 'lit la carte', state_choose_function: 'attend une fonction',
    state_prompt: 'attend un nombre', state_pin: 'attend le code secret', state_working: 'travaille', state_last_try: 'dernier essai',
    state_wrong_pin: 'code secret faux', state_code: 'montre un code', state_notice: 'dit ce qui ne va pas', state_menu: 'menu',
    state_connected: 'connecté', state_host_pin: 'attend le code secret', state_signing: 'attend ce qui est signé', state_approve: 'attend OK pour signer', titleGone: 'disparu',
    counters: 'Compteurs de la carte', findInLog: 'Chercher dans le journal', export: 'Exporter en transcription, .apdu', logNone: 'Rien dans le journal n’a ces mots.',
    copyLog: 'Copier', inPieces: 'En {count} morceaux', noApplication: 'aucune application',
    fromAc: 'De l’AC aux chiffres', told: 'Ce qui a été dit à la carte', taken: 'Sa réponse ; le masque prend les bits marqués',
    takenBelgian: 'Sa réponse ; la règle belge prend les bits marqués', signs: '* Des nombres tapés sur le lecteur ont pris la place de l’AC (TDS). On en connaît les bits pris.',
    joined: '{count} bits, à la suite', decimal: 'en nombre décimal', carried: 'son dernier chiffre passe devant', theCode: 'avec des zéros devant, le code',
    presets: 'Préréglages', preset: 'Préréglage…', mend: 'Tout réparer', stage: 'étape', once: 'une fois', atStage: 'à {stage}',
    stage_any_mute: 'dès la commande', stage_any_slow: 'toujours', stage_any_removed: 'à la commande', stage_any_status_word: 'instruction',
    stage_any_corrupted: 'à la commande', stage_any_dead_battery: 'à la commande',
    stage_select: 'SELECT', stage_get_processing_options: 'GET PROCESSING OPTIONS', stage_read_record: 'READ RECORD', stage_get_data: 'GET DATA',
    stage_verify: 'VERIFY', stage_generate_ac: 'GENERATE AC', stage_second_generate_ac: '2e GENERATE AC',
    preset_pulled_at_pin: 'Arrachée à VERIFY', preset_mute_at_ac: 'Muette à GENERATE AC', preset_refused_at_ac: 'Refuse un code (6985)',
    preset_corrupted_ac: 'Cryptogramme altéré', preset_pin_blocked: 'Code bloqué (6983)', preset_card_blocked: 'Carte bloquée (6A81)',
    preset_wrong_card: 'Pas une carte pour ce lecteur', preset_slow_pin: '5 s à VERIFY', preset_mute_once: 'Muette une fois, puis bien',
    preset_battery_at_pin: 'Pile morte à VERIFY',
    asCodeIs: 'Ce qui a été fait avec ce lecteur sur cette page, à refaire par un test.', asCodeNone: 'Rien n’a encore été fait avec ce lecteur.',
    beginAnew: 'Recommencer',
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

// Of a state of the reader, as firmware/core/state.hpp names it.
export const stateName = (state) => kTexts[current][`state_${state}`] ?? state;

// Fills the elements that say which text they hold: data-t as content, data-t-label as accessible name.
export function translate(root) {
  document.documentElement.lang = current;
  for (const each of root.querySelectorAll('[data-t]')) each.textContent = t(each.dataset.t);
  for (const each of root.querySelectorAll('[data-t-label]')) each.setAttribute('aria-label', t(each.dataset.tLabel));
  for (const each of root.querySelectorAll('[data-t-placeholder]')) each.placeholder = t(each.dataset.tPlaceholder);
}

/**
 * Customers who ask in their own words to be left alone. A revocation counts in "any reasonable manner" (47 CFR
 * 64.1200(a)(10), FCC 24-24), so this works without a model, whether Auto Pilot is on or not; the model reads what these
 * patterns miss. In doubt the text is not taken for an opt-out: a person reads it anyway.
 */

/** Longer texts are read up to here: a request to stop is short. */
const MOST_CHARACTERS = 600;

/** Parts of patterns; the text has been made plain by `plainOf`. */
const TEXTS =
  '(?:texts|txts|messages|msgs|sms|texting|txting|messaging|msging|text (?:messages?|alerts?|subscription|list))';
const TO_WRITE = `(?:${TEXTS}|text|txt|message|msg|contact|contacts|contacting|write|writing|bother|bothering|spam\\w*|harass|harassing|reach out|reaching out|bug|bugging|pester|pestering|communicate|communicating|communications?|hit(?:ting)? me up|blow(?:ing)? up my phone)`;
const NOT = '(?:dont|do not|never|no longer|didnt|did not|wont|cant)';
const ME =
  '(?:me|us|my (?:number|name|phone|cell|info|details|contact(?: (?:info|details|information))?)|this (?:number|phone)|our number)';
const LIST = '(?:list|lists|records?|system|database|contacts|phone book|files)';

const ENGLISH = [
  // "please stop texting me", "quit with the messages", "if you stopped texting me", "no more texts", "enough with the texts"
  `\\b(?:stop|stopped|quit|cease|halt|discontinue|refrain|enough)(?: \\w+){0,3} ${TO_WRITE}\\b`,
  `\\bno (?:more|further)(?: \\w+){0,3} ${TO_WRITE}\\b`,
  `\\b(?:end|cancel|turn off|shut off|switch off|block|out of|off of)(?: (?:all|the|these|those|your|my|ur|any|of)){0,3} ${TEXTS}\\b`,
  `\\b(?:make|have|get|want|need)(?: (?:all|the|these|those|your)){1,2} ${TEXTS}(?: \\w+)? (?:stop|to stop|stopped)\\b`,
  // "do not ever contact me again", "don't text or call me", "no need to text me anymore"
  `\\b${NOT} (?:\\w+ ){0,3}?(?:text|txt|message|msg|contact|write|bother|spam|reach out to)(?: or call| to)? (?:me|us|this (?:number|phone|line)|here|it|again|any ?more)\\b`,
  `\\b(?:no need|not) to (?:text|txt|message|contact|write)(?: me| us)?(?: any ?more| again| further)\\b`,
  `\\b${NOT} (?:\\w+ ){0,2}?(?:want|wish|need|care|consent|agree|sign up|signed up|ask|give|gave)(?: \\w+){0,6} (?:${TEXTS}|text(?:ed)?|contacted|communications?|hear from)\\b`,
  `\\b(?:rather|prefer|like|appreciate|love)(?: \\w+){0,3} (?:not|no longer|didnt|dont|stop|stopped)(?: \\w+){0,3} (?:${TO_WRITE}|texted|messaged|contacted)\\b`,
  `\\b${NOT} send(?: me| us)? (?:these|this|anything|any ?more|more|any further|texts?|messages?|msgs?)\\b`,
  `\\b(?:stop|quit) sending\\b`,
  // "take me off your list", "remove my number", "I want to be removed", "how do I get off this list"
  `\\b(?:take|remove|delete|drop|erase|scratch|cross|strike|scrub|pull|purge|wipe) ${ME}(?: \\w+)? (?:off|of|from|out)\\b(?! the (?:wait|car))`,
  `\\b(?:remove|delete|erase|scrub|lose|purge|wipe|forget|block|get rid of) ${ME}\\b(?! (?:plate|is|was|off the wait|from the (?:wait|car)))`,
  `\\b(?:take|remove|delete|get)(?: \\w+){1,2} (?:off|from|out of) (?:of )?(?:your|ur|this|these) (?:\\w+ )?(?:${LIST}|${TEXTS})\\b`,
  `\\b(?:get|be|want|wants|off|came|am)(?: \\w+){0,2} (?:off|from) (?:of )?(?:your|ur|this|that|the) (?:\\w+ )?list\\b`,
  `\\b(?:off|from) (?:of )?(?:your|ur|this|that|the) (?:contact|call|calling|text|texting|sms|mailing|marketing|message|messaging|spam) ${LIST}\\b`,
  `\\b(?:be|get|got|asked to be|want|wanna be|like|wish)(?: \\w+){0,3} (?:removed|taken off|opted out|unsubscribed)\\b`,
  `\\bunsubscribe\\b(?! (?:me )?from (?!your|ur|this|these|that|all|text|sms|every|you\\b|here|the (?:list|text)))`,
  `\\bopt(?:ing|ed)? (?:me )?out\\b(?! of (?!your|ur|this|these|that|all|text|sms|every|receiving|getting|the (?:list|text|message)))`,
  `\\b(?:revoke|withdraw|withdrawing|revoking)\\b.{0,20}\\b(?:consent|permission)\\b`,
  `(?<!(?:wont|wouldnt|didnt|doesnt|never) )\\bleave (?:me|us|my family)(?: \\w+){0,3} (?:alone|be|in peace)\\b`,
  `\\b(?:lose|forget|block|blocking|delete) (?:my|this|your|ur) number\\b(?! plate)`,
  `\\bwrong (?:number|person|guy)\\b.{0,40}\\b(?:stop|lose|delete|remove|take)\\b`,
  `\\b(?:do not|dont) (?:contact|call|text) list\\b`,
  // "stop", as a sentence of its own or at the end of a refusal: "wrong person, stop", "STOP PLEASE", "not interested stop"
  `(?:^|[.!?,;:] ?|\\b(?:please|pls|plz|just|kindly|so|interested|no|nope|thanks|person|number|already) )stop(?: (?:it|this|that|them|all|now|please|pls|plz|already|thanks|thank you|thx|immediately|asap|everything|all of (?:it|this)|doing this|right now|forever|all))*(?: ?[.!?,;:]| *$)`,
  `\\b(?:ask\\w*|tell\\w*|told|want|need|beg\\w*|like) (?:you|u|this|it|them|these)(?: \\w+)? to (?:just )?stop\\b(?! (?:by|in|at|over|on|to))`,
  `\\bpart of stop\\b`,
  `^remove[.! ]*$`,
  `\\b(?:go away|knock it off|cease and desist)\\b`,
  // A threat: "next text I get and I call my lawyer", "I will report you if you text me one more time"
  `\\b(?:report|reporting|sue|suing|lawyer|attorney|fcc|harassment|blocked|block)\\b.{0,60}\\b(?:text|txt|message|contact)\\b|\\b(?:next|one more|another) (?:text|txt|message)\\b.{0,60}\\b(?:report|sue|lawyer|attorney|fcc|block)`,
  `\\b(?:text|txt|message|contact) (?:me|us) (?:again|one more|any ?more)\\b.{0,60}\\b(?:report|sue|lawyer|attorney|fcc|block)`,
];

const SPANISH = [
  `\\b(?:no|ya no|nunca)(?: me| nos)?(?: vuelvan?| vuelvas)?(?: a)? (?:escriba[ns]?|escribas|escribir(?:me|nos)?|mande[ns]?|mandes|mandar(?:me)?|envie[ns]?|envies|enviar(?:me)?|contacte[ns]?|contactes|contactar(?:me)?|texte(?:en|e|es|ar(?:me)?)|moleste[ns]?|molestes|molestar(?:me)?)\\b`,
  `\\b(?:deje[ns]?|dejes|deja|paren?|para|basta|pare|cancel(?:en|e|a|ar))(?: ya)?(?: de)?(?: los| todos los| con los| tantos| mas)? (?:escribir(?:me|nos)?|mandar(?:me|nos)?|enviar(?:me|nos)?|contactar(?:me|nos)?|texte?ar(?:me|nos)?|molestar(?:me|nos)?|mensajes|textos|con esto)\\b`,
  `\\b(?:dejenme|dejeme|dejame|dejenos)(?: ya)? (?:en paz|tranquil[oa]|sol[oa])\\b`,
  `\\b(?:quite(?:n|me|nme)?|quita(?:me)?|saque(?:n|nme|me)?|saca(?:me)?|elimine(?:n|nme|me)?|elimina(?:me)?|borre(?:n|nme|me)?|borra(?:me)?|remueva(?:n|nme|me)?|retire(?:n|nme|me)?)(?: \\w+){0,3} (?:lista|listas|numero|base de datos|sistema|contactos|telefono)\\b`,
  `\\bno (?:quiero|deseo|necesito|autorizo)(?: \\w+){0,3} (?:mensajes?|textos?|sms|que me (?:escriban?|contacten?|manden?|molesten?)|contacto|saber (?:mas )?de ustedes)\\b`,
  `\\bno (?:mas|quiero mas) (?:mensajes?|textos?|sms)\\b`,
  `\\b(?:darme|darse|denme|deme|dame) de baja\\b|\\bdar de baja (?:mi|este) (?:numero|telefono)\\b|\\bdesuscrib\\w+|\\bcancel\\w+ (?:mi )?suscripcion\\b`,
  `\\b(?:olvide[n]?se? de mi|borren mi|pierdan mi|olviden mi)(?: numero)?\\b`,
  `\\bequivocad[oa]\\b.{0,30}\\b(?:borr\\w+|elimin\\w+|quit\\w+|no (?:me )?escrib\\w+)`,
  `(?:^|[.!?,;] ?|\\bpor favor )(?:ya )?(?:alto|basta|paren|detenganse|pare)(?: ya| por favor)*(?: ?[.!?,;]| *$)`,
];

const FRENCH = [
  `\\b(?:arretez|arrete|cessez|cesser|stoppez|arreter)(?: \\w+){0,3} (?:m ?)?(?:ecrire|textos?|textes?|texter|messages?|contacter|envoyer|sms|deranger|harceler|achaler)\\b`,
  `\\bne (?:me |m ?|plus )?(?:plus |me |m ?)?(?:ecrivez|contactez|textez|envoyez|derangez|recontactez|ecrire|contacter|texter|envoyer|deranger)(?: \\w+)?(?: plus)?\\b`,
  `\\b(?:n ?(?:ecrivez|envoyez)|(?:ecrivez|contactez|textez|envoyez|derangez)(?: moi)?) (?:plus|pus)\\b`,
  `\\b(?:m ?)?(?:ecrivez|envoyez) plus\\b`,
  `\\b(?:retirez|enlevez|supprimez|otez|effacez|rayez|retirer|enlever|desabonnez|desinscrivez)(?: \\w+){0,3} (?:liste|listes|numero|moi|base)\\b`,
  `\\b(?:desabonn\\w+|desinscri\\w+)\\b`,
  `\\b(?:je )?ne (?:veux|souhaite|desire)(?: \\w+){0,4} (?:messages?|textos?|sms|contacte|recevoir|nouvelles de vous)\\b`,
  `\\b(?:je )?(?:veux|voudrais) plus(?: \\w+){0,4} (?:messages?|textos?|sms|contacte|recevoir)\\b`,
  `\\bplus (?:de|aucun) (?:messages?|textos?|sms)\\b`,
  `\\b(?:laissez|laisse|fichez|foutez) (?:moi|nous) (?:tranquilles?|la paix|en paix)\\b`,
  `(?:^|[.!?,;] ?)(?:arretez|arrete|arret|cessez)(?: ca| svp| s ?il vous plait| maintenant)*(?: ?[.!?,;]| *$)`,
];

/** Words by which the customer says how or when they want to hear from us, or speaks of somebody else: no wish for silence. */
const PREFERENCES = [
  `\\b(?:text|txt|message|email|e mail|write|call|ring)(?:ing)? (?:me|is|are|works|would)?\\b[^.!?]{0,20}\\b(?:instead|better|fine|ok|okay|works|best)\\b`,
  `(?<!(?:dont|not|never|or|you) )\\b(?:you can|feel free to|just|keep|but|rather) (?:text|txt|texting|message|messaging|email|e mail|write|writing)(?:ing)? (?:me|us)\\b`,
  `(?<!(?:stop|quit|dont|not) )\\b(?:please|pls) (?:text|txt|message|email) (?:me|us)\\b`,
  `\\b(?:texts|texting|text|messages) (?:is|are|work|works) (?:totally )?(?:fine|ok|okay|better|best|great|good)\\b`,
  `(?<!(?:or|and|dont|not|to|you|u) )\\b(?:call|phone|ring) (?:me|us|my (?:cell|wife|husband))\\b(?! (?:again|any ?more))`,
  `\\b(?:text|txt|message|contact|bother|call|write)(?:ing)?(?: (?:me|us))?(?: \\w+)? (?:before|until|till|after|past|during|between|while|at (?:work|night)|so (?:early|late)|this (?:early|late)|on (?:sundays?|saturdays?|weekends?))\\b`,
  `\\b(?:dont|do not|cant|cannot|couldnt|could not|never|didnt|wont|not going to) (?:ever )?stop\\b`,
  `\\b(?:dont|do not|never|didnt|did not) (?:take|remove|delete|drop) (?:me|us|my)\\b`,
  `\\b(?:antes de las|despues de las|(?:por|en) la noche|de noche|(?:usted|ustedes|tu) si pued\\w+)\\b`,
  `\\b(?:avant|apres) \\d|\\ble soir\\b|\\bplutot\\b`,
];

const OPT_OUTS = [...ENGLISH, ...SPANISH, ...FRENCH].map((pattern) => new RegExp(pattern));
const NOT_MEANT = PREFERENCES.map((pattern) => new RegExp(pattern));

/** Whether a text asks, in plain words, that nothing more be sent. Keywords alone (STOP) are `keywordOf`'s. */
export function asksForSilence(text: string): boolean {
  const plain = plainOf(text);
  return !NOT_MEANT.some((pattern) => pattern.test(plain)) && OPT_OUTS.some((pattern) => pattern.test(plain));
}

/** Small letters without accents, apostrophes and emoji; the misspellings that thumbs make are put right. */
function plainOf(text: string): string {
  return text
    .slice(0, MOST_CHARACTERS)
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/['’`´]/g, '')
    .replace(/#/g, ' number ')
    .replace(/[^\p{L}\p{N}.!?,;:]/gu, ' ')
    .replace(/(\p{L})\1{2,}/gu, '$1')
    .replace(/\s+/g, ' ')
    .replace(MISSPELT, (word) => CORRECTIONS[word] ?? word)
    .trim();
}

const CORRECTIONS: Record<string, string> = {
  stpo: 'stop',
  sotp: 'stop',
  stp: 'stop',
  stahp: 'stop',
  unsubscirbe: 'unsubscribe',
  unsuscribe: 'unsubscribe',
  unsubcribe: 'unsubscribe',
  unsub: 'unsubscribe',
  texing: 'texting',
  textin: 'texting',
  textign: 'texting',
  messageing: 'messaging',
  mesages: 'messages',
  messges: 'messages',
  remve: 'remove',
  remvoe: 'remove',
  messagin: 'messaging',
  intrested: 'interested',
  dnt: 'dont',
  donot: 'do not',
  contcat: 'contact',
  conact: 'contact',
};
const MISSPELT = new RegExp(`\\b(?:${Object.keys(CORRECTIONS).join('|')})\\b`, 'g');

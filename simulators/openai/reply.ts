/** What the stand-in for the model sees: the prompt's facts, and the conversation that came as data. */
export interface Conversation {
  facts: string[];
  stages: string[];
  messages: { from: string; text: string }[];
}

/** The structured answer that Leadline's prompt asks for. */
export interface Answer {
  outcome: 'reply' | 'handOff' | 'nothing';
  text: string;
  stage: string | null;
  confidence: number | null;
  intent: 'optOut' | 'wrongNumber' | 'callRequested' | null;
  fields: { label: string; value: string }[];
  reason: string;
}

interface Topic {
  name: string;
  matches: RegExp;
  /** What is said about it; facts of the process that match come before it. */
  say?: string;
  facts?: RegExp;
  outcome?: 'handOff' | 'nothing';
  stage?: string;
  intent?: NonNullable<Answer['intent']>;
}

/** Ordered: a topic that a person must settle comes before all that could be answered beside it. */
const TOPICS: Topic[] = [
  {
    name: 'wants no more messages',
    matches:
      /\b((take|get) me off|remove me|leave me alone|(stop|quit|don'?t|do not|no more|never) (\w+ ){0,3}(text|texts|texting|message|messages|messaging|contact|contacting)|unsubscribe me|not interested,? (please )?stop|no me (escriban|manden)|d[ée]jenme)\b/i,
    outcome: 'nothing',
    intent: 'optOut',
  },
  {
    name: 'asks for a call',
    matches: /\b(call me|give me a call|phone me|can (someone|you) call)\b/i,
    outcome: 'handOff',
    stage: 'needs-a-call',
    intent: 'callRequested',
  },
  { name: 'is upset', matches: /\b(ridiculous|lawyer|complain|scam|angry|unacceptable)\b/i, outcome: 'handOff' },
  {
    name: 'is the wrong person',
    matches: /\b(wrong (number|person)|who is this)\b/i,
    outcome: 'handOff',
    stage: 'wrong-number',
    intent: 'wrongNumber',
  },
  {
    name: 'says thanks',
    matches: /^\W*(ok(ay)?|thanks?|thank you|thx|great|perfect|got it|sounds good)[\s\S]{0,12}$/i,
    outcome: 'nothing',
  },
  {
    name: 'asks about a vehicle',
    matches: /\b(still (there|available|for sale)|available|in stock|f-?150|truck|suv|civic|rav4|car)\b/i,
    facts: /stock|lot|available|f-?150/i,
    say: 'Would you like to see it today or tomorrow?',
    stage: 'engaged',
  },
  {
    name: 'asks about the price',
    matches: /\b(price|cost|how much|payment|monthly|discount|deal)\b/i,
    facts: /price|priced/i,
    say: 'A colleague will confirm the exact figures for you. Would you like them by text or in person?',
    stage: 'engaged',
  },
  {
    name: 'offers a trade-in',
    matches: /\b(trade|trade-in|swap|my (20|19)\d\d)\b/i,
    facts: /trade/i,
    say: 'We can value your trade-in on the spot. What is the mileage?',
    stage: 'engaged',
  },
  {
    name: 'asks about financing',
    matches: /\b(financ\w*|loan|credit|lease|apr)\b/i,
    facts: /financ|credit/i,
    say: 'Our finance team can look at options with you. When would suit you?',
    stage: 'financing',
  },
  {
    name: 'wants to come by',
    matches:
      /\b(today|tomorrow|tonight|come (by|in)|visit|test drive|appointment|saturday|sunday|monday|tuesday|wednesday|thursday|friday|\d{1,2}\s?(am|pm))\b/i,
    facts: /open|hours/i,
    say: 'Great, see you then! Ask for me when you arrive.',
    stage: 'appointment',
  },
  {
    name: 'asks for hours or address',
    matches: /\b(hours|open|close|address|where are you|located)\b/i,
    facts: /open|hours|address|located|find us/i,
  },
  {
    name: 'says hello',
    matches: /^\W*(hi|hello|hey|good (morning|afternoon|evening))\b/i,
    say: 'Hi! Thanks for reaching out. Which vehicle are you interested in?',
  },
];

const MARK = '(simulated)';

/** Answers by rules, and the same for the same conversation: topics in the customer's unanswered texts, and the prompt's facts. */
export function replyTo(conversation: Conversation): Answer {
  const unanswered = unansweredTexts(conversation.messages);
  if (unanswered.length === 0)
    return answer(
      'reply',
      `Just checking in: do you still have questions? I am happy to help. ${MARK}`,
      'Nothing is unanswered, so this follows up.',
    );
  const asked = unanswered.join('\n');
  const topics = TOPICS.filter((topic) =>
    topic.matches.test(topic.outcome === 'nothing' && !topic.intent ? (unanswered.at(-1) ?? '') : asked),
  );
  const decisive = topics.find((topic) => topic.outcome !== undefined);
  if (decisive?.outcome === 'handOff')
    return {
      ...answer('handOff', '', `The customer ${decisive.name}.`),
      ...stageOf(decisive, conversation),
      intent: decisive.intent ?? null,
    };
  if (decisive?.intent) return { ...answer('nothing', '', `The customer ${decisive.name}.`), intent: decisive.intent };
  const answerable = topics.filter((topic) => topic.outcome === undefined);
  if (decisive && answerable.length === 0)
    return answer('nothing', '', `The customer ${decisive.name}: no answer is needed.`);
  const said = sentences(answerable, conversation.facts);
  const text = `${said.join(' ') || 'Thanks for your message! Let me find out and get right back to you.'} ${MARK}`;
  const reason =
    answerable.length > 0
      ? `The customer ${answerable.map((topic) => topic.name).join(' and ')}.`
      : 'The customer wrote something that the facts do not settle.';
  return {
    ...answer('reply', text, reason),
    ...stageOf(
      answerable.findLast((topic) => topic.stage),
      conversation,
    ),
  };
}

function sentences(topics: Topic[], facts: string[]): string[] {
  const known = topics.map((topic) => (topic.facts ? facts.find((fact) => topic.facts!.test(fact)) : undefined));
  const closing = topics.find((topic) => topic.say)?.say;
  return [...new Set([...known, closing])].filter((text) => text !== undefined);
}

function unansweredTexts(messages: Conversation['messages']): string[] {
  const lastOurs = messages.findLastIndex((message) => message.from !== 'customer');
  return messages.slice(lastOurs + 1).map((message) => message.text);
}

function stageOf(topic: Topic | undefined, { stages }: Conversation): Pick<Answer, 'stage' | 'confidence'> {
  const stage = topic?.stage !== undefined && stages.includes(topic.stage) ? topic.stage : null;
  return { stage, confidence: stage === null ? null : 0.9 };
}

function answer(outcome: Answer['outcome'], text: string, reason: string): Answer {
  return { outcome, text, stage: null, confidence: null, intent: null, fields: [], reason: `${reason} ${MARK}` };
}

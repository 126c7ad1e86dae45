import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import OpenAI from 'openai';
import * as z from 'zod';
import { DRAFT_INVALID, type DraftRequest, type DraftResult } from '@leadline/contract/ports.ts';
import { MODEL_INTENTS } from '@leadline/contract/decision.ts';
import { ProcessDefinition } from '@leadline/contract/process.ts';
import { nameValues, renderTemplate } from '@leadline/contract/templates.ts';
import type { DraftContext, MessageRepository } from '@leadline/store/messages.ts';
import type { ProcessRepository } from '@leadline/store/processes.ts';
import { ANSWER_SCHEMA, promptOf } from './prompt.ts';

/** The SDK waits 10 minutes and retries twice by default: Temporal retries, and a customer waits seconds. */
const CALL_TIMEOUT_MS = 20_000;
const MAX_OUTPUT_TOKENS = 800;
/** How much of a conversation the model sees. */
const MESSAGES_SEEN = 40;
/** A heartbeat is billed and lets a cancellation through: only drafts that take long have one. */
const HEARTBEAT_AFTER_MS = 4_000;
const HEARTBEAT_EVERY_MS = 4_000;

export interface DraftDeps {
  messages: Pick<MessageRepository, 'context'>;
  processes: Pick<ProcessRepository, 'version'>;
  client: OpenAI;
  model: string;
}

/** The client as drafts use it: 20 s a call, no retries of its own. */
export function createModelClient(apiKey: string, baseURL: string | undefined): OpenAI {
  return new OpenAI({ apiKey, timeout: CALL_TIMEOUT_MS, maxRetries: 0, ...(baseURL !== undefined && { baseURL }) });
}

const Answer = z.object({
  outcome: z.enum(['reply', 'handOff', 'nothing']),
  text: z.string(),
  stage: z.string().nullable(),
  confidence: z.number().min(0).max(1).nullable(),
  intent: z.enum(MODEL_INTENTS).nullable(),
  fields: z.array(z.object({ label: z.string(), value: z.string() })),
  reason: z.string(),
});
type Answer = z.infer<typeof Answer>;

/**
 * Asks the model for the next message of a conversation. An answer that breaks the rules is asked for once more, with
 * what was wrong; then it is a `DraftInvalid` failure. The same inputs give Auto Pilot and the composer the same text.
 */
export async function draftReply(deps: DraftDeps, request: DraftRequest): Promise<DraftResult> {
  const stopHeartbeat = heartbeatWhenLong();
  try {
    const result = await draft(deps, request);
    if (request.holdUntilAt !== null) await holdUntil(request.holdUntilAt);
    return result;
  } finally {
    stopHeartbeat();
  }
}

async function draft(deps: DraftDeps, request: DraftRequest): Promise<DraftResult> {
  const version = await deps.processes.version(request.processVersionId);
  const context = await deps.messages.context(request.key.conversationId, request.upToPosition, MESSAGES_SEEN);
  if (!version || !context)
    throw ApplicationFailure.nonRetryable('The process or the conversation is gone.', DRAFT_INVALID);
  // A version of an older schema has the defaults for what it lacks.
  const definition = ProcessDefinition.parse(version.definition);
  const step = request.step === null ? null : (definition.followUps.steps[request.step] ?? null);
  if (request.step !== null && !step)
    throw ApplicationFailure.nonRetryable('The process has no such follow-up.', DRAFT_INVALID);
  if (step?.body.kind === 'template') return fromTemplate(request, step.body.text, context);
  const startedAt = performance.now();
  const prompt = promptOf(definition, context, step?.body.kind === 'ai' ? step.body.instruction : null);
  const answer = await askTwice(deps, prompt, definition);
  const { outcome, text, reason, stage, confidence, intent } = answer;
  return {
    draftId: request.draftId,
    outcome,
    text: outcome === 'reply' ? text : '',
    reason,
    processVersionId: request.processVersionId,
    answer: {
      model: deps.model,
      reason,
      confidence,
      suggestedStage: stage,
      intent,
      tookMs: Math.round(performance.now() - startedAt),
    },
  };
}

/** A step whose text is written already: filled in, and asked of no model. */
function fromTemplate(
  request: DraftRequest,
  template: string,
  { contact, dealershipName, ownerName }: DraftContext,
): DraftResult {
  const { text, missing } = renderTemplate(template, {
    ...nameValues(contact.name),
    'contact.phone': contact.phone ?? '',
    'dealership.name': dealershipName,
    'user.name': ownerName ?? '',
    'user.firstName': ownerName?.split(' ')[0] ?? '',
  });
  const reason = missing.length > 0 ? `A template, without ${missing.join(', ')}.` : 'A template of the process.';
  const { draftId, processVersionId } = request;
  const answer = { model: 'template', reason, confidence: null, suggestedStage: null, intent: null, tookMs: 0 };
  return { draftId, outcome: text === '' ? 'nothing' : 'reply', text, reason, processVersionId, answer };
}

type Prompt = OpenAI.Chat.Completions.ChatCompletionMessageParam[];

async function askTwice(deps: DraftDeps, prompt: Prompt, definition: ProcessDefinition): Promise<Answer> {
  const first = checked(await ask(deps, prompt), definition);
  if (typeof first !== 'string') return first;
  const again: Prompt = [
    ...prompt,
    { role: 'system', content: `Your last answer could not be used: ${first} Answer again.` },
  ];
  const second = checked(await ask(deps, again), definition);
  if (typeof second !== 'string') return second;
  throw ApplicationFailure.nonRetryable(`The AI model gave no usable answer: ${second}`, DRAFT_INVALID);
}

async function ask({ client, model }: DraftDeps, messages: Prompt): Promise<OpenAI.Chat.Completions.ChatCompletion> {
  try {
    return await client.chat.completions.create(
      {
        model,
        messages,
        temperature: 0,
        max_completion_tokens: MAX_OUTPUT_TOKENS,
        response_format: { type: 'json_schema', json_schema: ANSWER_SCHEMA },
      },
      { signal: Context.current().cancellationSignal },
    );
  } catch (error) {
    throw failureOf(error);
  }
}

/** A wrong key or model name stays wrong; anything else may pass. */
function failureOf(error: unknown): unknown {
  if (error instanceof OpenAI.APIUserAbortError) return error;
  if (!(error instanceof OpenAI.APIError)) return error;
  const status = error.status as number | undefined;
  const message = `The AI model's provider answered ${status ?? 'nothing'}: ${error.message}`;
  const permanent = status === 400 || status === 401 || status === 403 || status === 404;
  return ApplicationFailure.create({ message, type: 'ModelError', nonRetryable: permanent });
}

/** The answer, or a sentence that says why it cannot be used. */
function checked(completion: OpenAI.Chat.Completions.ChatCompletion, definition: ProcessDefinition): Answer | string {
  const [choice] = completion.choices;
  if (!choice) return 'It was empty.';
  if (choice.message.refusal) return `It was a refusal: ${choice.message.refusal.slice(0, 200)}`;
  if (choice.finish_reason === 'length') return 'It was cut off because it was too long.';
  const parsed = Answer.safeParse(parseJson(choice.message.content ?? ''));
  if (!parsed.success) return 'It did not have the required form.';
  return parsed.data.outcome === 'reply'
    ? withinGuardrails({ ...parsed.data, text: parsed.data.text.trim() }, definition)
    : parsed.data;
}

function withinGuardrails(answer: Answer, { prompt: { guardrails } }: ProcessDefinition): Answer | string {
  const { text } = answer;
  if (text === '') return 'It was empty.';
  if (text.length > guardrails.maxCharacters)
    return `It has ${text.length} characters; at most ${guardrails.maxCharacters} are allowed.`;
  const said = guardrails.neverSay.find((phrase) => text.toLowerCase().includes(phrase.toLowerCase()));
  return said === undefined ? answer : `It says ${JSON.stringify(said)}, which is not allowed.`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Holds a finished draft until it is due: one activity instead of an activity and a timer. Ends early when cancelled. */
async function holdUntil(at: number): Promise<void> {
  const ms = at - Date.now();
  if (ms > 0) await Context.current().sleep(ms);
}

function heartbeatWhenLong(): () => void {
  const context = Context.current();
  let timer = setTimeout(beat, HEARTBEAT_AFTER_MS);
  function beat(): void {
    context.heartbeat();
    timer = setTimeout(beat, HEARTBEAT_EVERY_MS);
  }
  return () => clearTimeout(timer);
}

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import express, { Router, type Request, type Response } from 'express';
import * as z from 'zod';
import { happens, type FaultSwitches } from '../faults.ts';
import { replyTo, type Answer, type Conversation } from './reply.ts';

const CompletionRequest = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).min(1),
});
const ConversationData = z.looseObject({ messages: z.array(z.looseObject({ from: z.string(), text: z.string() })) });

/** A stand-in for OpenAI's chat completions: answers by rules, in the form that the request's schema asks for. */
export function openaiApi(faults: FaultSwitches): Router {
  const router = Router();
  router.use(express.json({ limit: '2mb' }));
  router.get('/v1/models', (_request, response) => {
    response.json({ object: 'list', data: [{ id: 'simulated', object: 'model', created: 0, owned_by: 'leadline' }] });
  });
  router.post('/v1/chat/completions', (request, response) => complete(request, response, faults));
  return router;
}

async function complete(request: Request, response: Response, faults: FaultSwitches): Promise<void> {
  const { delayMs, rate429, rate500, rateDrop } = faults.current.openai;
  const parsed = CompletionRequest.safeParse(request.body);
  if (!parsed.success) return refuse(response, 400, 'invalid_request_error', z.prettifyError(parsed.error));
  await pause(delayMs);
  if (happens(rateDrop)) return void request.socket.destroy();
  if (happens(rate429)) return refuse(response, 429, 'rate_limit_exceeded', 'Rate limit reached.');
  if (happens(rate500)) return refuse(response, 500, 'server_error', 'The server had an error.');
  const { content, refusal, finishReason } = contentOf(
    faults.current.openai.answer,
    replyTo(conversationIn(parsed.data.messages)),
  );
  response.json({
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: parsed.data.model,
    choices: [
      { index: 0, finish_reason: finishReason, logprobs: null, message: { role: 'assistant', content, refusal } },
    ],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  });
}

/** What the prompt says and shows: facts and stages in the instructions, the conversation as JSON. */
function conversationIn(messages: { role: string; content: string }[]): Conversation {
  const system = messages.find((message) => message.role === 'system')?.content ?? '';
  const facts = /Facts that you may state:\n((?:- .*\n?)*)/.exec(system)?.[1] ?? '';
  const stages = /^Stages, by key: (.*)\.$/m.exec(system)?.[1] ?? '';
  const data = messages
    .filter((message) => message.role === 'user')
    .map((message) => ConversationData.safeParse(parseJson(message.content)).data);
  return {
    facts: facts
      .split('\n')
      .map((line) => line.replace(/^- /, ''))
      .filter((fact) => fact !== '' && fact !== 'none'),
    stages: stages.split(', ').map((stage) => stage.replace(/ \(.*$/, '')),
    messages: data.flatMap((one) => one?.messages ?? []),
  };
}

/** The answer as the fault switch wants it. */
function contentOf(
  kind: FaultSwitches['current']['openai']['answer'],
  answer: Answer,
): { content: string | null; refusal: string | null; finishReason: string } {
  const stop = (content: string | null, refusal: string | null = null) => ({ content, refusal, finishReason: 'stop' });
  switch (kind) {
    case 'reply':
      return stop(JSON.stringify(answer));
    case 'handOff':
    case 'nothing':
      return stop(JSON.stringify({ ...answer, outcome: kind, text: '' }));
    case 'refusal':
      return stop(null, 'I cannot help with that.');
    case 'empty':
      return stop('');
    case 'invalidJson':
      return stop('{"outcome": "reply", "text": ');
    case 'tooLong':
      return stop(JSON.stringify({ ...answer, outcome: 'reply', text: 'very long '.repeat(4_000) }));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refuse(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ error: { message, type: code, param: null, code } });
}

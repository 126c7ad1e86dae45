import express, { Router, type Request, type Response } from 'express';
import * as z from 'zod';
import { Faults, SendFromPhone, type SimulatedMessage } from '@leadline/contract/simulator.ts';
import type { FaultSwitches } from './faults.ts';
import { viewOf, type ProviderMessages } from './twilio/messages.ts';
import { sendFromPhone } from './twilio/phone.ts';
import type { WebhookTarget } from './twilio/webhooks.ts';

/** The simulated phones and the fault switches, for the screen `/simulator` and for tests: `contract/simulator.ts`. */
export function controlApi(messages: ProviderMessages, faults: FaultSwitches, target: WebhookTarget): Router {
  const router = Router();
  router.use(express.json());
  router.get('/phones', (_request, response) => void response.json({ items: phonesOf(messages.list().map(viewOf)) }));
  router.get('/messages', (request, response) => {
    const { phone } = request.query;
    const shown = messages
      .list()
      .filter((message) => phone === undefined || message.from === phone || message.to === phone);
    response.json({ items: shown.map(viewOf).reverse() });
  });
  router.get('/accepted', (_request, response) => void response.json({ items: accepted(messages) }));
  router.get('/stream', (request, response) => stream(request, response, messages));
  router.post('/inbound', async (request, response) => {
    const text = SendFromPhone.safeParse(request.body);
    if (text.success) response.status(201).json(await sendFromPhone(text.data, messages, faults, target));
    else problem(response, text.error);
  });
  router.get('/faults', (_request, response) => void response.json(faults.current));
  router.put('/faults', (request, response) => {
    const wanted = Faults.safeParse(request.body);
    if (!wanted.success) return problem(response, wanted.error);
    faults.set(wanted.data);
    response.json(faults.current);
  });
  router.delete('/', (_request, response) => {
    messages.clear();
    faults.reset();
    response.status(204).end();
  });
  return router;
}

/** Customers' phones with the last text of each, latest first. */
function phonesOf(newestFirst: SimulatedMessage[]): { phone: string; last: SimulatedMessage }[] {
  const phones = new Map<string, SimulatedMessage>();
  for (const message of newestFirst) {
    const phone = message.direction === 'fromPhone' ? message.from : message.to;
    if (!phones.has(phone)) phones.set(phone, message);
  }
  return [...phones].map(([phone, last]) => ({ phone, last }));
}

/** Every message that was taken from Leadline, with the id that Leadline planted: none may be there twice. */
function accepted(
  messages: ProviderMessages,
): { sid: string; messageId: string | null; attempt: string | null; to: string; body: string }[] {
  return messages
    .list()
    .filter((message) => message.direction === 'outbound-api')
    .map(({ sid, to, body, statusCallback }) => {
      const query = statusCallback ? new URL(statusCallback).searchParams : new URLSearchParams();
      return { sid, messageId: query.get('message'), attempt: query.get('attempt'), to, body };
    });
}

/** Server-sent events: each message that is new or has changed. */
function stream(request: Request, response: Response, messages: ProviderMessages): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': connected\n\n');
  const send = (message: SimulatedMessage): void => void response.write(`data: ${JSON.stringify(message)}\n\n`);
  messages.on('message', send);
  request.on('close', () => messages.off('message', send));
}

function problem(response: Response, error: z.core.$ZodError): void {
  const errors = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  response
    .status(400)
    .type('application/problem+json')
    .json({ type: 'about:blank', title: 'The request was not understood.', status: 400, errors });
}

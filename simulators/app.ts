import express, { type Express } from 'express';
import { controlApi } from './control.ts';
import { FaultSwitches } from './faults.ts';
import { openaiApi } from './openai/api.ts';
import { twilioApi } from './twilio/api.ts';
import { ProviderMessages } from './twilio/messages.ts';
import type { WebhookTarget } from './twilio/webhooks.ts';

/** Stand-ins for Twilio and OpenAI that speak their HTTP interfaces, with the control interface beside them. */
export function buildSimulators(target: WebhookTarget): Express {
  const messages = new ProviderMessages();
  messages.setMaxListeners(0);
  const faults = new FaultSwitches();
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.use('/control', controlApi(messages, faults, target));
  app.use(openaiApi(faults));
  app.use(twilioApi(messages, faults, target));
  return app;
}

import pino from 'pino';
import { buildSimulators } from './app.ts';
import { readSimulatorConfig } from './config.ts';

const log = pino({ name: 'simulators', level: process.env['LOG_LEVEL'] ?? 'info' });

try {
  const config = readSimulatorConfig(process.env);
  const app = buildSimulators({
    sendTo: config.WEBHOOK_BASE_URL,
    publicUrl: config.PUBLIC_URL,
    accountSid: config.TWILIO_ACCOUNT_SID,
    authToken: config.TWILIO_AUTH_TOKEN,
  });
  const server = app.listen(config.SIMULATOR_PORT, config.SIMULATOR_HOST, (error) => {
    if (error) throw error;
    log.info({ address: server.address() }, 'The simulators are ready.');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.closeAllConnections();
      server.close(() => process.exit(0));
    });
  }
} catch (error) {
  log.fatal(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

import pino from 'pino';
import { EncryptionCodec } from '../codec/encryptionCodec.ts';
import { buildCodecServer } from './app.ts';
import { readCodecServerConfig } from './config.ts';

const log = pino({ name: 'codec-server', level: process.env['LOG_LEVEL'] ?? 'info' });

try {
  const { keys, access, port, host } = readCodecServerConfig(process.env);
  const app = buildCodecServer({ codec: new EncryptionCodec(keys), access, logger: log });
  const server = app.listen(port, host, (error) => {
    if (error) throw error;
    log.info({ address: server.address(), uiOrigin: access.uiOrigin }, 'The codec server is ready.');
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

import { describe, expect, it } from '@jest/globals';
import { readApiConfig } from './config.ts';

describe('settings of the API', () => {
  it('need the database only', () => {
    expect(readApiConfig({ MONGODB_URI: 'mongodb://x/y' }, '/app')).toMatchObject({
      port: 3000,
      publicUrl: 'http://localhost:3000',
      webDir: '/app/web/dist/browser',
      simulatorUrl: null,
      simulated: [],
      temporal: { address: '127.0.0.1:7233', namespace: 'default', uiUrl: null },
    });
  });

  it('are read from lists and addresses', () => {
    const env = {
      MONGODB_URI: 'x',
      SIMULATED: 'twilio, openai',
      PUBLIC_URL: 'https://leadline.test/',
      WEB_DIR: '/srv/web',
    };
    expect(readApiConfig(env, '/app')).toMatchObject({
      simulated: ['twilio', 'openai'],
      publicUrl: 'https://leadline.test',
      webDir: '/srv/web',
    });
  });

  it('say in one sentence everything that is wrong', () => {
    expect(() => readApiConfig({ PORT: 'x', SIMULATED: 'fax' }, '/')).toThrow(
      /^These settings of the API are wrong or missing: .*PORT.*MONGODB_URI.*SIMULATED.*\.$/,
    );
  });
});

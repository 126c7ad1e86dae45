import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Change } from '@leadline/contract/realtime.ts';
import { FakeApi, FakeRealtime, settled } from '../../testing/fakeApi.ts';
import { Api, ApiError } from './api.ts';
import { Directory } from './directory.ts';
import { Realtime } from './realtime.ts';
import { Session } from './session.ts';

const version = (number: number) => ({
  id: 'p1',
  name: 'Internet lead',
  version: number,
  versionId: `p1v${number}`,
});
const takenOver = (versionId: string): Change =>
  ({ events: [{ type: 'processSelected', data: { processId: 'p1', versionId } }] }) as unknown as Change;

describe('the directory', () => {
  let api: FakeApi;
  let realtime: FakeRealtime;
  let directory: Directory;
  const loads = (): number => api.calls.filter(({ path }) => path === '/processes').length;

  beforeEach(async () => {
    api = new FakeApi();
    realtime = new FakeRealtime();
    api.answers.set('GET /users', { items: [] });
    api.answers.set('GET /processes', { items: [version(1)] });
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Realtime, useValue: realtime },
        { provide: Session, useValue: { stages: () => [] } },
      ],
    });
    directory = TestBed.inject(Directory);
    await directory.load();
  });

  it('knows a version that is published while the page is open, and asks once however many take it over', async () => {
    api.answers.set('GET /processes', { items: [version(2)] });
    realtime.change(takenOver('p1v2'));
    realtime.change(takenOver('p1v2'));
    await settled();
    realtime.change(takenOver('p1v2'));
    await settled();
    expect(directory.processes()).toEqual([version(2)]);
    expect(loads()).toBe(2);
  });

  it('loads again what may have changed while the connection was away, and keeps what it has where it cannot', async () => {
    api.answers.set('GET /processes', new ApiError(503, 'unavailable', 'Later.'));
    realtime.reload();
    await settled();
    expect(loads()).toBe(2);
    expect(directory.processes()).toEqual([version(1)]);
  });
});

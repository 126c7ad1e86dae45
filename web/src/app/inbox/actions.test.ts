import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FakeApi, FakeRealtime, settled } from '../../testing/fakeApi.ts';
import { minute, sampleRow } from '../../testing/samples.ts';
import { Api, ApiError } from '../core/api.ts';
import { Realtime } from '../core/realtime.ts';
import { Session } from '../core/session.ts';
import { Toasts } from '../core/toasts.ts';
import { Actions, autopilotSentence } from './actions.ts';
import { Rows } from './rows.ts';

describe('Actions', () => {
  let api: FakeApi;
  let rows: Rows;
  let actions: Actions;
  const toasts = { say: jest.fn(), offer: jest.fn(), fail: jest.fn() };

  beforeEach(() => {
    jest.clearAllMocks();
    Object.defineProperty(globalThis.crypto, 'randomUUID', { value: () => `key-${Math.random()}`, configurable: true });
    api = new FakeApi();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Realtime, useValue: new FakeRealtime() },
        { provide: Session, useValue: { userId: () => 'u1' } },
        { provide: Toasts, useValue: toasts },
      ],
    });
    rows = TestBed.inject(Rows);
    rows.take([sampleRow()]);
    actions = TestBed.inject(Actions);
  });

  it('shows a change at once', async () => {
    api.answers.set('PUT /conversations/c1/stage', { stage: 'appointment' });
    const done = actions.setStage(rows.get('c1')!, 'appointment');
    expect(rows.get('c1')!.stage).toBe('appointment');
    await done;
    expect(rows.get('c1')!.stage).toBe('appointment');
    expect(api.calls[0]!.body).toEqual({ stage: 'appointment' });
  });

  it('takes it back when it is refused, and says why', async () => {
    const refusal = new ApiError(409, 'refused', 'Not now.');
    api.answers.set('PUT /conversations/c1/stage', refusal);
    await actions.setStage(rows.get('c1')!, 'appointment');
    expect(rows.get('c1')!.stage).toBe('engaged');
    expect(toasts.fail).toHaveBeenCalledWith(refusal);
  });

  it('leaves what somebody else has changed meanwhile', async () => {
    api.answers.set('PUT /conversations/c1/stage', () => {
      rows.take([sampleRow({ stage: 'financing', position: 12, committedAt: minute(1) })]);
      return new ApiError(503, 'unavailable', 'Later.');
    });
    await actions.setStage(rows.get('c1')!, 'appointment');
    expect(rows.get('c1')!.stage).toBe('financing');
  });

  it('takes the planned reply off the screen with Auto Pilot, and offers to undo it', async () => {
    const item = {
      id: 'reply-1-9',
      kind: 'autopilotReply' as const,
      at: minute(1),
      title: 'Auto Pilot replies',
      phase: 'waiting' as const,
      wall: '2026-03-02 12:01',
      zone: 'UTC',
      why: '',
      operations: [],
    };
    rows.patch('c1', { agenda: [item] });
    api.answers.set('PUT /conversations/c1/autopilot', {
      on: false,
      cancelled: { dueAt: minute(1) },
      armed: null,
      committed: null,
    });
    const done = actions.setAutopilot(rows.get('c1')!, false);
    expect(rows.get('c1')).toMatchObject({ autopilot: false, agenda: [] });
    await done;
    expect(toasts.offer).toHaveBeenCalledWith(expect.stringContaining('nothing is sent'), 'Undo', expect.any(Function));
  });

  it('makes the reader the owner and keeps the others', async () => {
    rows.patch('c1', { ownerId: 'u2', assigneeIds: ['u2', 'u3'] });
    api.answers.set('PUT /conversations/c1/assignees', {});
    await actions.assignToMe(rows.get('c1')!);
    expect(api.calls[0]!.body).toEqual({ userIds: ['u1', 'u2', 'u3'], takeOver: true });
  });

  it('marks as read up to what is shown, silently also when that fails', async () => {
    rows.patch('c1', { readInboundCount: 0 });
    const done = actions.markRead(rows.get('c1')!);
    expect(rows.get('c1')!.readInboundCount).toBe(2);
    await done;
    await settled();
    expect(api.calls[0]!.body).toEqual({ unread: false, inboundCount: 2 });
    expect(rows.get('c1')!.readInboundCount).toBe(0);
    expect(toasts.fail).not.toHaveBeenCalled();
  });
});

describe('autopilotSentence', () => {
  const nothing = { cancelled: null, armed: null, committed: null };

  it('says what the switch has done', () => {
    expect(autopilotSentence({ ...nothing, on: true })).toBe('Auto Pilot is on.');
    expect(autopilotSentence({ ...nothing, on: true, armed: { dueAt: minute(1) } })).toMatch(/answers at/);
    expect(autopilotSentence({ ...nothing, on: false, cancelled: { dueAt: minute(1) } })).toMatch(
      /cancelled: nothing is sent/,
    );
    expect(autopilotSentence({ ...nothing, on: false, committed: { messageId: 'm1' } })).toMatch(/had left already/);
  });
});

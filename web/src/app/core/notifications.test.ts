import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import type { Change } from '@leadline/contract/realtime.ts';
import { FakeApi, FakeRealtime, settled } from '../../testing/fakeApi.ts';
import { minute } from '../../testing/samples.ts';
import { Api, ApiError } from './api.ts';
import { Notifications } from './notifications.ts';
import { Realtime } from './realtime.ts';
import { Session } from './session.ts';
import { Toasts } from './toasts.ts';

const notice = (id: string, seen: boolean) => ({
  id,
  conversationId: 'c1',
  contactName: 'Jane Doe',
  kind: 'reminder' as const,
  text: 'call co-applicant',
  at: minute(1),
  seen,
});
const told = (forUserId: string | null): Change =>
  ({ events: [{ type: 'reminderDue', data: { reminderId: 'r', forUserId } }] }) as unknown as Change;

describe('notifications', () => {
  let api: FakeApi;
  let realtime: FakeRealtime;
  const toasts = { offer: jest.fn(), fail: jest.fn() };
  const make = async (role: string): Promise<Notifications> => {
    api = new FakeApi();
    realtime = new FakeRealtime();
    api.answers.set('GET /notifications', { items: [notice('n1', true)], next: null });
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Realtime, useValue: realtime },
        { provide: Toasts, useValue: toasts },
        { provide: Router, useValue: { navigate: jest.fn() } },
        { provide: Session, useValue: { me: () => ({ user: { id: 'ana', role } }) } },
      ],
    });
    const notifications = TestBed.inject(Notifications);
    await settled();
    return notifications;
  };
  beforeEach(() => {
    TestBed.resetTestingModule();
    jest.clearAllMocks();
  });

  it('says what comes for the reader, and counts it until it is seen', async () => {
    const notifications = await make('sales');
    expect(notifications.unseen()).toBe(0);
    api.answers.set('GET /notifications', { items: [notice('n2', false), notice('n1', true)], next: null });
    api.answers.set('PUT /notifications/seen', {});
    realtime.change(told('ana'));
    await settled();
    expect(notifications.unseen()).toBe(1);
    expect(toasts.offer).toHaveBeenCalledWith('Jane Doe: call co-applicant', 'Open', expect.any(Function));
    await notifications.markSeen();
    expect(notifications.unseen()).toBe(0);
    expect(api.calls.at(-1)).toMatchObject({ path: '/notifications/seen', body: { until: minute(1) } });
  });

  it.each([
    ['sales', 0],
    ['manager', 1],
  ])('what is for nobody in particular concerns a reader with the role %s %d times', async (role, times) => {
    await make(role);
    const before = api.calls.length;
    realtime.change(told(null));
    realtime.change(told('leo'));
    await settled();
    expect(api.calls.length - before).toBe(times);
  });

  it('shows again as unseen what could not be marked', async () => {
    const notifications = await make('sales');
    api.answers.set('GET /notifications', { items: [notice('n2', false)], next: null });
    realtime.change(told('ana'));
    await settled();
    api.answers.set('PUT /notifications/seen', new ApiError(503, 'unavailable', 'Not now.'));
    await notifications.markSeen();
    expect(notifications.unseen()).toBe(1);
  });
});

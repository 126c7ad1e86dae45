import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { BulkProgress } from '@leadline/contract/bulk.ts';
import { FakeApi } from '../../../testing/fakeApi.ts';
import { Api, ApiError } from '../../core/api.ts';
import { Toasts } from '../../core/toasts.ts';
import { BulkRun } from './bulkRun.ts';
import { progressText, reasonLines } from './bulkText.ts';

const FRESH: BulkProgress = { total: 3, done: 0, failed: 0, refusedByReason: {}, isDone: false, cancelled: false };
const REFUSED = { 'already-resolved': { count: 2, sentence: 'This conversation is resolved already.' } };
const selection = { ids: ['a', 'b', 'c'] };

describe('BulkRun', () => {
  let api: FakeApi;
  let run: BulkRun;
  const toasts = { fail: jest.fn() };
  const says = (progress: Partial<BulkProgress>): unknown =>
    api.answers.set('GET /bulkActions/b1', { id: 'b1', ...FRESH, ...progress });
  const asks = (): number => api.calls.filter((call) => call.method === 'GET').length;
  const aSecond = (): Promise<void> => jest.advanceTimersByTimeAsync(1_000);

  function open(): void {
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Toasts, useValue: toasts },
      ],
    });
    run = TestBed.inject(BulkRun);
  }

  beforeEach(() => {
    jest.useFakeTimers();
    jest.clearAllMocks();
    sessionStorage.clear();
    api = new FakeApi();
    api.answers.set('POST /bulkActions', { id: 'b1', total: 3 });
    api.answers.set('DELETE /bulkActions/b1', null);
    says({});
    open();
  });
  afterEach(() => jest.useRealTimers());

  it('follows an action to its end, and keeps the result until it is dismissed', async () => {
    expect(await run.start({ type: 'resolve' }, selection, 'Resolve')).toBe(true);
    expect(api.calls[0]).toMatchObject({ method: 'POST', body: { action: { type: 'resolve' }, selection } });
    expect(run.isUnderWay).toBe(true);
    says({ done: 1 });
    await aSecond();
    expect(run.current()).toMatchObject({ label: 'Resolve', progress: { done: 1 } });
    says({ done: 1, refusedByReason: REFUSED, isDone: true });
    await aSecond();
    expect(run.isUnderWay).toBe(false);
    const asked = asks();
    await aSecond();
    expect(asks()).toBe(asked);
    run.dismiss();
    expect(run.current()).toBeNull();
  });

  it('says why it was refused', async () => {
    const refusal = new ApiError(400, 'invalid', 'No.');
    api.answers.set('POST /bulkActions', refusal);
    expect(await run.start({ type: 'resolve' }, selection, 'Resolve')).toBe(false);
    expect(toasts.fail).toHaveBeenCalledWith(refusal);
    expect(run.current()).toBeNull();
  });

  it('goes on asking through an outage, and says so meanwhile', async () => {
    await run.start({ type: 'resolve' }, selection, 'Resolve');
    api.answers.set('GET /bulkActions/b1', new ApiError(0, 'offline', 'Leadline cannot be reached.'));
    await aSecond();
    expect(run.current()!.problem).toContain('goes on by itself');
    says({ done: 3, isDone: true });
    await aSecond();
    expect(run.current()).toMatchObject({ problem: null, progress: { done: 3 } });
  });

  it('is cancelled once, and shows what was done', async () => {
    await run.start({ type: 'resolve' }, selection, 'Resolve');
    await run.cancel();
    expect(run.current()!.progress.cancelled).toBe(true);
    says({ done: 1, isDone: true, cancelled: true });
    await aSecond();
    expect(progressText(run.current()!.progress)).toBe('Cancelled · 1 of 3');
  });

  it('is found again after a reload, unless it was dismissed or is gone', async () => {
    await run.start({ type: 'resolve' }, selection, 'Resolve');
    says({ done: 2 });
    open();
    await jest.advanceTimersByTimeAsync(0);
    expect(run.current()).toMatchObject({ id: 'b1', label: 'Resolve', progress: { done: 2 } });
    api.answers.delete('GET /bulkActions/b1');
    await aSecond();
    expect(run.current()).toBeNull();
    open();
    await jest.advanceTimersByTimeAsync(0);
    expect(run.current()).toBeNull();
  });
});

describe('the words of a bulk action', () => {
  it.each<[Partial<BulkProgress>, string]>([
    [{ total: 120, done: 32, refusedByReason: REFUSED }, '34 of 120 · 2 refused'],
    [{ total: 1_200, done: 1_200, isDone: true }, '1,200 done'],
    [{ done: 2, failed: 1, isDone: true }, '2 done · 1 could not be reached'],
    [{ cancelled: true, done: 1 }, 'Stopping · 1 of 3'],
  ])('%j', (progress, text) => {
    expect(progressText({ ...FRESH, ...progress })).toBe(text);
  });

  it('name each reason with its count', () => {
    expect(reasonLines({ refusedByReason: REFUSED })).toEqual(['2 × This conversation is resolved already.']);
  });
});

import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeApi, FakeRealtime } from '../../../testing/fakeApi.ts';
import { minute, sampleRow } from '../../../testing/samples.ts';
import { Api } from '../../core/api.ts';
import { Realtime } from '../../core/realtime.ts';
import { Session } from '../../core/session.ts';
import { Rows } from '../rows.ts';
import { NO_FILTER } from './listFilter.ts';
import { ListStore } from './listStore.ts';
import { Selection } from './selection.ts';

describe('Selection', () => {
  let api: FakeApi;
  let list: ListStore;
  let selection: Selection;

  async function show(count: number, next: string | null = null): Promise<void> {
    const items = Array.from({ length: count }, (_, index) =>
      sampleRow({ id: `c${index}`, lastActivityAt: minute(-index) }),
    );
    api.answers.set('GET /conversations', { items, next });
    await list.show({ ...NO_FILTER, view: 'mine' });
  }

  beforeEach(async () => {
    api = new FakeApi();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Realtime, useValue: new FakeRealtime() },
        { provide: Session, useValue: { userId: () => 'u1' } },
      ],
    });
    api.answers.set('GET /counts', { byChannel: {}, unread: 0 });
    list = TestBed.inject(ListStore);
    selection = TestBed.inject(Selection);
    await show(6);
  });

  it('chooses one and leaves it out again; with the last one it ends', () => {
    selection.toggle('c2');
    expect([selection.ids(), selection.isActive(), selection.has('c2')]).toEqual([['c2'], true, true]);
    expect(selection.selection()).toEqual({ ids: ['c2'] });
    selection.toggle('c2');
    expect([selection.ids(), selection.isActive()]).toEqual([[], false]);
  });

  it('chooses a range from the last one, either way, and keeps what was chosen before', () => {
    selection.toggle('c5');
    selection.toggle('c3');
    selection.extendTo('c1');
    expect(selection.ids()).toEqual(['c1', 'c2', 'c3', 'c5']);
    selection.extendTo('c4');
    expect(selection.ids()).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
  });

  it('begins a range at the row itself when nothing was chosen', () => {
    selection.extendTo('c4');
    expect(selection.ids()).toEqual(['c4']);
  });

  it('goes by the filter for all, and by ids again once one is left out', () => {
    selection.chooseAll();
    expect(selection.count()).toBe(6);
    expect(selection.selection()).toEqual({ filter: { view: 'mine', unread: false } });
    selection.toggle('c0');
    expect(selection.isAll()).toBe(false);
    expect(selection.selection()).toEqual({ ids: ['c1', 'c2', 'c3', 'c4', 'c5'] });
  });

  it('lets go of what the list shows no more', () => {
    selection.toggle('c1');
    selection.toggle('c2');
    TestBed.inject(Rows).remove('c1');
    expect(selection.ids()).toEqual(['c2']);
  });

  it('ends with another filter', async () => {
    selection.toggle('c1');
    await show(6);
    expect([selection.ids(), selection.isActive()]).toEqual([[], false]);
  });

  it('takes 1,000 one by one, and no more', async () => {
    await show(1_002);
    selection.toggle('c0');
    expect(selection.extendTo('c1001')).toBe(false);
    expect(selection.extendTo('c999')).toBe(true);
    expect(selection.toggle('c1000')).toBe(false);
    expect(selection.count()).toBe(1_000);
  });

  it('can be turned on before anything is chosen', () => {
    selection.toggleMode();
    expect([selection.isActive(), selection.count()]).toEqual([true, 0]);
    selection.toggleMode();
    expect(selection.isActive()).toBe(false);
  });
});

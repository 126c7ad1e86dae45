import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import type { DraftView } from '@leadline/contract/restActions.ts';
import { FakeRealtime, settled } from '../../../testing/fakeApi.ts';
import { sampleMessage, sampleRow } from '../../../testing/samples.ts';
import { ApiError } from '../../core/api.ts';
import { Realtime } from '../../core/realtime.ts';
import { Screen } from '../../core/screen.ts';
import { Session } from '../../core/session.ts';
import { Toasts } from '../../core/toasts.ts';
import { Actions } from '../actions.ts';
import { Outbox } from '../thread/outbox.ts';
import { Composer } from './composer.ts';

const reply: DraftView = {
  draftId: 'd1',
  outcome: 'reply',
  text: 'Yes, it is.',
  reason: 'Asked.',
  intent: null,
  processVersionId: 'v7',
};

describe('Composer', () => {
  let fixture: ComponentFixture<Composer>;
  const outbox = { send: jest.fn() };
  const actions = { draft: jest.fn<() => Promise<DraftView>>() };
  const toasts = { offer: jest.fn(), fail: jest.fn() };
  const find = (id: string) => (fixture.nativeElement as HTMLElement).querySelector<HTMLElement>(`[data-testid=${id}]`);
  const field = () => find('composer') as HTMLTextAreaElement;

  let realtime: FakeRealtime;

  beforeEach(async () => {
    realtime = new FakeRealtime();
    localStorage.clear();
    jest.clearAllMocks();
    TestBed.configureTestingModule({
      providers: [
        { provide: Outbox, useValue: outbox },
        { provide: Actions, useValue: actions },
        { provide: Realtime, useValue: realtime },
        { provide: Toasts, useValue: toasts },
        { provide: Session, useValue: { userId: () => 'u1', me: () => null } },
        { provide: Screen, useValue: { isNarrow: () => false } },
      ],
    });
    await show(sampleRow());
  });

  async function show(row: ConversationRow): Promise<void> {
    fixture = TestBed.createComponent(Composer);
    fixture.componentRef.setInput('row', row);
    fixture.componentRef.setInput('processNames', new Map([['v7', 'Internet lead v7']]));
    document.body.append(fixture.nativeElement as HTMLElement);
    await fixture.whenStable();
  }

  async function type(text: string): Promise<void> {
    field().value = text;
    field().dispatchEvent(new Event('input'));
    await fixture.whenStable();
  }

  async function press(options: KeyboardEventInit): Promise<void> {
    field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, ...options }));
    await fixture.whenStable();
  }

  it('warns in the customer’s quiet hours, and sends all the same', async () => {
    await show(sampleRow({ zone: 'UTC', quietHours: { from: '00:00', to: '24:00' } }));
    expect(find('quiet-hours')?.textContent).toContain('for Jane: quiet hours until');
    await type('On my way');
    await press({});
    expect(outbox.send).toHaveBeenCalled();
  });

  it('sends with Enter and is empty at once', async () => {
    await type('  On my way ');
    await press({});
    expect(outbox.send).toHaveBeenCalledWith({
      conversationId: 'c1',
      text: 'On my way',
      fromDraftId: null,
      afterPosition: 10,
    });
    expect(field().value).toBe('');
  });

  it.each([{ shiftKey: true }, { isComposing: true }, { keyCode: 229 }])(
    'does not send with Enter and %j',
    async (options) => {
      await type('On my way');
      await press(options);
      expect(outbox.send).not.toHaveBeenCalled();
    },
  );

  it('sends nothing that is empty or too long', async () => {
    await type('   ');
    await press({});
    await type('a'.repeat(1601));
    await press({});
    expect(outbox.send).not.toHaveBeenCalled();
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('too long');
  });

  it('counts as the carrier does', async () => {
    expect(find('counter')!.textContent).toBe('0 / 160');
    await type('a'.repeat(161));
    expect(find('counter')!.textContent).toBe('161 / 306 · 2 texts');
    await type('👍');
    expect(find('counter')!.textContent).toBe('2 / 70');
  });

  it('keeps the text of each conversation', async () => {
    await type('half a sentence');
    fixture.componentRef.setInput('row', sampleRow({ id: 'c2' }));
    await fixture.whenStable();
    expect(field().value).toBe('');
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({
      providers: [
        { provide: Outbox, useValue: outbox },
        { provide: Actions, useValue: actions },
        { provide: Toasts, useValue: toasts },
        { provide: Session, useValue: { userId: () => 'u1', me: () => null } },
        { provide: Screen, useValue: { isNarrow: () => false } },
      ],
    });
    await show(sampleRow());
    expect(field().value).toBe('half a sentence');
  });

  it('puts the AI draft in, marked until it is edited, and says which draft was sent', async () => {
    actions.draft.mockResolvedValue(reply);
    find('sparkle')!.click();
    await settled();
    await fixture.whenStable();
    expect(field().value).toBe('Yes, it is.');
    expect(find('ai-draft')!.textContent).toContain('Internet lead v7');
    await type('Yes, it is still here.');
    expect(find('ai-draft')).toBeNull();
    await press({});
    expect(outbox.send).toHaveBeenCalledWith(expect.objectContaining({ fromDraftId: 'd1' }));
  });

  it('gives an AI draft up when Auto Pilot has sent it', async () => {
    actions.draft.mockResolvedValue(reply);
    find('sparkle')!.click();
    await settled();
    const hear = (text: string) => {
      const message = sampleMessage({ author: 'autopilot', direction: 'outbound', text });
      const ids = { cursor: '1', conversationId: sampleRow().id };
      realtime.change({ ...ids, row: null, messages: [message], events: [], reload: false });
    };
    hear('Another text.');
    await fixture.whenStable();
    expect(field().value).toBe('Yes, it is.');
    hear('Yes, it is.');
    await fixture.whenStable();
    expect(field().value).toBe('');
  });

  it('says what they want beside an answer', async () => {
    actions.draft.mockResolvedValue({ ...reply, intent: 'optOut' });
    find('sparkle')!.click();
    await settled();
    await fixture.whenStable();
    expect(field().value).toBe(reply.text);
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('They seem to ask for no more texts.');
  });

  it('says why there is no draft, and leaves the text alone', async () => {
    await type('mine');
    actions.draft.mockResolvedValue({
      ...reply,
      outcome: 'handOff',
      text: '',
      reason: 'They want to talk about money.',
    });
    find('sparkle')!.click();
    await settled();
    await fixture.whenStable();
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('They want to talk about money.');
    actions.draft.mockRejectedValue(new ApiError(409, 'no-process', 'Select a process first.'));
    find('sparkle')!.click();
    await settled();
    await fixture.whenStable();
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('Select a process first.');
    expect(field().value).toBe('mine');
  });

  it('says before anything is typed that the customer has opted out', async () => {
    await show(sampleRow({ optedOut: true }));
    expect(field().disabled).toBe(true);
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('Jane has opted out');
  });
});

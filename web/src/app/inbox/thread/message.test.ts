import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MessageView } from '@leadline/contract/rest.ts';
import { sampleEvent, sampleMessage } from '../../../testing/samples.ts';
import { Directory } from '../../core/directory.ts';
import { Message } from './message.ts';

const sent = (change: Partial<MessageView>): MessageView =>
  sampleMessage({ direction: 'outbound', author: 'user', userId: 'u1', status: 'delivered', ...change });

describe('Message', () => {
  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [{ provide: Directory, useValue: { userName: () => 'Ana Perez' } }] });
  });

  async function shown(message: MessageView, more: { isLost?: boolean; withDecision?: boolean } = {}) {
    const fixture = TestBed.createComponent(Message);
    const decision = more.withDecision ? sampleEvent('decisionMade', 2) : null;
    fixture.componentRef.setInput('item', {
      kind: 'message',
      key: message.id,
      message,
      isLast: true,
      count: 1,
      decision,
      isLost: more.isLost ?? false,
    });
    fixture.componentRef.setInput('processName', 'Internet lead v7');
    await fixture.whenStable();
    const element = fixture.nativeElement as HTMLElement;
    const button = (name: string) =>
      [...element.querySelectorAll('button')].find((one) => one.textContent?.trim() === name);
    return { component: fixture.componentInstance, element, button };
  }

  it('shows what a customer wrote as text, whatever it looks like', async () => {
    const { element } = await shown(sampleMessage({ text: '<img src=x onerror=alert(1)> & <b>hi</b>' }));
    expect(element.querySelector('.bubble')!.textContent).toBe('<img src=x onerror=alert(1)> & <b>hi</b>');
    expect(element.querySelector('img')).toBeNull();
    expect(element.dataset).toMatchObject({ testid: 'message', author: 'customer', status: 'received' });
  });

  it('opens links elsewhere, without telling where from', async () => {
    const { element } = await shown(sampleMessage({ text: 'https://a.example/x' }));
    const link = element.querySelector('a')!;
    expect([link.getAttribute('href'), link.target, link.rel]).toEqual([
      'https://a.example/x',
      '_blank',
      'noopener noreferrer',
    ]);
  });

  it.each([
    ['queued', 'Sending'],
    ['sent', 'Sent'],
    ['delivered', 'Delivered'],
    ['read', 'Read'],
    ['unknown', 'not confirmed'],
  ] as const)('says in words that a message is %s', async (status, words) => {
    const { element, button } = await shown(sent({ status }));
    expect(element.querySelector('.mark')!.textContent).toContain(words);
    expect(button('Retry')).toBeUndefined();
  });

  it('says why a message failed and offers to send it again', async () => {
    const { element, component, button } = await shown(
      sent({ status: 'failed', error: { code: '30003', message: 'Handset unreachable' } }),
    );
    expect(element.textContent).toContain('Handset unreachable (30003)');
    const retry = jest.fn();
    component.retry.subscribe(retry);
    button('Retry')!.click();
    expect(retry).toHaveBeenCalledTimes(1);
  });

  it('offers it as well for one that the carrier never had', async () => {
    const { button } = await shown(sent({ status: 'unknown' }), { isLost: true });
    expect(button('Retry')).toBeDefined();
  });

  it('says who wrote, and why Auto Pilot did', async () => {
    expect((await shown(sent({}))).element.textContent).toContain('Ana Perez');
    const { element, component, button } = await shown(
      sent({ author: 'autopilot', userId: null, processVersionId: 'v7' }),
      { withDecision: true },
    );
    expect(element.textContent).toContain('Auto Pilot · Internet lead v7');
    const why = jest.fn();
    component.why.subscribe(why);
    button('why?')!.click();
    expect(why).toHaveBeenCalledTimes(1);
  });

  it('marks a late one', async () => {
    expect((await shown(sampleMessage({ late: true }))).element.textContent).toContain('arrived late');
  });
});

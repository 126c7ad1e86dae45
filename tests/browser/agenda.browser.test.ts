import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import type { SimulatedMessage } from '@leadline/contract/simulator.ts';
import { openStore } from '@leadline/store/connect.ts';
import { newId } from '@leadline/store/ids.ts';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';
import { DESKTOP, launchBrowser, openPage, PHONE, picture, signIn } from './browser.ts';

const CUSTOMER = '+18255557799';

/** What a conversation does by itself, and how a person steers it; no step refreshes the page. */
describe('the agenda of a conversation', () => {
  let product: TestProduct;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [product, browser] = await Promise.all([startLeadline(), launchBrowser()]);
    await liveAtNoon(product.mongoUri);
    page = await openPage(browser);
    await page.goto(product.url);
    await signIn(page, 'admin@demo.test');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  }, 60_000);

  const next = (kind: string): Locator => page.locator(`[data-testid="next-item"][data-kind="${kind}"]`);
  const say = (body: string): Promise<unknown> =>
    product.control('POST', '/inbound', { from: CUSTOMER, to: '+18255550100', body });
  const onPhone = async (): Promise<string[]> =>
    (
      await product.control<{ items: SimulatedMessage[] }>('GET', `/messages?phone=${encodeURIComponent(CUSTOMER)}`)
    ).items
      .filter((message) => message.direction === 'toPhone')
      .map((message) => message.body);
  const switchOf = (name: string): Locator => page.getByTestId(name).locator('[role="switch"]');
  /** Waits for a line of the thread; a long row of lines is folded, so it is opened. */
  const thread = (text: string): Promise<void> =>
    until(`the thread says "${text}"`, async () => {
      if (await page.getByText(text).first().isVisible()) return true;
      // A fold may go while the thread changes.
      for (const fold of await page.getByRole('button', { name: /more events/ }).all())
        await fold.click({ timeout: 1_000 }).catch(() => undefined);
      return false;
    });

  it('plans a follow-up when our message is the last, and lets a person skip it and send the next at once', async () => {
    await say('hello, do you have a RAV4?');
    const row = page.getByTestId('conversation-row').filter({ hasText: 'do you have a RAV4' });
    await row.click();
    await switchOf('autopilot-switch').click();
    await page.getByTestId('composer').fill('Yes, one arrives this week.');
    await page.keyboard.press('Enter');
    await switchOf('followups-switch').click();
    await next('followUp').filter({ hasText: 'Follow-up 1 of 3' }).waitFor();
    await picture(page, 'follow-up');
    await next('followUp').getByTestId('cancel-item').click();
    await next('followUp').filter({ hasText: 'Follow-up 2 of 3' }).waitFor();
    await next('followUp').getByTestId('act-now').click();
    await page.locator('[data-testid="message"][data-author="followUp"]').waitFor();
    await until('it arrives on the phone', async () => (await onPhone()).length === 2);
    await next('followUp').filter({ hasText: 'Follow-up 3 of 3' }).waitFor();
  }, 90_000);

  it('schedules what is written, and the customer’s reply takes it back', async () => {
    await page.getByTestId('composer').fill('Shall we say Saturday?');
    await page.getByTestId('schedule').click();
    await page.getByRole('menuitem', { name: /Tomorrow 9:00/ }).click();
    await next('scheduledMessage').waitFor();
    await until(
      'nothing is left in the composer',
      async () => (await page.getByTestId('composer').inputValue()) === '',
    );
    await picture(page, 'scheduled');
    await next('scheduledMessage').getByTestId('edit-item').click();
    await until('the text is there', async () =>
      (await page.getByTestId('edit-text').inputValue()).includes('Saturday'),
    );
    await page.getByTestId('edit-text').fill('Shall we say Sunday?');
    await page.getByTestId('edit-time').fill(`${new Date().getFullYear() + 1}-01-04T10:30`);
    await page.getByTestId('edit-save').click();
    await page.getByTestId('edit-text').waitFor({ state: 'detached' });
    await thread('changed a scheduled message');
    await say('I found one elsewhere, thanks');
    await next('scheduledMessage').waitFor({ state: 'detached' });
    await thread('A scheduled message is not sent: the customer replied');
    await next('followUp').waitFor({ state: 'detached' });
  }, 60_000);

  it('takes a reminder in words, and tags', async () => {
    await page.getByTestId('new-reminder').fill('tomorrow 3pm call co-applicant');
    await page.keyboard.press('Enter');
    await page.getByText('call co-applicant').first().waitFor();
    await next('reminder').waitFor();
    await page.getByTestId('new-tag').fill('Trade-in');
    await page.keyboard.press('Enter');
    await thread('set the tags: trade-in');
    await page.getByTestId('complete-reminder').last().click();
    await next('reminder').waitFor({ state: 'detached' });
  }, 60_000);

  it('tells the one whom a reminder is for when it is due, at the bell and aloud', async () => {
    await page.getByTestId('new-reminder').fill('in 2 seconds look at the paystubs');
    await page.keyboard.press('Enter');
    await page
      .getByText(/: look at the paystubs/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Notifications, 1 new' }).first().waitFor();
    await page.getByTestId('notifications').first().click();
    await page.getByTestId('notification').filter({ hasText: 'look at the paystubs' }).waitFor();
    await picture(page, 'notifications');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Notifications', exact: true }).first().waitFor();
    await page.getByTestId('complete-reminder').last().click();
    await page.getByTestId('priority-urgent').click();
    await thread('set the priority: urgent');
  }, 60_000);

  it('snoozes, resolves, and a message opens it again', async () => {
    await page.getByTestId('snooze').click();
    await page.getByRole('menuitem', { name: /Monday 9:00/ }).click();
    await next('unsnooze').waitFor();
    await page.getByTestId('reopen').click();
    await page.getByTestId('resolve').click();
    await thread('resolved it');
    await say('one more question');
    await thread('Reopened by a message (was resolved)');
    await page.getByTestId('resolve').waitFor();
    await page.setViewportSize(PHONE);
    await picture(page, 'mobile-agenda');
    await page.setViewportSize(DESKTOP);
  }, 60_000);

  it('checks settings as they are written, and rolls them out', async () => {
    await page.getByTitle('Settings').click();
    const text = page.getByTestId('settings-text');
    await text.waitFor();
    const before = await text.inputValue();
    await text.fill(before.replace('"from": "21:00"', '"from": "9 pm"'));
    await page.getByTestId('mistakes').getByText('quietHours.from').waitFor();
    expect(await page.getByTestId('save-settings').isDisabled()).toBe(true);
    await picture(page, 'settings');
    // Each is asked about, and the browser that nobody watches says no.
    await page.getByRole('button', { name: 'Internet lead' }).click();
    await page.getByTitle('Inbox').click();
    expect(await text.inputValue()).toContain('"from": "9 pm"');
    // From now on every hour is quiet.
    await text.fill(before.replace(/"quietHours": \{[^}]*\}/, '"quietHours": { "from": "00:00", "to": "24:00" }'));
    await page.getByTestId('save-settings').click();
    await page.getByText('version 2', { exact: false }).first().waitFor();
    await page.getByTestId('rollout').filter({ hasText: 'running conversations know of it' }).waitFor();
    await page.getByRole('button', { name: 'Internet lead' }).click();
    await until('the process is there', async () => (await text.inputValue()).includes('aiTurnsPerDay'));
    await text.fill((await text.inputValue()).replace(/"aiTurnsPerDay": \d+/, '"aiTurnsPerDay": 3'));
    await page.getByTestId('save-settings').click();
    await page.getByTestId('rollout').filter({ hasText: 'running conversations know of it' }).waitFor();
  }, 60_000);

  it('warns in quiet hours, and lets a person go on: with a message, and with a follow-up at once', async () => {
    await page.goBack();
    await page.getByTestId('conversation-row').filter({ hasText: 'one more question' }).click();
    await page.getByTestId('process-select').filter({ hasText: 'v2' }).waitFor();
    await page.getByTestId('quiet-hours').getByText('quiet hours until').waitFor();
    await page.getByTestId('composer').fill('Sure, ask away!');
    await page.keyboard.press('Enter');
    await picture(page, 'quiet-hours');
    const before = await page.locator('[data-testid="message"][data-author="followUp"]').count();
    await next('followUp').getByTestId('act-now').click();
    await until(
      'the follow-up is there',
      async () => (await page.locator('[data-testid="message"][data-author="followUp"]').count()) > before,
    );
  }, 60_000);

  it('honours an opt-out at once: nothing is planned, and nothing can be sent', async () => {
    await say('STOP');
    await thread('The customer opted out');
    await page.getByText('nothing may be sent until they text START').waitFor();
    expect(await page.getByTestId('composer').isDisabled()).toBe(true);
    await until('the stage is DNC', async () => (await page.getByTestId('stage-chip').innerText()).includes('DNC'));
    await picture(page, 'opted-out');
  }, 60_000);

  it('deletes a conversation, and brings it back', async () => {
    await page.getByTestId('delete').click();
    await page.getByTestId('confirm-delete').click();
    const row = page.getByTestId('conversation-row').filter({ hasText: 'STOP' });
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.first().waitFor();
    await row.first().click();
    await thread('brought it back after it was deleted');
    await page.getByText('Yes, one arrives this week.').waitFor();
    await picture(page, 'restored');
  }, 60_000);
});

/** The customer lives where it is noon now: whatever the hour of the test, quiet hours defer nothing. */
async function liveAtNoon(mongoUri: string): Promise<void> {
  const ahead = 12 - new Date().getUTCHours();
  const store = await openStore(mongoUri);
  const account = (await store.channelAccounts.all()).find(({ channel }) => channel === 'sms')!;
  const { stages } = await store.models.dealerships.findById(account.dealershipId).orFail().lean();
  await store.models.contacts.create({
    _id: newId(),
    dealershipId: account.dealershipId,
    address: CUSTOMER,
    phone: CUSTOMER,
    // The names of these zones count westwards.
    timeZone: `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`,
    stage: stages[0]!.key,
    createdAt: new Date(),
  });
  await store.close();
}

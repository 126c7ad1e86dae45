import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { Faults, type SimulatedMessage } from '@leadline/contract/simulator.ts';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';
import { launchBrowser, openPage, picture, signIn } from './browser.ts';

const CUSTOMER = '+18255557788';
/** The first story of Leadline, as a salesperson and a customer live it; no step refreshes the page. */
describe('a customer’s text gets its Auto Pilot answer', () => {
  let product: TestProduct;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startLeadline(), launchBrowser()]);
    page = await openPage(browser);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  }, 60_000);

  const rows = (): Locator => page.getByTestId('conversation-row');
  const messages = (author: string): Locator => page.locator(`[data-testid="message"][data-author="${author}"]`);
  const next = (): Locator => page.getByTestId('next-item');
  const say = (body: string): Promise<unknown> =>
    product.control('POST', '/inbound', { from: CUSTOMER, to: '+18255550100', body });
  const faults = (twilio: Partial<Faults['twilio']>): Promise<unknown> =>
    product.control('PUT', '/faults', Faults.parse({ twilio, openai: {} }));
  const onPhone = async (): Promise<SimulatedMessage[]> =>
    (await product.control<{ items: SimulatedMessage[] }>('GET', `/messages?phone=${encodeURIComponent(CUSTOMER)}`))
      .items;
  const answers = async (): Promise<SimulatedMessage[]> =>
    (await onPhone()).filter((message) => message.direction === 'toPhone');

  it('signs in, and the inbox stands with the demo’s conversations', async () => {
    await page.goto(product.url);
    await signIn(page, 'ana@demo.test');
    expect(await rows().count()).toBeGreaterThan(5);
    await picture(page, 'list');
  }, 60_000);

  it('shows a new text on top, unread, and counts down to the reply', async () => {
    await say('hi, is the 2021 F-150 still there?');
    await until('the text is on top', async () => (await rows().first().innerText()).includes('is the 2021 F-150'));
    expect(await rows().first().innerText()).toMatch(/Auto Pilot/);
    await rows().first().click();
    await next().first().waitFor();
    await page.getByTestId('message').first().waitFor();
    await picture(page, 'thread');
  }, 60_000);

  it('answers two texts together, and its ticks go to delivered', async () => {
    await say('and would you take my 2016 Civic in trade?');
    await until('both are shown', async () => (await messages('customer').count()) === 2);
    await messages('autopilot').first().waitFor({ timeout: 30_000 });
    await until('the reply arrives on the phone', async () => (await answers()).length === 1);
    await page.locator('[data-testid="message"][data-author="autopilot"][data-status="delivered"]').waitFor();
    expect((await answers())[0]?.body).toContain('(simulated)');
    expect(await messages('autopilot').count()).toBe(1);
    await picture(page, 'answered');
  }, 90_000);

  it('sends nothing once Auto Pilot is turned off inside the window, and says why', async () => {
    await say('is it a manual?');
    await next().first().waitFor();
    await autopilot().click();
    await page.getByText('Auto Pilot was turned off before it answered').first().waitFor();
    await next().first().waitFor({ state: 'detached' });
  }, 60_000);

  it('arms at once for the unanswered text when it is turned on again', async () => {
    await autopilot().click();
    await next().first().waitFor();
  }, 60_000);

  it('drafts the same answer into the composer', async () => {
    await page.getByTestId('sparkle').click();
    await until('the draft is in the composer', async () => (await composer().inputValue()).includes('(simulated)'));
  }, 60_000);

  it('lets a person’s message drop the pending reply', async () => {
    await composer().fill('Hi, Ana here: it is an automatic.');
    await composer().press('Enter');
    await page.locator('[data-testid="message"][data-author="user"][data-status="delivered"]').waitFor();
    await next().first().waitFor({ state: 'detached' });
    const sent = (await answers()).map((message) => message.body);
    expect(sent.at(-1)).toBe('Hi, Ana here: it is an automatic.');
    expect(sent).toHaveLength(2);
  }, 60_000);

  it('shows that an answer never left which a person has overtaken', async () => {
    await faults({ rate429: 1 });
    await say('does it tow?');
    await messages('autopilot').nth(1).waitFor({ timeout: 30_000 });
    await composer().fill('It does: 5,000 kg.');
    await composer().press('Enter');
    await messages('user').nth(1).waitFor();
    await faults({});
    await page.locator('[data-testid="message"][data-author="autopilot"][data-status="blocked"]').waitFor();
    await until('the person’s message is there', async () => (await answers()).at(-1)?.body === 'It does: 5,000 kg.');
    expect(await answers()).toHaveLength(3);
  }, 90_000);

  it('works at the size of a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByTestId('composer').waitFor();
    await picture(page, 'mobile-thread');
    await page.goto(`${product.url}/conversations`);
    await rows().first().waitFor();
    await picture(page, 'mobile-list');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${product.url}/simulator`);
    await page.getByTestId('phone-message').first().waitFor();
    await picture(page, 'simulator');
  }, 60_000);

  const composer = (): Locator => page.getByTestId('composer');
  const autopilot = (): Locator => page.getByTestId('autopilot-switch').getByRole('switch');
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';
import { DESKTOP, launchBrowser, openPage, PHONE, picture, signIn } from './browser.ts';

/** One action over many conversations, by keyboard, by mouse and by finger; no step refreshes the page. */
describe('many conversations at once', () => {
  let product: TestProduct;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [product, browser] = await Promise.all([startLeadline(), launchBrowser()]);
    page = await openPage(browser);
    await page.goto(product.url);
    await signIn(page, 'admin@demo.test');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  }, 60_000);

  const rows = (on = page): Locator => on.getByTestId('conversation-row');
  const bar = (on = page): Locator => on.getByTestId('bulk-bar');
  const progress = (on = page): Locator => on.getByTestId('bulk-progress');
  const pick = (index: number, on = page): Locator => on.getByTestId('pick').nth(index);
  const countIs = (text: string): Promise<void> => bar().getByText(text, { exact: true }).waitFor();
  const idsOfFirst = async (count: number): Promise<string[]> =>
    Promise.all((await rows().all()).slice(0, count).map(async (one) => (await one.getAttribute('data-id'))!));
  const row = (id: string): Locator => page.locator(`[data-testid="conversation-row"][data-id="${id}"]`);

  it('selects by keyboard, sets a stage in all of them, and their chips change', async () => {
    const ids = await idsOfFirst(4);
    for (const key of ['j', 'x', 'j', 'x', 'j', 'j', 'X']) await page.keyboard.press(key);
    await countIs('4 selected');
    await page.keyboard.press('s');
    await page.getByRole('menu').waitFor();
    await page.getByRole('menuitem', { name: 'Sold' }).click();
    await progress().filter({ hasText: '4 done' }).waitFor();
    for (const id of ids) await row(id).getByText('Sold', { exact: true }).waitFor();
    await bar().waitFor({ state: 'detached' });
    await page.getByTestId('bulk-dismiss').click();
    await page.getByTestId('bulk-run').waitFor({ state: 'detached' });
  }, 60_000);

  it('selects a range with the mouse, tags it, and Esc clears a selection', async () => {
    await rows().first().hover();
    await pick(0).click();
    await rows()
      .nth(2)
      .click({ modifiers: ['Shift'] });
    await countIs('3 selected');
    expect(page.url()).toMatch(/\/conversations$/);
    expect(await pick(1).getAttribute('aria-checked')).toBe('true');
    await picture(page, 'bulk');
    await bar().getByRole('button', { name: 'Tag', exact: true }).click();
    await page.getByTestId('bulk-tag').fill('Spring event');
    await page.keyboard.press('Enter');
    await progress().filter({ hasText: '3 done' }).waitFor();
    await page.getByTestId('bulk-dismiss').click();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await countIs('1 selected');
    await page.keyboard.press('Escape');
    await bar().waitFor({ state: 'detached' });
  }, 60_000);

  it('acts on all that fit the filter, and says which refused and why', async () => {
    await page.goto(`${product.url}/conversations?stage=sold`);
    await rows().first().waitFor();
    const total = await totalOf('stage=sold');
    expect(total).toBeGreaterThanOrEqual(4);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('e');
    await progress().filter({ hasText: '1 done' }).waitFor();
    await page.keyboard.press('A');
    await countIs(`All ${total}`);
    await page.keyboard.press('e');
    await page.getByTestId('bulk-confirm').click();
    await progress()
      .filter({ hasText: `${total - 1} done · 1 refused` })
      .waitFor();
    await page.getByText('1 × This conversation is resolved already.').waitFor();
    await until('all are resolved', async () => (await totalOf('stage=sold&status=resolved')) === total);
    await until('the rows say so', async () => (await rows().filter({ hasText: 'resolved' }).count()) > 3);
  }, 60_000);

  it('works by finger: a long press begins, taps choose', async () => {
    const phone = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true });
    await phone.addCookies(await page.context().cookies());
    const touch = await phone.newPage();
    touch.setDefaultTimeout(15_000);
    await touch.goto(`${product.url}/conversations`);
    await rows(touch).first().waitFor();
    await longPress(touch, rows(touch).nth(1));
    await bar(touch).getByText('1 selected').waitFor();
    await rows(touch).nth(2).tap();
    await rows(touch).nth(3).tap();
    await bar(touch).getByText('3 selected').waitFor();
    expect(touch.url()).toMatch(/\/conversations$/);
    await picture(touch, 'mobile-bulk');
    await bar(touch).getByRole('button', { name: 'Auto Pilot' }).tap();
    await touch.getByRole('menuitem', { name: 'Follow-ups off' }).tap();
    await progress(touch).filter({ hasText: '3 done' }).waitFor();
    await touch.getByTestId('bulk-dismiss').tap();
    await rows(touch).nth(1).tap();
    await touch.getByTestId('composer').waitFor();
    await phone.close();
  }, 60_000);

  it('shows how far it is, and can be cancelled: what is done stays done', async () => {
    for (let index = 0; index < 50; index++) {
      const from = `+1825555${6000 + index}`;
      await product.control('POST', '/inbound', { from, to: '+18255550100', body: 'Is it still there?' });
    }
    await until('the new ones are there', async () => (await totalOf('')) === 90);
    await page.goto(`${product.url}/conversations`);
    await rows().first().waitFor();
    await page.keyboard.press('A');
    await bar().getByRole('button', { name: 'Stage' }).click();
    await page.getByRole('menuitem', { name: 'Needs a Call' }).click();
    await page.getByTestId('bulk-confirm').click();
    await progress()
      .filter({ hasText: /\d of 90/ })
      .waitFor();
    await page.getByTestId('bulk-cancel').click();
    await progress()
      .filter({ hasText: /Cancelled · \d+ of/ })
      .waitFor();
    const [, done] = /(\d+) of/.exec(await progress().innerText())!;
    expect(Number(done)).toBeLessThan(90);
    await page.reload();
    await progress()
      .filter({ hasText: `Cancelled · ${done} of` })
      .waitFor();
    await page.getByTestId('bulk-dismiss').click();
  }, 60_000);

  it('is in the list of keys', async () => {
    await page.setViewportSize(DESKTOP);
    await page.keyboard.press('?');
    await page.getByText('Select up to here').waitFor();
    await page.keyboard.press('Escape');
  }, 30_000);

  /** How many conversations fit a query, page by page. */
  async function totalOf(query: string): Promise<number> {
    return page.evaluate(async (filter) => {
      let count = 0;
      let cursor: string | null = '';
      while (cursor !== null) {
        const answer = await fetch(`/api/conversations?limit=100&${filter}${cursor && `&cursor=${cursor}`}`);
        const { items, next } = (await answer.json()) as { items: unknown[]; next: string | null };
        [count, cursor] = [count + items.length, next];
      }
      return count;
    }, query);
  }
});

/** Rests a finger on an element. */
async function longPress(page: Page, target: Locator): Promise<void> {
  const { x, y, width, height } = (await target.boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const point = { x: x + width / 2, y: y + height / 2 };
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
  await page.getByTestId('bulk-bar').waitFor();
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

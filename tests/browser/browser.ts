import { mkdir } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SCREENSHOTS = process.env['SCREENSHOTS'];
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The machine's own Chromium, as the tests' runner has found it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS });
}

/** A page of its own, with nothing remembered. */
export async function openPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: DESKTOP })).newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** Signs in on the page that asks for it, and waits for the inbox. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.locator('input[type="password"]').fill('demo');
  await page.locator('input:not([type="password"])').first().fill(email);
  await page.keyboard.press('Enter');
  await page.getByTestId('conversation-row').first().waitFor();
}

/** Pictures for the README, when they are asked for: SCREENSHOTS=docs/screenshots. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, animations: 'disabled' });
}

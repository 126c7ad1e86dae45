import { DestroyRef } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Shortcuts } from './shortcuts.ts';

describe('Shortcuts', () => {
  let shortcuts: Shortcuts;
  let next: ReturnType<typeof jest.fn<() => boolean | void>>;

  function press(key: string, options: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
    target.dispatchEvent(event);
    return event;
  }

  beforeEach(() => {
    localStorage.clear();
    shortcuts = TestBed.inject(Shortcuts);
    next = jest.fn<() => boolean | void>();
    shortcuts.register([{ keys: ['j', 'U'], does: 'Next', run: next }], TestBed.inject(DestroyRef));
  });

  afterEach(() => {
    document.body.innerHTML = '';
  });

  it('runs what a key stands for, and keeps the browser from it', () => {
    expect(press('j').defaultPrevented).toBe(true);
    expect(press('x').defaultPrevented).toBe(false);
    expect(next).toHaveBeenCalledTimes(1);
  });

  it('leaves the key to the browser when there was nothing to do', () => {
    next.mockReturnValue(false);
    expect(press('j').defaultPrevented).toBe(false);
  });

  it('tells a capital letter from a small one', () => {
    press('u');
    expect(next).not.toHaveBeenCalled();
    press('U', { shiftKey: true });
    expect(next).toHaveBeenCalledTimes(1);
  });

  it.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])(
    'does nothing with %j',
    (options) => {
      press('j', options);
      expect(next).not.toHaveBeenCalled();
    },
  );

  it.each(['input', 'textarea', 'select'])('does nothing while somebody types into %s', (tag) => {
    const field = document.body.appendChild(document.createElement(tag));
    press('j', {}, field);
    expect(next).not.toHaveBeenCalled();
  });

  it('does nothing behind an open menu or dialog', () => {
    document.body.innerHTML = '<div class="cdk-overlay-container"><div role="dialog"></div></div>';
    press('j');
    expect(next).not.toHaveBeenCalled();
  });

  it('can be turned off, and stays so', () => {
    shortcuts.turn(true);
    press('j');
    expect(next).not.toHaveBeenCalled();
    TestBed.resetTestingModule();
    expect(TestBed.inject(Shortcuts).isOff()).toBe(true);
  });
});

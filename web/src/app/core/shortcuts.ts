import { DestroyRef, DOCUMENT, inject, Service, signal } from '@angular/core';

/** One key and what it does, as the cheat sheet shows it. */
export interface Shortcut {
  /** As `KeyboardEvent.key`; a capital letter means with Shift. */
  keys: string[];
  /** What it does, in words. */
  does: string;
  /** Returns false when there was nothing to do, so that the browser may have the key. */
  run(event: KeyboardEvent): boolean | void;
}

const OFF = 'leadline.shortcuts.off';

/** Single keys. They work outside of inputs, menus and dialogs only, and can be turned off (WCAG 2.1.4). */
@Service()
export class Shortcuts {
  private readonly document = inject(DOCUMENT);
  private readonly registered = signal<readonly Shortcut[]>([]);
  private readonly off = signal(localStorage.getItem(OFF) === 'true');

  readonly all = this.registered.asReadonly();
  readonly isOff = this.off.asReadonly();

  constructor() {
    const onKey = (event: KeyboardEvent): void => this.handle(event);
    this.document.addEventListener('keydown', onKey);
    inject(DestroyRef).onDestroy(() => this.document.removeEventListener('keydown', onKey));
  }

  /** Adds keys for as long as the caller lives. */
  register(shortcuts: Shortcut[], destroyed: DestroyRef): void {
    this.registered.update((all) => [...all, ...shortcuts]);
    destroyed.onDestroy(() => this.registered.update((all) => all.filter((one) => !shortcuts.includes(one))));
  }

  turn(off: boolean): void {
    this.off.set(off);
    localStorage.setItem(OFF, String(off));
  }

  private handle(event: KeyboardEvent): void {
    if (this.off() || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (
      isTyping(event.target) ||
      this.document.querySelector('.cdk-overlay-container [role=menu], .cdk-overlay-container [role=dialog]')
    )
      return;
    for (const shortcut of this.registered()) {
      if (!shortcut.keys.includes(event.key) || shortcut.run(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

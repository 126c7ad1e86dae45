import { DestroyRef, DOCUMENT, inject, Service, signal, type Signal } from '@angular/core';

/** What is known of the reader's screen. */
@Service()
export class Screen {
  private readonly document = inject(DOCUMENT);
  private readonly destroyed = inject(DestroyRef);
  private readonly visible = signal(this.document.visibilityState === 'visible');

  /** A phone: one pane at a time. */
  readonly isNarrow = this.matching('(max-width: 700px)');
  /** Room for three panes side by side. */
  readonly isWide = this.matching('(min-width: 1140px)');
  /** Worked by finger: there is no hovering. */
  readonly isTouch = this.matching('(hover: none) and (pointer: coarse)');
  /** Whether anybody can see this page. */
  readonly isVisible = this.visible.asReadonly();

  constructor() {
    const follow = (): void => this.visible.set(this.document.visibilityState === 'visible');
    this.document.addEventListener('visibilitychange', follow);
    this.destroyed.onDestroy(() => this.document.removeEventListener('visibilitychange', follow));
  }

  private matching(query: string): Signal<boolean> {
    const list = this.document.defaultView?.matchMedia?.(query);
    const state = signal(list?.matches ?? false);
    const follow = (event: MediaQueryListEvent): void => state.set(event.matches);
    list?.addEventListener('change', follow);
    this.destroyed.onDestroy(() => list?.removeEventListener('change', follow));
    return state.asReadonly();
  }
}

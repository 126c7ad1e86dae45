import { computed, DestroyRef, DOCUMENT, inject, Service, signal } from '@angular/core';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** The one clock of the screen. It ticks on the second, and stands still while nobody can see it. */
@Service()
export class Clock {
  private readonly document = inject(DOCUMENT);
  private readonly current = signal(Date.now());
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** Milliseconds since 1970, new each second: read it only where seconds are shown. */
  readonly now = this.current.asReadonly();
  /** The same, new each minute. */
  readonly minute = computed(() => Math.floor(this.current() / MINUTE_MS) * MINUTE_MS);

  constructor() {
    const follow = (): void => (this.document.visibilityState === 'visible' ? this.tick() : this.stop());
    this.document.addEventListener('visibilitychange', follow);
    inject(DestroyRef).onDestroy(() => {
      this.document.removeEventListener('visibilitychange', follow);
      this.stop();
    });
    follow();
  }

  private tick(): void {
    this.stop();
    const now = Date.now();
    this.current.set(now);
    this.timer = setTimeout(() => this.tick(), SECOND_MS - (now % SECOND_MS));
  }

  private stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

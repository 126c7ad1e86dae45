import { DestroyRef, Directive, DOCUMENT, ElementRef, inject, output } from '@angular/core';

const HELD_MS = 450;
/** A finger that moves farther scrolls. */
const MOVED_PX = 10;

/** A finger that rests on the element. The click that its lifting makes is swallowed. */
@Directive({ selector: '[llLongPress]' })
export class LongPress {
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly document = inject(DOCUMENT);
  readonly llLongPress = output();

  private timer: ReturnType<typeof setTimeout> | null = null;
  private from = { x: 0, y: 0 };
  private isHeld = false;

  constructor() {
    const stop = new AbortController();
    const on = <Type extends keyof HTMLElementEventMap>(
      type: Type,
      listener: (event: HTMLElementEventMap[Type]) => void,
    ): void => this.element.addEventListener(type, listener, { signal: stop.signal, capture: true });
    on('pointerdown', (event) => this.begin(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', () => this.end());
    on('pointercancel', () => this.end());
    // Android offers the link's menu for the same gesture.
    on('contextmenu', (event) => {
      if (this.timer !== null || this.isHeld) event.preventDefault();
    });
    inject(DestroyRef).onDestroy(() => {
      stop.abort();
      this.end();
    });
  }

  private begin(event: PointerEvent): void {
    this.isHeld = false;
    if (event.pointerType !== 'touch') return;
    this.from = { x: event.clientX, y: event.clientY };
    this.timer = setTimeout(() => {
      this.timer = null;
      this.isHeld = true;
      this.swallowClick();
      this.llLongPress.emit();
    }, HELD_MS);
  }

  private move({ clientX, clientY }: PointerEvent): void {
    if (Math.hypot(clientX - this.from.x, clientY - this.from.y) > MOVED_PX) this.end();
  }

  private end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Wherever it falls: the list may move under the finger meanwhile. */
  private swallowClick(): void {
    const stop = new AbortController();
    const swallow = (event: Event): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
      stop.abort();
    };
    this.document.addEventListener('click', swallow, { signal: stop.signal, capture: true });
    // The next touch is another gesture.
    this.document.addEventListener('pointerdown', () => stop.abort(), { signal: stop.signal, capture: true });
  }
}

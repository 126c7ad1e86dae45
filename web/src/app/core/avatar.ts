import { Component, computed, input } from '@angular/core';
import { initials, toneOf, type Tone } from './contactNames.ts';

/** A person's letters, on a colour that stays theirs unless another is given. */
@Component({
  selector: 'll-avatar',
  template: '',
  host: {
    'aria-hidden': 'true',
    '[attr.data-letters]': 'letters()',
    '[class]': '"tone-" + tone()',
    '[style.width.px]': 'size()',
    '[style.height.px]': 'size()',
    '[style.font-size.px]': 'size() * 0.35',
  },
  styles: `
    :host {
      flex: none;
      display: grid;
      place-items: center;
      border-radius: 50%;
      font-weight: 600;
      line-height: 1;
      letter-spacing: 0;
    }

    /* Not text: nobody selects, searches or hears it. */
    :host::before {
      content: attr(data-letters);
    }
  `,
})
export class Avatar {
  readonly name = input.required<string>();
  /** Whose colour: an id. */
  readonly of = input.required<string>();
  /** Another colour than the person's own: a stage's. */
  readonly color = input<Tone | null>(null);
  /** Pixels. */
  readonly size = input(36);

  protected readonly letters = computed(() => initials(this.name()));
  protected readonly tone = computed(() => this.color() ?? toneOf(this.of()));
}

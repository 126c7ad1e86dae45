import { Component, computed, inject, input } from '@angular/core';
import { DomSanitizer, type SafeHtml } from '@angular/platform-browser';
import { ICONS, type IconName } from './icons.ts';

/** An icon beside words, or in a button that has a label of its own: never read aloud. */
@Component({
  selector: 'll-icon',
  template: '',
  host: {
    'aria-hidden': 'true',
    '[style.width.px]': 'size()',
    '[style.height.px]': 'size()',
    '[innerHTML]': 'svg()',
  },
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }

    :host ::ng-deep svg {
      width: 100%;
      height: 100%;
      stroke-width: 1.75;
    }
  `,
})
export class Icon {
  private readonly sanitizer = inject(DomSanitizer);

  readonly name = input.required<IconName>();
  /** Pixels. */
  readonly size = input(18);

  // The markup is the icon library's own constant: nothing that anybody typed comes here.
  protected readonly svg = computed<SafeHtml>(() => this.sanitizer.bypassSecurityTrustHtml(ICONS[this.name()]));
}

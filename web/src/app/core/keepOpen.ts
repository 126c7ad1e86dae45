import { CdkMenuItemCheckbox } from '@angular/cdk/menu';
import { Directive, ElementRef, inject, type OnInit } from '@angular/core';

/** A check item that a click does not close the menus of: it says how the menu's other items act. */
@Directive({ selector: '[cdkMenuItemCheckbox][llKeepOpen]' })
export class KeepOpen implements OnInit {
  private readonly item = inject(CdkMenuItemCheckbox);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  ngOnInit(): void {
    // Before the menu's own listener, which closes.
    this.element.addEventListener('click', (event) => this.trigger(event), { capture: true });
  }

  private trigger(event: Event): void {
    event.stopImmediatePropagation();
    this.item.trigger({ keepOpen: true });
  }
}

import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LongPress } from './longPress.ts';

@Component({
  imports: [LongPress],
  template: '<div class="row" (llLongPress)="held()"><a (click)="clicked()">row</a></div><p (click)="clicked()"></p>',
})
class Host {
  held = jest.fn();
  clicked = jest.fn();
}

describe('a long press', () => {
  let host: Host;
  let row: HTMLElement;
  let elsewhere: HTMLElement;

  // jsdom has no pointer events: a mouse event with the two fields that are read stands in.
  function finger(type: string, x = 0, pointerType = 'touch'): void {
    const event = new MouseEvent(type, { bubbles: true, clientX: x });
    row.querySelector('a')!.dispatchEvent(Object.assign(event, { pointerType }));
  }

  beforeEach(() => {
    jest.useFakeTimers();
    const fixture = TestBed.createComponent(Host);
    fixture.detectChanges();
    document.body.append(fixture.nativeElement as HTMLElement);
    host = fixture.componentInstance;
    row = (fixture.nativeElement as HTMLElement).querySelector('.row')!;
    elsewhere = (fixture.nativeElement as HTMLElement).querySelector('p')!;
  });
  afterEach(() => {
    jest.useRealTimers();
    document.body.innerHTML = '';
  });

  it('is told while the finger still rests, and its click does nothing, wherever the list has moved', () => {
    finger('pointerdown');
    jest.advanceTimersByTime(500);
    expect(host.held).toHaveBeenCalledTimes(1);
    finger('pointerup');
    elsewhere.click();
    expect(host.clicked).not.toHaveBeenCalled();
    elsewhere.click();
    expect(host.clicked).toHaveBeenCalledTimes(1);
  });

  it('leaves the next tap alone when there was no click', () => {
    finger('pointerdown');
    jest.advanceTimersByTime(500);
    finger('pointerup');
    finger('pointerdown');
    finger('pointerup');
    row.querySelector('a')!.click();
    expect(host.clicked).toHaveBeenCalledTimes(1);
  });

  it.each<[string, () => void]>([
    ['a tap', () => finger('pointerup')],
    ['scrolling', () => finger('pointermove', 20)],
    ['what the browser takes over', () => finger('pointercancel')],
  ])('is not %s', (_what, then) => {
    finger('pointerdown');
    then();
    jest.advanceTimersByTime(500);
    expect(host.held).not.toHaveBeenCalled();
  });

  it('is not made by a mouse', () => {
    finger('pointerdown', 0, 'mouse');
    jest.advanceTimersByTime(500);
    expect(host.held).not.toHaveBeenCalled();
  });
});

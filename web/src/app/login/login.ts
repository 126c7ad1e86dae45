import { Component, DOCUMENT, inject, input, signal, viewChild, type ElementRef } from '@angular/core';
import { Router } from '@angular/router';
import { messageOf } from '../core/api.ts';
import { Session } from '../core/session.ts';

/** Where a visitor becomes a user. */
@Component({
  selector: 'll-login',
  templateUrl: './login.html',
  styleUrl: './login.scss',
})
export class Login {
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly document = inject(DOCUMENT);

  /** Where to go afterwards: an address of ours. */
  readonly next = input<string>();
  /** Set when a session has ended by itself. */
  readonly ended = input<string>();

  protected readonly isBusy = signal(false);
  protected readonly problem = signal('');
  private readonly passwordField = viewChild.required<ElementRef<HTMLInputElement>>('password');

  protected async signIn(event: Event, email: string, password: string): Promise<void> {
    event.preventDefault();
    this.problem.set(email.trim() === '' || password === '' ? 'Enter your e-mail address and your password.' : '');
    if (this.problem() !== '' || this.isBusy()) return;
    this.isBusy.set(true);
    try {
      const isSomebodyElse = await this.session.signIn({ email: email.trim(), password });
      const address = ownAddress(this.next());
      if (isSomebodyElse) this.document.location.assign(address);
      else await this.router.navigateByUrl(address);
    } catch (error) {
      this.problem.set(messageOf(error));
      this.passwordField().nativeElement.select();
    } finally {
      this.isBusy.set(false);
    }
  }
}

/** Never leads to another site, whatever the address bar says. */
function ownAddress(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
}

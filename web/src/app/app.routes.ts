import type { Routes, UrlMatchResult, UrlSegment } from '@angular/router';
import { UrlSegment as Segment } from '@angular/router';
import { signedIn } from './core/session.ts';
import type { Settings } from './settings/settings.ts';

export const routes: Routes = [
  { path: 'login', title: 'Sign in · Leadline', loadComponent: () => import('./login/login.ts').then((m) => m.Login) },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('./shell/shell.ts').then((m) => m.Shell),
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'conversations' },
      { matcher: conversations, loadComponent: () => import('./inbox/inbox.ts').then((m) => m.Inbox) },
      {
        path: 'settings',
        title: 'Settings · Leadline',
        canDeactivate: [(page: Settings) => page.mayLeave()],
        loadComponent: () => import('./settings/settings.ts').then((m) => m.Settings),
      },
      {
        path: 'simulator',
        title: 'Simulated phones · Leadline',
        loadComponent: () => import('./simulator/simulator.ts').then((m) => m.Simulator),
      },
    ],
  },
  { path: '**', redirectTo: '' },
];

/**
 * `/conversations`, `/conversations/:id` and `/conversations/:id/profile` are one screen: on a phone they show the list,
 * the thread or the profile, and nothing is built anew between them.
 */
export function conversations(segments: UrlSegment[]): UrlMatchResult | null {
  const [first, id, pane] = segments.map((segment) => segment.path);
  if (first !== 'conversations' || segments.length > 3 || (pane !== undefined && pane !== 'profile')) return null;
  return {
    consumed: segments,
    posParams: {
      ...(id !== undefined && { id: new Segment(id, {}) }),
      ...(pane !== undefined && { pane: new Segment(pane, {}) }),
    },
  };
}

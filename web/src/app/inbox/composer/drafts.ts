import { inject, Service, signal } from '@angular/core';
import { Realtime } from '../../core/realtime.ts';
import { Session } from '../../core/session.ts';

/** What stands in a conversation's composer. */
export interface ComposerText {
  text: string;
  /** The AI draft that the text came from, and what it was: the mark goes as soon as it is edited. */
  ai: { draftId: string; text: string; processVersionId: string } | null;
}

export const NOTHING: ComposerText = { text: '', ai: null };

/** Unsent texts, one for each conversation, kept in this browser. */
@Service()
export class Drafts {
  private readonly session = inject(Session);
  private readonly texts = signal<ReadonlyMap<string, ComposerText>>(new Map());

  constructor() {
    // What Auto Pilot has sent by itself must not stand there to be sent again.
    inject(Realtime).listen({
      change: ({ conversationId, messages }) => {
        const { ai, text } = this.of(conversationId);
        const isNews = messages.some(({ author, text: sent }) => author === 'autopilot' && sent === text);
        if (ai && ai.text === text && isNews) this.set(conversationId, NOTHING);
      },
    });
  }

  of(conversationId: string): ComposerText {
    return this.texts().get(conversationId) ?? this.kept(conversationId);
  }

  set(conversationId: string, text: ComposerText): void {
    this.texts.update((texts) => new Map(texts).set(conversationId, text));
    const key = this.key(conversationId);
    if (text.text === '') localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(text));
  }

  private kept(conversationId: string): ComposerText {
    try {
      const { text, ai } = JSON.parse(localStorage.getItem(this.key(conversationId)) ?? '') as ComposerText;
      return { text, ai };
    } catch {
      return NOTHING;
    }
  }

  private key(conversationId: string): string {
    return `leadline.draft.${this.session.userId()}.${conversationId}`;
  }
}

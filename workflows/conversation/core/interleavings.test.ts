import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { nextWakeAt } from './agenda.ts';
import { fold } from './evolve.ts';
import type { Effect } from './inputs.ts';
import { draftResult, KEY, POLICY, Scenario } from './scenario.ts';
import { emptyState } from './state.ts';

/**
 * Random interleavings of everything that can happen, with drafts and deliveries that end late, stale, or not at all
 * (quality.md R9). What holds is asserted after each run.
 */

const ACTIONS = [
  'inbound',
  'inbound',
  'inbound',
  'repeat',
  'late',
  'STOP',
  'START',
  'personSends',
  'on',
  'off',
  'takeOver',
  'stage',
  'process',
  'actNow',
  'cancelItem',
  'wait',
  'wake',
  'wake',
  'draft',
  'draft',
  'oldDraft',
  'draftFails',
  'handOff',
  'delivered',
  'deliveryUnknown',
  'deliveryFails',
  'notFound',
  'retry',
] as const;
type Action = (typeof ACTIONS)[number];

/** A world around the core: it keeps the drafts and sends that are under way. */
class World {
  readonly talk = new Scenario();
  private drafts: Extract<Effect, { type: 'draft' }>[] = [];
  private sends: Extract<Effect, { type: 'deliver' }>[] = [];
  readonly aiSentEpochs: { armed: number; current: number }[] = [];

  act(action: Action): void {
    const before = this.talk.state;
    this.do(action);
    for (const event of this.talk.events) {
      if (event.type === 'messageQueued' && event.data.author === 'autopilot') {
        this.aiSentEpochs.push({ armed: before.reply?.epoch ?? -1, current: before.epoch });
      }
    }
    for (const effect of this.talk.effects) {
      if (effect.type === 'draft') this.drafts.push(effect);
      if (effect.type === 'deliver') this.sends.push(effect);
    }
    this.talk.effects = [];
    this.talk.events = [];
  }

  private do(action: Action): void {
    const { talk } = this;
    switch (action) {
      case 'inbound':
        talk.after(700).inbound();
        return;
      case 'repeat':
        talk.inbound('again', { providerMessageId: 'SMrepeated' });
        return;
      case 'late':
        talk.inbound('late', { late: true });
        return;
      case 'STOP':
      case 'START':
        talk.inbound(action);
        return;
      case 'personSends':
        talk.update('sendMessage', { text: 'Hello', fromDraftId: null });
        return;
      case 'on':
      case 'off':
        talk.update('setAutopilot', { on: action === 'on' });
        return;
      case 'takeOver':
        talk.update('assign', { ownerId: `u${talk.now}`, userIds: [`u${talk.now}`], takeOver: true });
        return;
      case 'stage':
        talk.update('setStage', { stage: `s${talk.now % 3}` });
        return;
      case 'process':
        talk.update('selectProcess', { processId: 'p' }, { policy: { ...POLICY, versionId: `v${talk.now % 2}` } });
        return;
      case 'actNow':
      case 'cancelItem':
        talk.update(action === 'actNow' ? 'actNow' : 'cancelAgendaItem', { itemId: `reply-${talk.state.burst}-x` });
        return;
      case 'wait':
        talk.after(5_000);
        return;
      case 'wake':
        if (nextWakeAt(talk.state, []) !== null) talk.wake();
        return;
      default:
        this.outcome(action);
    }
  }

  private outcome(action: Action): void {
    const { talk } = this;
    const draft = action === 'oldDraft' ? this.drafts.at(0) : this.drafts.at(-1);
    const send = this.sends.at(-1);
    const failed = talk.state.failed.at(-1);
    const unknown = talk.state.unknown.at(0);
    switch (action) {
      case 'draft':
      case 'oldDraft':
        if (draft)
          talk.take({
            ...draft,
            type: 'draftReady',
            result: draftResult({ processVersionId: draft.processVersionId }),
          });
        return;
      case 'handOff':
        if (draft)
          talk.take({
            ...draft,
            type: 'draftReady',
            result: draftResult({ outcome: 'handOff', processVersionId: draft.processVersionId }),
          });
        return;
      case 'draftFails':
        if (draft) talk.take({ ...draft, type: 'draftFailed', reason: 'model-unavailable', detail: 'down' });
        return;
      case 'delivered':
        if (send) talk.take({ ...send, type: 'deliveryOutcome', outcome: { outcome: 'sent' } });
        return;
      case 'deliveryUnknown':
        if (send) talk.take({ ...send, type: 'deliveryOutcome', outcome: { outcome: 'unknown', at: talk.now } });
        return;
      case 'deliveryFails':
        if (send) talk.take({ ...send, type: 'deliveryOutcome', outcome: { outcome: 'failed', code: '30003' } });
        return;
      case 'notFound':
        if (unknown) talk.take({ ...unknown, type: 'reconcileOutcome', outcome: { outcome: 'notFound' } });
        return;
      case 'retry':
        if (failed) talk.update('retryMessage', { messageId: failed.messageId });
        return;
      default:
    }
  }
}

function played(actions: readonly Action[]): World {
  const world = new World();
  for (const action of actions) world.act(action);
  return world;
}

const property = (check: (world: World) => void): void => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ACTIONS), { maxLength: 60 }), (actions) => check(played(actions))),
    { numRuns: 2_000 },
  );
};

describe('R9: in any interleaving', () => {
  it('no AI message is committed with an epoch older than the latest take-over', () => {
    property(({ aiSentEpochs }) => {
      for (const { armed, current } of aiSentEpochs) expect(armed).toBe(current);
    });
  });

  it('every inbound message has one final decision at most, and one decision or a pending reply at least', () => {
    property(({ talk }) => {
      const inbounds = talk.journal.filter((event) => event.type === 'messageReceived').map((event) => event.position);
      for (const position of inbounds) {
        const decisions = decisionsOn(talk.journal, position);
        expect(decisions.filter((decision) => decision.final).length).toBeLessThanOrEqual(1);
        const pending = talk.state.reply !== null && talk.state.undecided.includes(position);
        expect(decisions.length > 0 || pending).toBe(true);
      }
    });
  });

  it('nothing is sent after an opt-out, by anyone', () => {
    property(({ talk }) => {
      let optedOut = false;
      for (const event of talk.journal) {
        if (event.type === 'optedOut') optedOut = true;
        if (event.type === 'optedIn') optedOut = false;
        if (event.type === 'messageQueued') expect(optedOut).toBe(false);
      }
    });
  });

  it('a provider’s message is taken once, and each send has its gates on record', () => {
    property(({ talk }) => {
      const ids = talk.journal.flatMap((event) =>
        event.type === 'messageReceived' ? [event.data.providerMessageId] : [],
      );
      expect(new Set(ids).size).toBe(ids.length);
      const queued = talk.journal.filter((event) => event.type === 'messageQueued');
      const proofs = talk.journal.filter(
        (event) => event.type === 'decisionMade' && event.data.messageId !== null && event.data.gates.length === 5,
      );
      expect(proofs).toHaveLength(queued.length);
    });
  });

  it('folding the journal gives the state, and the agenda never holds what cannot happen', () => {
    property(({ talk }) => {
      expect(fold(emptyState(KEY), talk.journal)).toEqual(talk.state);
      if (talk.state.reply) expect(talk.state.undecided.length).toBeGreaterThan(0);
      if (talk.state.optedOut) expect(talk.state.reply).toBeNull();
      if (!talk.state.autopilot) expect(talk.state.reply).toBeNull();
    });
  });
});

/** Decisions on an inbound message since its answer was last lost. */
function decisionsOn(journal: readonly ConversationEvent[], position: number): { final: boolean }[] {
  const lostAt =
    journal.findLast((event) => event.type === 'answerLost' && event.data.inbounds.includes(position))?.position ?? 0;
  return journal.flatMap((event) =>
    event.position > lostAt && event.type === 'decisionMade' && event.data.inbounds.includes(position)
      ? [event.data]
      : [],
  );
}

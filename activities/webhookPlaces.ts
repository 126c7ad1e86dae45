/** At most so many calls at a time in one worker: of one endpoint, and of all. The worker's other places are for messages. */
const MOST_OF_ONE = 8;
const MOST_OF_ALL = 60;

/** Keeps endpoints that hang from taking the worker's places, so that messages leave and others are called. */
export class WebhookPlaces {
  private readonly taken = new Map<string, number>();
  private all = 0;

  /** Takes a place; the answer gives it back. Null where there is none. */
  enter(endpointId: string): (() => void) | null {
    const ofThis = this.taken.get(endpointId) ?? 0;
    if (ofThis >= MOST_OF_ONE || this.all >= MOST_OF_ALL) return null;
    this.taken.set(endpointId, ofThis + 1);
    this.all += 1;
    return () => this.leave(endpointId);
  }

  private leave(endpointId: string): void {
    const ofThis = (this.taken.get(endpointId) ?? 1) - 1;
    if (ofThis === 0) this.taken.delete(endpointId);
    else this.taken.set(endpointId, ofThis);
    this.all -= 1;
  }
}

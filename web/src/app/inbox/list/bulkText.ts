import type { BulkProgress } from '@leadline/contract/bulk.ts';

/** Conversations that are dealt with, one way or another. */
export function handledCount({ done, failed, refusedByReason }: BulkProgress): number {
  return refusedCount({ refusedByReason }) + done + failed;
}

/** How far it is, or how it ended, in a line. */
export function progressText(progress: BulkProgress): string {
  const { total, done, failed, isDone, cancelled } = progress;
  const refused = refusedCount(progress);
  const parts = [
    isDone && !cancelled ? `${number(done)} done` : `${number(handledCount(progress))} of ${number(total)}`,
    ...(refused > 0 ? [`${number(refused)} refused`] : []),
    ...(failed > 0 ? [`${number(failed)} could not be reached`] : []),
  ];
  if (cancelled) parts.unshift(isDone ? 'Cancelled' : 'Stopping');
  return parts.join(' · ');
}

/** Why some were left as they are, a line for each reason. */
export function reasonLines({ refusedByReason }: Pick<BulkProgress, 'refusedByReason'>): string[] {
  return Object.values(refusedByReason).map(({ count, sentence }) => `${number(count)} × ${sentence}`);
}

function refusedCount({ refusedByReason }: Pick<BulkProgress, 'refusedByReason'>): number {
  return Object.values(refusedByReason).reduce((sum, reason) => sum + reason.count, 0);
}

function number(count: number): string {
  return count.toLocaleString('en');
}

import { AppError } from '@leadline/contract/errors.ts';

/** A planned item's time, as the interface says it. */
export function dueIso(item: { dueAt: number } | null): { dueAt: string } | null {
  return item && { dueAt: new Date(item.dueAt).toISOString() };
}

/** A refusal that names the field. */
export function wrongField(path: string, message: string): AppError {
  return new AppError('invalid', 'Some fields are missing or wrong.', { errors: [{ path, message }] });
}

import * as z from 'zod/mini';

/** The schema of a list answer. */
export function pageOf<Item extends z.core.$ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.nullable(z.string()) });
}

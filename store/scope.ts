import type { Model, ProjectionType, QueryFilter, UpdateQuery, UpdateWriteOpResult } from 'mongoose';
import { pageBackwards, type BackwardsPage } from './pages.ts';

/** A collection whose documents belong to a dealership. */
interface Owned {
  dealershipId: string;
}

/**
 * The one place where the queries of routes are scoped: everything that `inbox.ts` reads or writes goes through these,
 * and they name the dealership last, so that no filter can name another.
 */
export interface Scope {
  readonly dealershipId: string;
  find<T extends Owned>(model: Model<T>, filter: QueryFilter<T>, options?: FindOptions<T>): Promise<T[]>;
  findOne<T extends Owned>(model: Model<T>, filter: QueryFilter<T>, projection?: ProjectionType<T>): Promise<T | null>;
  count<T extends Owned>(model: Model<T>, filter: QueryFilter<T>): Promise<number>;
  updateOne<T extends Owned>(
    model: Model<T>,
    filter: QueryFilter<T>,
    change: UpdateQuery<T>,
    upsert?: boolean,
  ): Promise<UpdateWriteOpResult>;
  insert<T extends Owned>(model: Model<T>, document: Omit<T, 'dealershipId'>): Promise<void>;
  /** Whether there was one. */
  deleteOne<T extends Owned>(model: Model<T>, filter: QueryFilter<T>): Promise<boolean>;
  /** Newest first, below a position. */
  pageBackwards<T extends Owned & { position: number | null }>(
    model: Model<T>,
    filter: QueryFilter<T>,
    page: BackwardsPage<T>,
  ): Promise<T[]>;
}

interface FindOptions<T> {
  sort?: Record<string, 1 | -1>;
  limit?: number;
  projection?: ProjectionType<T>;
}

/** Queries that see one dealership only. */
export function scopedTo(dealershipId: string): Scope {
  function own<T>(filter: QueryFilter<T>): QueryFilter<T> {
    return { ...filter, dealershipId };
  }
  return {
    dealershipId,
    find: async <T extends Owned>(
      model: Model<T>,
      filter: QueryFilter<T>,
      { sort, limit, projection }: FindOptions<T> = {},
    ) => {
      const query = model.find(own(filter), projection ?? null);
      if (sort) query.sort(sort);
      if (limit !== undefined) query.limit(limit);
      return (await query.lean()) as T[];
    },
    findOne: async <T extends Owned>(model: Model<T>, filter: QueryFilter<T>, projection?: ProjectionType<T>) =>
      (await model.findOne(own(filter), projection ?? null).lean()) as T | null,
    count: async (model, filter) => model.countDocuments(own(filter)),
    updateOne: (model, filter, change, upsert = false) => model.updateOne(own(filter), change, { upsert }),
    insert: async <T extends Owned>(model: Model<T>, document: Omit<T, 'dealershipId'>) => {
      // With the dealership it is a whole document again, which TypeScript cannot follow through a generic.
      await model.create({ ...document, dealershipId } as unknown as T);
    },
    deleteOne: async (model, filter) => (await model.deleteOne(own(filter))).deletedCount > 0,
    pageBackwards: (model, filter, page) => pageBackwards(model, own(filter), page),
  };
}

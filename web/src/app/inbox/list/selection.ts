import { computed, inject, linkedSignal, Service } from '@angular/core';
import { MAX_SELECTED, type BulkSelection } from '@leadline/contract/bulk.ts';
import { bulkFilterOf, type ListFilter } from './listFilter.ts';
import { ListStore } from './listStore.ts';

interface Choice {
  /** Checkboxes are shown, also before anything is chosen: on a phone a tap chooses then. */
  isOn: boolean;
  ids: ReadonlySet<string>;
  /** All that fit the filter, also what is not loaded. */
  isAll: boolean;
  /** Where a range begins. */
  anchor: string | null;
}

const NOTHING: Choice = { isOn: false, ids: new Set(), isAll: false, anchor: null };

/** Which conversations of the list are chosen. Another filter shows another list: then none are. */
@Service()
export class Selection {
  private readonly list = inject(ListStore);
  private readonly choice = linkedSignal<ListFilter, Choice>({
    source: this.list.filter,
    computation: () => NOTHING,
  });

  readonly isAll = computed(() => this.choice().isAll);
  /** Those that the list shows, in its order: what has gone out of sight is not acted on. */
  readonly ids = computed(() => {
    const { ids, isAll } = this.choice();
    return this.list.rows().flatMap((row) => (isAll || ids.has(row.id) ? [row.id] : []));
  });
  private readonly idSet = computed(() => new Set(this.ids()));
  readonly count = computed(() => this.ids().length);
  readonly isActive = computed(() => this.choice().isOn);
  /** What to act on. */
  readonly selection = computed<BulkSelection>(() =>
    this.isAll() ? { filter: bulkFilterOf(this.list.filter()) } : { ids: this.ids() },
  );

  has(id: string): boolean {
    return this.idSet().has(id);
  }

  /** Shows the checkboxes, or clears what is chosen. */
  toggleMode(): void {
    this.choice.update(({ isOn }) => ({ ...NOTHING, isOn: !isOn }));
  }

  /** Chooses one, or leaves it out. False when there are too many already. */
  toggle(id: string): boolean {
    const ids = new Set(this.ids());
    if (!ids.delete(id)) ids.add(id);
    return this.take(ids, id);
  }

  /** Chooses everything from the last one that was chosen up to this one. False when that is too many. */
  extendTo(id: string): boolean {
    const shown = this.list.rows().map((row) => row.id);
    const [from, to] = [shown.indexOf(this.choice().anchor ?? id), shown.indexOf(id)];
    const range = from < 0 ? [id] : shown.slice(Math.min(from, to), Math.max(from, to) + 1);
    return this.take(new Set([...this.ids(), ...range]), this.choice().anchor ?? id);
  }

  /** Chooses all that fit the filter: the action goes by the filter then. */
  chooseAll(): void {
    this.choice.set({ ...NOTHING, isOn: true, isAll: true });
  }

  clear(): void {
    this.choice.set(NOTHING);
  }

  private take(ids: ReadonlySet<string>, anchor: string): boolean {
    if (ids.size > MAX_SELECTED) return false;
    this.choice.set({ isOn: ids.size > 0, ids, isAll: false, anchor });
    return true;
  }
}

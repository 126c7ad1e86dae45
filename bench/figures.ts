import { cpus, totalmem } from 'node:os';

/** One measured figure, as `--json` prints it, a line each. */
export interface Figure {
  bench: string;
  metric: string;
  value: number;
  unit: string;
  /** What it has to be, such as `>=0.6`; null where it is for information. */
  target: string | null;
  pass: boolean | null;
}

/** A figure with its target, `>=` or `<=` and a number, where it has one. */
export function figure(bench: string, metric: string, value: number, unit: string, target?: string): Figure {
  const rounded = Number(value.toPrecision(4));
  return {
    bench,
    metric,
    value: rounded,
    unit,
    target: target ?? null,
    pass: target === undefined ? null : meets(rounded, target),
  };
}

function meets(value: number, target: string): boolean {
  const [, comparison, bound] = /^([<>]=)([\d.]+)$/.exec(target) ?? [];
  if (bound === undefined) throw new Error(`"${target}" is not a target.`);
  return comparison === '>=' ? value >= Number(bound) : value <= Number(bound);
}

/** A table for people. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ metric, value, unit, target, pass }) =>
    [
      metric.padEnd(20),
      `${value} ${unit}`.trim().padEnd(18),
      target ?? '',
      pass === null ? '' : pass ? 'ok' : 'MISSED',
    ].join(' '),
  );
  return rows.map((row) => `  ${row.trimEnd()}`).join('\n');
}

/** What the figures were measured on. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`;
}

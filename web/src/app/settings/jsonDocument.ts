import { mistakesOf } from '@leadline/contract/mistakes.ts';
import * as z from 'zod/mini';

/** What is wrong with a document, and in which line it stands. */
export interface Mistake {
  path: string;
  message: string;
  /** Counted from 1; null where the place is not found. */
  line: number | null;
}

/** Reads a JSON document by a schema: the value, or all mistakes with their places. */
export function readDocument<T>(text: string, schema: z.core.$ZodType<T>): { value: T } | { mistakes: Mistake[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return {
      mistakes: [
        { path: '', message: `This is not JSON: ${(error as Error).message}`, line: lineOfError(text, error) },
      ],
    };
  }
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return { value: parsed.data };
  const mistakes = mistakesOf(parsed.error).map(({ path, message }) => ({
    path: path.map(String).join('.'),
    message,
    line: lineOf(text, path),
  }));
  return { mistakes };
}

/** The line of a path in a document that was written with two spaces a level, as this page does; the nearest that is found. */
export function lineOf(text: string, path: readonly PropertyKey[]): number | null {
  const lines = text.split('\n');
  let at = 0;
  for (const [depth, step] of path.entries()) {
    const found =
      typeof step === 'number' ? itemLine(lines, at, depth + 1, step) : keyLine(lines, at, depth + 1, String(step));
    if (found === null) break;
    at = found;
  }
  return path.length === 0 ? 1 : at + 1;
}

function keyLine(lines: string[], from: number, depth: number, key: string): number | null {
  const start = `${'  '.repeat(depth)}${JSON.stringify(key)}:`;
  const found = lines.findIndex((line, index) => index >= from && line.startsWith(start));
  return found < 0 ? null : found;
}

function itemLine(lines: string[], from: number, depth: number, item: number): number | null {
  const indent = '  '.repeat(depth);
  let count = -1;
  for (let index = from + 1; index < lines.length; index += 1) {
    const line = lines[index]!;
    if (line.startsWith(indent) && line[indent.length] !== ' ' && !/^[\]}]/.test(line.trim())) count += 1;
    if (count === item) return index;
  }
  return null;
}

function lineOfError(text: string, error: unknown): number | null {
  const position = /position (\d+)/.exec(String(error))?.[1];
  return position === undefined ? null : text.slice(0, Number(position)).split('\n').length;
}

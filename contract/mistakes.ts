import * as z from 'zod/mini';
import { en } from 'zod/locales';

// The small edition of zod has no words of its own.
z.config(en());

/** What is wrong with a value, and where. */
export interface Mistake {
  path: PropertyKey[];
  /** For people: what was expected there. */
  message: string;
}

/** All of it in one line. */
export function mistakesText(error: z.core.$ZodError): string {
  return mistakesOf(error)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ');
}

type Issue = z.core.$ZodIssue;
type UnionIssue = z.core.$ZodIssueInvalidUnion;

/** What a schema found, in words; of alternatives, what is wrong with the one that was most likely meant. */
export function mistakesOf(error: z.core.$ZodError): Mistake[] {
  return error.issues.flatMap((issue) => explain(issue, issue.path));
}

function explain(issue: Issue, path: PropertyKey[]): Mistake[] {
  if (issue.code !== 'invalid_union') return [{ path, message: sentence(issue.message) }];
  if (issue.errors.length === 0) return [{ path, message: `expected one of ${optionsOf(issue)}` }];
  const types = issue.errors.map((alternative) => typeOf(alternative));
  if (types.every((type) => type !== null)) return [{ path, message: `expected ${[...new Set(types)].join(' or ')}` }];
  return mostLikely(issue.errors).flatMap((inner) => explain(inner, [...path, ...inner.path]));
}

function optionsOf(issue: UnionIssue): string {
  const { options = [] } = issue as { options?: unknown[] };
  return options.map((option) => JSON.stringify(option)).join(', ');
}

/** The type that an alternative wants where something else stands; null when it finds anything else wrong. */
function typeOf(alternative: readonly Issue[]): string | null {
  const [only, ...others] = alternative;
  return only?.code === 'invalid_type' && only.path.length === 0 && others.length === 0 ? only.expected : null;
}

/** The alternative that knows most of the keys that stand there, then the one with the fewest mistakes. */
function mostLikely(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const unknownKeys = (issues: readonly Issue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const ranked = alternatives.toSorted((a, b) => unknownKeys(a) - unknownKeys(b) || a.length - b.length);
  return ranked[0] ?? [];
}

function sentence(message: string): string {
  return message.replace(/^Invalid (?:input|option): /, '');
}

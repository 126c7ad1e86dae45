import { Schema, type SchemaDefinition } from 'mongoose';

/** Options that all collections share: string ids of our own, no version key, and no secret in any JSON. */
export function collectionSchema<T>(definition: SchemaDefinition, secrets: (keyof T & string)[] = []): Schema<T> {
  const fields: SchemaDefinition = { _id: { type: String, required: true }, ...definition };
  // Mongoose infers the document from the definition; ours is declared beside it, so the two are joined by a cast.
  return new Schema(fields, {
    versionKey: false,
    minimize: false,
    autoIndex: false,
    toJSON: { transform: withoutSecrets(secrets) },
    toObject: { transform: withoutSecrets(secrets) },
  }) as unknown as Schema<T>;
}

function withoutSecrets(
  secrets: string[],
): (document: unknown, plain: Record<string, unknown>) => Record<string, unknown> {
  return (_document, plain) => Object.fromEntries(Object.entries(plain).filter(([name]) => !secrets.includes(name)));
}

/** A field that a query returns only when it asks for it. */
export const SECRET = { type: Object, select: false } as const;
export const SECRET_TEXT = { type: String, select: false } as const;
export const REQUIRED_TEXT = { type: String, required: true } as const;
export const TEXT_OR_NULL = { type: String, default: null } as const;
export const REQUIRED_INSTANT = { type: Date, required: true } as const;
export const INSTANT_OR_NULL = { type: Date, default: null } as const;

/** Codes of errors at the edges of the system; each has its HTTP status. */
export const ERROR_STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  refused: 409,
  'too-many-requests': 429,
  unavailable: 503,
  internal: 500,
} as const;
export type ErrorCode = keyof typeof ERROR_STATUS;

/** The one error type at the edges: a code for programs and a sentence that a person can act on. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: { refusal?: string; errors?: { path: string; message: string }[] };

  constructor(code: ErrorCode, message: string, details: AppError['details'] = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

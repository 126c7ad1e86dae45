const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a request comes from a page of ours, as far as the browser says: its `Origin` is the public address, or on this
 * machine the host that was asked. Programs send none.
 */
export function isOwnOrigin(
  headers: { origin?: string | undefined; host?: string | undefined },
  publicUrl: string,
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const asked = new URL(origin);
  if (asked.origin === new URL(publicUrl).origin) return true;
  // Without a proxy between: the launcher's own address, by whatever name of this machine it was called.
  return asked.host === host && LOOPBACK.includes(asked.hostname);
}

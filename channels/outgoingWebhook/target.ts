import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Where an outgoing webhook may go: to the public internet, so that no rule reaches into the network that we run in. */

/** Addresses that are not of the public internet, by the registries of special-purpose addresses (RFC 6890 and after). */
const SPECIAL_V4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Only 2000::/3 is handed out; within it, these hold an IPv4 address or lead nowhere. */
const SPECIAL_V6: [string, number][] = [
  ['::', 8],
  ['100::', 8],
  ['200::', 7],
  ['400::', 6],
  ['800::', 5],
  ['1000::', 4],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['4000::', 2],
  ['8000::', 1],
];
/** Before the v4 address that counts in a v6 one: mapped addresses, and those of a NAT64 (RFC 6052). */
const V4_PREFIXES = ['::ffff:', '64:ff9b::'];
const NOT_PUBLIC_V4 = blockListOf('ipv4', SPECIAL_V4);
const NOT_PUBLIC_V6 = blockListOf('ipv6', SPECIAL_V6);
const HOLDS_V4 = blockListOf('ipv6', embedded([['0.0.0.0', 0]]));
const HOLDS_SPECIAL_V4 = blockListOf('ipv6', embedded(SPECIAL_V4));

function embedded(subnets: [string, number][]): [string, number][] {
  return subnets.flatMap(([address, bits]) =>
    V4_PREFIXES.map((prefix): [string, number] => [`${prefix}${address}`, 96 + bits]),
  );
}

function blockListOf(family: 'ipv4' | 'ipv6', subnets: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, family);
  return list;
}

/** Whether an IP address, v4 or v6, is of the public internet. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  switch (isIP(bare)) {
    case 4:
      return !NOT_PUBLIC_V4.check(bare, 'ipv4');
    case 6:
      return !(HOLDS_V4.check(bare, 'ipv6') ? HOLDS_SPECIAL_V4 : NOT_PUBLIC_V6).check(bare, 'ipv6');
    default:
      return false;
  }
}

/**
 * What is wrong with the address of an endpoint, as a sentence; null: nothing that can be seen without resolving its name.
 * `mayBePrivate` is for development and tests: http and private addresses are allowed.
 */
export function wrongInWebhookUrl(url: string, mayBePrivate: boolean): string | null {
  if (!URL.canParse(url)) return 'This is not a web address.';
  // The parser has brought 127.1, 0x7f000001 and the like into their usual form.
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'https:' && !(mayBePrivate && protocol === 'http:'))
    return 'A webhook’s address must begin with https://.';
  if (username !== '' || password !== '')
    return 'A webhook’s address must not hold a user name or a password: calls are signed instead.';
  if (mayBePrivate) return null;
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isPublicAddress(host) ? NOT_PUBLIC : null;
}

const NOT_PUBLIC = 'A webhook must go to an address of the public internet.';

/** A name that leads to an address that is not public. */
export class RefusedAddress extends Error {
  constructor() {
    super(NOT_PUBLIC);
    this.name = 'RefusedAddress';
  }
}

/** Resolves a name to all its addresses. */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

/** By the machine's own resolver. */
export function resolveName(name: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

/**
 * Resolves a name at the moment of connecting, and refuses it when any of its addresses is not public. The connection is
 * made to the very addresses that were looked at, so a name that changes its mind gets nowhere.
 */
export function publicLookup(resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || addresses.some(({ address }) => !isPublicAddress(address))) callback(new RefusedAddress(), '');
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ''),
    );
  };
}

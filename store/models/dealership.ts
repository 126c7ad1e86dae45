import type { Channel, Role } from '@leadline/contract/names.ts';
import type { Stage } from '@leadline/contract/rest.ts';
import {
  collectionSchema,
  INSTANT_OR_NULL,
  REQUIRED_INSTANT,
  REQUIRED_TEXT,
  SECRET,
  SECRET_TEXT,
  TEXT_OR_NULL,
} from './schema.ts';

/** A tenant. */
export interface DealershipDoc {
  _id: string;
  slug: string;
  name: string;
  timeZone: string;
  /** The pipeline, in order; a new contact stands in the first. */
  stages: Stage[];
  /** Process and Auto Pilot of a new conversation. */
  defaultProcessId: string | null;
  defaultAutopilot: boolean;
  defaultFollowUps: boolean;
  /** `DealershipSettings` as last saved; null: the defaults. Parsed when read. */
  settings: unknown;
  /** Grows with each save. */
  settingsVersion: number;
  /** Keys conversation ids (`conversationId.ts`). Secret. */
  idKey: string;
  createdAt: Date;
}

export const dealershipSchema = collectionSchema<DealershipDoc>(
  {
    slug: REQUIRED_TEXT,
    name: REQUIRED_TEXT,
    timeZone: REQUIRED_TEXT,
    stages: { type: [Object], required: true },
    defaultProcessId: TEXT_OR_NULL,
    defaultAutopilot: { type: Boolean, default: false },
    defaultFollowUps: { type: Boolean, default: false },
    settings: { type: Object, default: null },
    settingsVersion: { type: Number, default: 1 },
    idKey: SECRET_TEXT,
    createdAt: REQUIRED_INSTANT,
  },
  ['idKey'],
);
dealershipSchema.index({ slug: 1 }, { unique: true });

/** A person who works in a dealership. */
export interface UserDoc {
  _id: string;
  dealershipId: string;
  name: string;
  /** Lower case; unique over all dealerships, because people sign in with it alone. */
  email: string;
  role: Role;
  /** argon2id. Secret. */
  passwordHash: string;
  disabledAt: Date | null;
  /** What the user was told up to then has been seen. */
  notificationsSeenAt: Date | null;
  createdAt: Date;
}

export const userSchema = collectionSchema<UserDoc>(
  {
    dealershipId: REQUIRED_TEXT,
    name: REQUIRED_TEXT,
    email: REQUIRED_TEXT,
    role: REQUIRED_TEXT,
    passwordHash: SECRET_TEXT,
    disabledAt: INSTANT_OR_NULL,
    notificationsSeenAt: INSTANT_OR_NULL,
    createdAt: REQUIRED_INSTANT,
  },
  ['passwordHash'],
);
userSchema.index({ email: 1 }, { unique: true });
userSchema.index({ dealershipId: 1, name: 1 });

/** A signed-in browser. `_id` is the hash of the token that only the browser has. */
export interface SessionDoc {
  _id: string;
  userId: string;
  dealershipId: string;
  createdAt: Date;
  expiresAt: Date;
}

export const sessionSchema = collectionSchema<SessionDoc>({
  userId: REQUIRED_TEXT,
  dealershipId: REQUIRED_TEXT,
  createdAt: REQUIRED_INSTANT,
  expiresAt: REQUIRED_INSTANT,
});
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
sessionSchema.index({ userId: 1 });

/** What a channel account signs in with at its provider. */
export interface ChannelCredentials {
  accountSid: string;
  authToken: string;
  /** The token before, while a rotation is under way: webhooks signed with it still count. */
  previousAuthToken: string | null;
}

/** A number, a page or a widget of the dealership. */
export interface ChannelAccountDoc {
  _id: string;
  dealershipId: string;
  channel: Channel;
  name: string;
  /** The dealership's own address on the channel: a number in E.164, or a page id. */
  address: string;
  messagingServiceSid: string | null;
  ownerId: string | null;
  disabledAt: Date | null;
  /** Up to when the provider's list has been compared with ours, by its stamps; null or absent: never. */
  reconciledUntilAt?: Date | null;
  credentials: ChannelCredentials;
  createdAt: Date;
}

export const channelAccountSchema = collectionSchema<ChannelAccountDoc>(
  {
    dealershipId: REQUIRED_TEXT,
    channel: REQUIRED_TEXT,
    name: REQUIRED_TEXT,
    address: REQUIRED_TEXT,
    messagingServiceSid: TEXT_OR_NULL,
    ownerId: TEXT_OR_NULL,
    disabledAt: INSTANT_OR_NULL,
    reconciledUntilAt: INSTANT_OR_NULL,
    credentials: SECRET,
    createdAt: REQUIRED_INSTANT,
  },
  ['credentials'],
);
channelAccountSchema.index({ channel: 1, address: 1 }, { unique: true });
channelAccountSchema.index({ dealershipId: 1 });

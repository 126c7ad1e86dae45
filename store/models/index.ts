import type { Connection, Model } from 'mongoose';
import { contactSchema, reminderSchema, type ContactDoc, type ReminderDoc } from './contact.ts';
import {
  conversationSchema,
  conversationStateSchema,
  readCursorSchema,
  type ConversationDoc,
  type ConversationStateDoc,
  type ReadCursorDoc,
} from './conversation.ts';
import {
  channelAccountSchema,
  dealershipSchema,
  sessionSchema,
  userSchema,
  type ChannelAccountDoc,
  type DealershipDoc,
  type SessionDoc,
  type UserDoc,
} from './dealership.ts';
import {
  deadLetterSchema,
  leaseSchema,
  spooledSchema,
  type DeadLetterDoc,
  type LeaseDoc,
  type SpooledDoc,
} from './intake.ts';
import { notificationSchema, type NotificationDoc } from './notification.ts';
import { eventSchema, messageSchema, type JournalEntry, type MessageDoc } from './journal.ts';
import { processSchema, processVersionSchema, type ProcessDoc, type ProcessVersionDoc } from './process.ts';
import { scheduledMessageSchema, type ScheduledMessageDoc } from './schedule.ts';
import {
  webhookDeliverySchema,
  webhookEndpointSchema,
  type WebhookDeliveryDoc,
  type WebhookEndpointDoc,
} from './webhook.ts';

/** All collections, bound to one connection. */
export interface Models {
  dealerships: Model<DealershipDoc>;
  users: Model<UserDoc>;
  sessions: Model<SessionDoc>;
  channelAccounts: Model<ChannelAccountDoc>;
  contacts: Model<ContactDoc>;
  reminders: Model<ReminderDoc>;
  notifications: Model<NotificationDoc>;
  scheduledMessages: Model<ScheduledMessageDoc>;
  conversations: Model<ConversationDoc>;
  conversationStates: Model<ConversationStateDoc>;
  readCursors: Model<ReadCursorDoc>;
  messages: Model<MessageDoc>;
  events: Model<JournalEntry>;
  processes: Model<ProcessDoc>;
  processVersions: Model<ProcessVersionDoc>;
  webhookEndpoints: Model<WebhookEndpointDoc>;
  webhookDeliveries: Model<WebhookDeliveryDoc>;
  spool: Model<SpooledDoc>;
  deadLetters: Model<DeadLetterDoc>;
  leases: Model<LeaseDoc>;
}

/** Binds the collections to a connection; each has the name of its field here. */
export function bindModels(connection: Connection): Models {
  return {
    dealerships: connection.model<DealershipDoc>('dealerships', dealershipSchema, 'dealerships'),
    users: connection.model<UserDoc>('users', userSchema, 'users'),
    sessions: connection.model<SessionDoc>('sessions', sessionSchema, 'sessions'),
    channelAccounts: connection.model<ChannelAccountDoc>('channelAccounts', channelAccountSchema, 'channelAccounts'),
    contacts: connection.model<ContactDoc>('contacts', contactSchema, 'contacts'),
    reminders: connection.model<ReminderDoc>('reminders', reminderSchema, 'reminders'),
    notifications: connection.model<NotificationDoc>('notifications', notificationSchema, 'notifications'),
    scheduledMessages: connection.model<ScheduledMessageDoc>(
      'scheduledMessages',
      scheduledMessageSchema,
      'scheduledMessages',
    ),
    conversations: connection.model<ConversationDoc>('conversations', conversationSchema, 'conversations'),
    conversationStates: connection.model<ConversationStateDoc>(
      'conversationStates',
      conversationStateSchema,
      'conversationStates',
    ),
    readCursors: connection.model<ReadCursorDoc>('readCursors', readCursorSchema, 'readCursors'),
    messages: connection.model<MessageDoc>('messages', messageSchema, 'messages'),
    events: connection.model<JournalEntry>('events', eventSchema, 'events'),
    processes: connection.model<ProcessDoc>('processes', processSchema, 'processes'),
    processVersions: connection.model<ProcessVersionDoc>('processVersions', processVersionSchema, 'processVersions'),
    webhookEndpoints: connection.model<WebhookEndpointDoc>(
      'webhookEndpoints',
      webhookEndpointSchema,
      'webhookEndpoints',
    ),
    webhookDeliveries: connection.model<WebhookDeliveryDoc>(
      'webhookDeliveries',
      webhookDeliverySchema,
      'webhookDeliveries',
    ),
    spool: connection.model<SpooledDoc>('spool', spooledSchema, 'spool'),
    deadLetters: connection.model<DeadLetterDoc>('deadLetters', deadLetterSchema, 'deadLetters'),
    leases: connection.model<LeaseDoc>('leases', leaseSchema, 'leases'),
  };
}

/** Workflow type of a conversation. */
export const CONVERSATION_WORKFLOW = 'conversation';

/** Workflow type that brings a published version to the running conversations. */
export const ROLLOUT_WORKFLOW = 'rolloutProcess';

/**
 * Version of the rules by which conversations decide. It grows with each change of a decision that a running conversation
 * could have made before: the core then asks `state.rulesVersion`, and keeps the old way for the runs that began under it
 * (docs/changing-workflows.md).
 */
export const RULES_VERSION = 2;

/** Workflow type that does one action in many conversations. */
export const BULK_WORKFLOW = 'bulkAction';

/** Workflow type that compares a channel account with its provider's list. */
export const RECONCILE_WORKFLOW = 'reconcileChannel';

/**
 * Task queues: decisions stay apart from activities that call model and providers; and deliveries from these, because each
 * number has its rate there.
 */
export const TASK_QUEUES = { conversations: 'conversations', outside: 'outside', deliveries: 'deliveries' } as const;

/** Names of the signals a conversation takes. */
export const SIGNALS = {
  inboundMessage: 'inboundMessage',
  deliveryFailed: 'deliveryFailed',
  callEnded: 'callEnded',
  contactChanged: 'contactChanged',
  processPublished: 'processPublished',
} as const;

/** Names of the updates (a user's actions) a conversation takes. */
export const UPDATES = {
  sendMessage: 'sendMessage',
  generateReply: 'generateReply',
  setAutopilot: 'setAutopilot',
  selectProcess: 'selectProcess',
  setStage: 'setStage',
  assign: 'assign',
  actNow: 'actNow',
  cancelAgendaItem: 'cancelAgendaItem',
  moveAgendaItem: 'moveAgendaItem',
  retryMessage: 'retryMessage',
  setFollowUps: 'setFollowUps',
  scheduleMessage: 'scheduleMessage',
  changeScheduled: 'changeScheduled',
  cancelScheduled: 'cancelScheduled',
  setTags: 'setTags',
  changeTags: 'changeTags',
  setPriority: 'setPriority',
  resolve: 'resolve',
  reopen: 'reopen',
  snooze: 'snooze',
  addReminder: 'addReminder',
  completeReminder: 'completeReminder',
  deleteConversation: 'deleteConversation',
  restoreConversation: 'restoreConversation',
} as const;
export type UpdateName = keyof typeof UPDATES;

/** Names of the queries a conversation answers. */
export const QUERIES = { state: 'state', agenda: 'agenda' } as const;

/** Search attributes, for operators only: they lag, so the inbox never reads them. */
export const SEARCH_ATTRIBUTES = {
  DealershipId: 'keyword',
  Channel: 'keyword',
  Stage: 'keyword',
  AssigneeId: 'keyword',
  ProcessId: 'keyword',
  Autopilot: 'bool',
} as const;

/** Ways in which a customer reaches the dealership. */
export const CHANNELS = ['sms', 'messenger', 'webchat'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Who wrote a message. */
export const AUTHORS = ['customer', 'user', 'autopilot', 'followUp', 'schedule', 'automation'] as const;
export type AuthorKind = (typeof AUTHORS)[number];

/** A message that could not be handed over in this time is not sent any more (Twilio's own default is 10 h). */
export const MESSAGE_VALIDITY_MS = 15 * 60_000;

/** What a conversation is to the people who work it. */
export const STATUSES = ['new', 'open', 'snoozed', 'resolved'] as const;
export type ConversationStatus = (typeof STATUSES)[number];

/** How much a conversation matters to the people who work it. */
export const PRIORITIES = ['none', 'low', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Users' roles, weakest first. */
export const ROLES = ['sales', 'manager', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The gates of a send, in the order in which they are asked. */
export const GATES = ['optOut', 'consent', 'channelWindow', 'quietHours', 'channelAccount'] as const;
export type GateName = (typeof GATES)[number];

import type { MessageView } from '@leadline/contract/rest.ts';
import type { IconName } from '../../core/icons.ts';

/** How a message's way to the customer is shown. */
export interface DeliveryMark {
  icon: IconName;
  /** For the tooltip and for those who do not see the mark. */
  label: string;
  /** Words beside the mark; empty while all is well. */
  words: string;
  tone: '' | 'good' | 'amber' | 'red';
  canRetry: boolean;
}

/** The mark of an outbound message. `isLost`: the provider never had this attempt. */
export function deliveryMark({ status, error }: MessageView, isLost: boolean): DeliveryMark {
  const mark = (
    icon: IconName,
    label: string,
    tone: DeliveryMark['tone'] = '',
    words = '',
    canRetry = false,
  ): DeliveryMark => ({ icon, label, words, tone, canRetry });
  switch (status) {
    case 'received':
    case 'queued':
    case 'sending':
      return mark('clock', 'Sending');
    case 'sent':
      return mark('check', 'Sent');
    case 'delivered':
      return mark('checkDouble', 'Delivered');
    case 'read':
      return mark('checkDouble', 'Read', 'good');
    case 'unknown':
      return isLost
        ? mark('alert', 'Not sent', 'red', 'Not sent: the carrier never had it', true)
        : mark('help', 'Not confirmed yet', 'amber', 'not confirmed yet');
    case 'failed':
      return mark('alert', 'Not delivered', 'red', `Not delivered${reason(error)}`, true);
    case 'blocked':
      return mark('refused', 'Blocked', 'red', `Blocked${reason(error)}`);
  }
}

function reason(error: MessageView['error']): string {
  if (!error) return '';
  return `: ${error.message}${error.code === null ? '' : ` (${error.code})`}`;
}

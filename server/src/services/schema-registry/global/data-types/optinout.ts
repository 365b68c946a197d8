import { type GlobalSource, only } from '#services/schema-registry/global/global-source.ts'

/** Values that many of its fields share. */
const CHOICES = only({
  not_provided: 'Not provided',
  pending: 'Pending verification',
  in: 'Opt-in: the user explicitly consents to receiving messages.',
  out: 'Opt-out: the user declines to receive any messages on this channel.',
})

export const optinout: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/optinout',
  title: 'OptInOut',
  description: 'What a person has agreed to and what not, by channel.',
  fields: {
    'https://ns.adobe.com/xdm/channels/adm': {
      title: 'Amazon Device Messaging',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/agency': {
      title: 'Agency',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/apns': {
      title: 'Apple Push Notification Service',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/application': {
      title: 'Application',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/baidu': {
      title: 'Baidu Cloud Push Service',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/channel': {
      title: 'Experience Channel',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/direct-mail': {
      title: 'Direct mail',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/email': {
      title: 'Email',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/facebook-feed': {
      title: 'Facebook news feed',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/fax': {
      title: 'Fax',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/gcm': {
      title: 'Google Cloud Messaging',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/line': {
      title: 'Line Platform Notification',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/mobile-app': {
      title: 'Web',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/mpns': {
      title: 'Microsoft Push Notification Service',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/phone': {
      title: 'Phone',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/sms': {
      title: 'SMS',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/twitter-feed': {
      title: 'Twitter feed',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/web': {
      title: 'Web',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/webpage': {
      title: 'Web Page',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/wechat': {
      title: 'WeChat',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'https://ns.adobe.com/xdm/channels/wns': {
      title: 'Windows Push Notification Service',
      type: 'string',
      default: 'not_provided',
      ...CHOICES,
    },
    'xdm:globalOptout': { title: 'Global Opt-out', type: 'boolean', default: false },
    'xdm:optOutDetails': {
      type: 'object',
      properties: {
        'xdm:email': {
          title: 'Additional Details for Email Opt Out',
          $ref: 'https://ns.adobe.com/xdm/common/optinout-additional-details',
        },
        'xdm:phone': {
          title: 'Additional Details for Phone Opt Out',
          $ref: 'https://ns.adobe.com/xdm/common/optinout-additional-details',
        },
        'xdm:fax': {
          title: 'Additional Details for Fax Opt Out',
          $ref: 'https://ns.adobe.com/xdm/common/optinout-additional-details',
        },
        'xdm:direct-mail': {
          title: 'Additional Details for Direct-Mail Opt Out',
          $ref: 'https://ns.adobe.com/xdm/common/optinout-additional-details',
        },
      },
    },
  },
}

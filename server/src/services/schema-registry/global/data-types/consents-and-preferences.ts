import { type GlobalSource, only } from '#services/schema-registry/global/global-source.ts'

/** Values that many of its fields share. */
const CHOICES = only({
  y: 'Yes (opt-in)',
  n: 'No (opt-out)',
  p: 'Pending verification',
  u: 'Unknown',
  dy: 'Default of Yes (opt-in)',
  dn: 'Default of No (opt-out)',
  LI: 'Legitimate Interest',
  CT: 'Contract',
  CP: 'Compliance with a Legal Obligation',
  VI: 'Vital Interest of the Individual',
  PI: 'Public Interest',
})

export const consentsAndPreferences: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/datatypes/consents-and-preferences',
  title: 'Consent for Privacy, Personalization and Marketing Preferences',
  description: 'Consents for privacy and personalisation, and preferences for marketing.',
  fields: {
    'xdm:consents': {
      title: 'Consents and Preferences',
      type: 'object',
      properties: {
        'xdm:collect': {
          title: 'Data Collection',
          type: 'object',
          required: ['xdm:val'],
          properties: { 'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES } },
        },
        'xdm:share': {
          title: 'Share Data',
          type: 'object',
          required: ['xdm:val'],
          properties: { 'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES } },
        },
        'xdm:adID': {
          title: 'Use Advertiser ID',
          type: 'object',
          required: ['xdm:val'],
          properties: {
            'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
            'xdm:idType': {
              title: 'Ad ID Type',
              type: 'string',
              enum: ['IDFA', 'GAID'],
              'meta:enum': {
                IDFA: "Apple's ID for Advertisers (IDFA)",
                GAID: "Google's Advertiser ID (GAID) also known as Android Advertiser ID (AAID)",
              },
            },
          },
        },
        'xdm:personalize': {
          title: 'Personalization Preferences',
          type: 'object',
          properties: {
            'xdm:content': {
              title: 'Personalize Content',
              type: 'object',
              required: ['xdm:val'],
              properties: { 'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES } },
            },
          },
        },
        'xdm:marketing': {
          title: 'Marketing Preferences',
          type: 'object',
          properties: {
            'xdm:preferred': {
              title: 'Preferred Channel',
              type: 'string',
              enum: [
                'email',
                'push',
                'inApp',
                'sms',
                'whatsApp',
                'phone',
                'phyMail',
                'inVehicle',
                'inHome',
                'iot',
                'social',
                'other',
                'none',
                'unknown',
              ],
              'meta:enum': {
                email: 'email',
                push: 'Push Notifications',
                inApp: 'In-app Messages',
                sms: 'SMS (Text Messages)',
                whatsApp: 'WhatsApp Messages',
                phone: 'Phone Calls',
                phyMail: 'Physical Mail',
                inVehicle: 'In-vehicle Messages',
                inHome: 'In-home Messages',
                iot: 'IoT Messages',
                social: 'Social Media',
                other: 'Other',
                none: 'No Preferred Channel',
                unknown: 'Unknown',
              },
            },
            'xdm:any': {
              title: 'General Direct Marketing Preference',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:email': {
              title: 'Receive email',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:push': {
              title: 'Receive push notifications',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:call': {
              title: 'Receive calls',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:fax': {
              title: 'Receive fax',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:commercialEmail': {
              title: 'Receive commercial emails',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:postalMail': {
              title: 'Receive postal mail',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:sms': {
              title: 'Receive SMS',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
            'xdm:whatsApp': {
              title: 'Receive WhatsApp',
              type: 'object',
              required: ['xdm:val'],
              properties: {
                'xdm:val': { title: 'Choice Value', type: 'string', ...CHOICES },
                'xdm:time': { title: 'Preference timestamp', type: 'string', format: 'date-time' },
                'xdm:reason': { title: 'Opt-out reason', type: 'string', maxLength: 255 },
              },
            },
          },
        },
        'xdm:metadata': {
          title: 'Consent and Preference Metadata',
          properties: {
            'xdm:time': { title: 'Consent/Preferences timestamp', type: 'string', format: 'date-time' },
          },
          type: 'object',
        },
      },
    },
  },
}

import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const externalSourceSystemAudit: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/common/external-source-system-audit',
  title: 'External Source System Audit Attributes',
  description: 'Who made and changed something in the system that it comes from, and when.',
  fields: {
    'xdm:createdBy': { title: 'Created By', type: 'string' },
    'xdm:createdDate': { title: 'Created Date', type: 'string', format: 'date-time' },
    'xdm:lastUpdatedBy': { title: 'Last Updated By', type: 'string' },
    'xdm:lastUpdatedDate': { title: 'Last Updated Date', type: 'string', format: 'date-time' },
    'xdm:lastActivityDate': { title: 'Last Activity Date', type: 'string', format: 'date-time' },
    'xdm:lastReferencedDate': { title: 'Last Referenced Date', type: 'string', format: 'date-time' },
    'xdm:lastViewedDate': { title: 'Last Viewed Date', type: 'string', format: 'date-time' },
    'xdm:externalID': { title: 'External ID', type: 'string' },
    'xdm:externalKey': { title: 'External Key', $ref: 'https://ns.adobe.com/xdm/datatypes/b2b-source' },
  },
}

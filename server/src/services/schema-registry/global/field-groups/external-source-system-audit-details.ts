import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const externalSourceSystemAuditDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/common/external-source-system-audit-details',
  title: 'External Source System Audit Details',
  description: 'Who made and changed a record in the system that it comes from.',
  intendedToExtend: [],
  fields: {
    'xdm:extSourceSystemAudit': {
      title: 'External Source System Audit Properties',
      $ref: 'https://ns.adobe.com/xdm/common/external-source-system-audit',
    },
  },
}

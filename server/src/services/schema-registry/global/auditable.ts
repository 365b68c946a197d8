import { dateTime, type GlobalSource, text, uriReference } from './global-source.ts'

export const auditable: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/common/auditable',
  title: 'Audit trail',
  description: 'Who made and changed a record, when, and in which batch.',
  fields: {
    'xdm:repositoryCreatedBy': text('Created by user identifier', 'User who made the record.'),
    'xdm:repositoryLastModifiedBy': text('Modified by user identifier', 'User who changed the record last.'),
    'xdm:createdByBatchID': uriReference('Created by batch identifier', 'Batch that brought the record.'),
    'xdm:modifiedByBatchID': uriReference(
      'Modified by batch identifier',
      'Last batch that changed the record.',
    ),
    // The standard takes these two from a document that is not part of it.
    'repo:createDate': dateTime('Created', 'When the record was made in the repository.'),
    'repo:modifyDate': dateTime('Modified', 'When the record was changed last in the repository.'),
  },
}

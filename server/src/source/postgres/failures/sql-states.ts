/** A statement was cancelled: by a timeout of the server, by us, or by an administrator. */
export const QUERY_CANCELED = '57014'

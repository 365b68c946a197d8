import type { IdentityNamespace } from '@headwater/contract/identity-namespaces.ts'

const RELEASED_AT_MS = Date.UTC(2026, 0, 1)

/** The namespaces that every sandbox has; ids and codes are those of the platform. */
export const STANDARD_NAMESPACES: readonly IdentityNamespace[] = [
  standard(0, 'CORE', 'CORE', 'COOKIE', 'Cookies of the audience manager'),
  standard(4, 'ECID', 'ECID', 'COOKIE', 'Experience cloud ids'),
  standard(6, 'Email', 'Email', 'EMAIL', 'Email addresses'),
  standard(7, 'Phone', 'Phone', 'PHONE', 'Phone numbers'),
  standard(8, 'WAID', 'Windows AID', 'DEVICE', 'Advertising ids of Windows'),
  standard(9, 'TNTID', 'Adobe Target (TNTID)', 'COOKIE', 'Cookies of the platform’s personalisation'),
  standard(10, 'AAID', 'Adobe Analytics (Legacy ID)', 'COOKIE', 'Cookies of the platform’s web analytics'),
  standard(
    11,
    'Email_LC_SHA256',
    'Emails (SHA256, lowercased)',
    'EMAIL',
    'SHA-256 of email addresses in lower case',
  ),
  standard(12, 'Phone_SHA256', 'Phone (SHA256)', 'PHONE', 'SHA-256 of phone numbers'),
  standard(411, 'AdCloud', 'AdCloud', 'COOKIE', 'Cookies of the advertising cloud'),
  standard(20914, 'GAID', 'Google Ad ID (GAID)', 'DEVICE', 'Advertising ids of Android'),
  standard(20915, 'IDFA', 'Apple IDFA (ID for Advertisers)', 'DEVICE', 'Advertising ids of iOS'),
  // Not one of the platform’s: what tutorials and customers have to make first is there.
  standard(100_001, 'CRMID', 'CRM ID', 'CROSS_DEVICE', 'Ids of a system for customer relations'),
]

function standard(
  id: number,
  code: string,
  name: string,
  idType: IdentityNamespace['idType'],
  description: string,
): IdentityNamespace {
  const times = { createTime: RELEASED_AT_MS, updateTime: RELEASED_AT_MS }
  return { id, code, name, idType, description, status: 'ACTIVE', custom: false, ...times }
}

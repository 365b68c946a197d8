import type { JsonObject } from '#kit/json.ts'
import {
  dateTime,
  decimal,
  type Fields,
  type GlobalSource,
  integer,
  listOf,
  object,
  PROFILE_CLASS,
  text,
} from './global-source.ts'

const TASK: Fields = {
  'xdm:endDate': dateTime('Task End Date', 'When the task ends.'),
  'xdm:entity': text('Task Entity', 'What the task is about.'),
  'xdm:goal': decimal('Task Goal', 'What has to be reached.'),
  'xdm:name': text('Task Name', 'Name of the task.'),
  'xdm:progress': decimal('Task Progress', 'What has been reached so far.'),
  'xdm:startDate': dateTime('Task Start Date', 'When the task begins.'),
  'xdm:state': text('Task State', 'In progress, completed, failed …'),
  'xdm:type': text('Task Type', 'Kind of task.'),
}

const CHALLENGE: Fields = {
  'xdm:description': text('Challenge Description', 'What the challenge is.'),
  'xdm:endDate': dateTime('Challenge End Date', 'When the challenge ends.'),
  'xdm:frequencyType': text('Frequency Type', 'How often the challenge comes: daily, weekly …'),
  'xdm:id': text('Challenge ID', 'Identifies the challenge.'),
  'xdm:name': text('Challenge Name', 'Name of the challenge.'),
  'xdm:series': text('Challenge Series', 'Series that the challenge belongs to.'),
  'xdm:startDate': dateTime('Challenge Start Date', 'When the challenge begins.'),
  'xdm:state': text('Challenge State', 'Active, completed, expired …'),
  'xdm:tasks': listOf('Challenge Tasks', 'What there is to do.', { type: 'object', properties: TASK }),
}

/** Fields that all rewards share, titled after the reward. */
function reward(noun: string, more: Fields = {}): JsonObject {
  return {
    type: 'object',
    properties: {
      'xdm:endDate': dateTime(`${noun} End Date`, 'When it ends.'),
      'xdm:id': text(`${noun} ID`, 'Identifies it.'),
      'xdm:name': text(`${noun} Name`, 'Its name.'),
      'xdm:series': text(`${noun} Series`, 'Series that it belongs to.'),
      'xdm:startDate': dateTime(`${noun} Start Date`, 'When it begins.'),
      'xdm:state': text(`${noun} State`, 'Active, expired, redeemed …'),
      ...more,
    },
  }
}

const REWARDS: Fields = {
  'xdm:badges': listOf('Achievement Badges', 'Badges that were earned.', reward('Badge')),
  'xdm:coupons': listOf(
    'Loyalty Coupons',
    'Coupons that can be used.',
    reward('Coupon', {
      'xdm:discountValue': decimal('Discount Value', 'Money that the coupon is worth.'),
      'xdm:redemptionCount': integer('Redemption Count', 'How often it was used.'),
      'xdm:redemptionLimit': integer('Redemption Limit', 'How often it can be used.'),
      'xdm:storeName': text('Store Name', 'Where it can be used.'),
    }),
  ),
  'xdm:giveaways': listOf(
    'Loyalty Giveaways',
    'Gifts that are offered.',
    reward('Giveaway', {
      'xdm:partnerId': text('Partner ID', 'Identifies the partner who gives.'),
      'xdm:partnerName': text('Partner Name', 'Name of the partner who gives.'),
      'xdm:type': text('Giveaway Type', 'Kind of gift.'),
    }),
  ),
  'xdm:referrals': listOf(
    'Referral Rewards',
    'Rewards for bringing others.',
    reward('Referral', { 'xdm:recipient': text('Referral Recipient', 'Who was brought.') }),
  ),
}

const LOYALTY: Fields = {
  'xdm:joinDate': dateTime('Program Join Date', 'When the person joined the programme.'),
  'xdm:loyaltyID': listOf('Program ID', 'Numbers of the person in the programme.', { type: 'string' }),
  'xdm:points': decimal('Program Points Balance', 'Points that the person has.'),
  'xdm:pointsExpiration': listOf('Points Expiration', 'Points that expire, by date.', {
    type: 'object',
    properties: {
      'xdm:pointsExpiring': decimal('Points Expiring', 'Points that expire.'),
      'xdm:pointsExpirationDate': dateTime('Points Expiration Date', 'When they expire.'),
    },
  }),
  'xdm:pointsRedeemed': decimal('Points Redeemed', 'Points that were used.'),
  'xdm:program': text('Program Name', 'Name of the programme.'),
  'xdm:upgradeDate': text('Upgrade Date', 'When the tier changed.', { 'meta:status': 'deprecated' }),
  'xdm:tierUpgradeDate': dateTime('Tier Upgrade Date', 'When the person reached the tier.'),
  'xdm:status': text('Status', 'Active, disabled, suspended …'),
  'xdm:tier': text('Tier', 'Tier of the person.'),
  'xdm:nextTier': text('Next Tier', 'The tier above.'),
  'xdm:pointsToNextTier': decimal('Points To Next Tier', 'Points that are missing for the tier above.'),
  'xdm:tierExpiryDate': dateTime('Tier Expiry Date', 'When the tier is lost.'),
  'xdm:adjustedPoints': decimal('Adjusted Points', 'Points that were corrected.'),
  'xdm:cardsDetails': listOf('Loyalty Cards Details', 'Cards of the person.', {
    type: 'object',
    properties: {
      'xdm:number': text('Card Number', 'Number of the card.'),
      'xdm:series': text('Card Series', 'Series of the card.'),
      'xdm:status': text('Card Status', 'Active, inactive, suspended …'),
    },
  }),
  'xdm:challenges': listOf('Loyalty Challenges', 'Challenges that the person takes part in.', {
    type: 'object',
    properties: CHALLENGE,
  }),
  'xdm:expiredPoints': decimal('Expired Points', 'Points that have expired.'),
  'xdm:lifetimePoints': decimal('Lifetime Points', 'Points that were ever earned.'),
  'xdm:lifetimePurchases': decimal('Lifetime Purchases', 'Money that was ever spent.'),
  'xdm:promisedPoints': decimal('Promised Points', 'Points that are promised and not credited yet.'),
  'xdm:returnedPoints': decimal('Returned Points', 'Points that were given back.'),
  'xdm:rewards': object('Loyalty Rewards', 'What the person got or can get.', REWARDS),
}

export const profileLoyaltyDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/profile/profile-loyalty-details',
  title: 'Loyalty Details',
  description: 'Membership of a loyalty programme.',
  intendedToExtend: [PROFILE_CLASS],
  fields: { 'xdm:loyalty': object('Loyalty', 'The programme, the points and the rewards.', LOYALTY) },
}

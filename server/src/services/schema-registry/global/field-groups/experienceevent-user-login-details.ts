import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const experienceeventUserLoginDetails: GlobalSource = {
  kind: 'fieldgroups',
  id: 'https://ns.adobe.com/xdm/mixins/experienceevent-user-login-details',
  title: 'User Login Process',
  description: 'How someone logged in.',
  intendedToExtend: ['https://ns.adobe.com/xdm/context/experienceevent'],
  fields: {
    'xdm:userAccount': {
      type: 'object',
      properties: {
        'xdm:accountSwitch': { title: 'Switch User Accounts', type: 'integer' },
        'xdm:cookieConsentAccepted': { title: 'Cookie Consent Accepted', type: 'boolean' },
        'xdm:cookieConsentViewed': { title: 'Cookie Consent Viewed', type: 'integer' },
        'xdm:forgotPassword': { title: 'Forgot Password', type: 'integer' },
        'xdm:forgotUsername': { title: 'Forgot Username', type: 'integer' },
        'xdm:login': { title: 'Visitor Login', type: 'integer' },
        'xdm:loginBiometric': { title: 'Biometric Authentication', type: 'boolean' },
        'xdm:loginFailure': { title: 'Visitor Login Failure', type: 'integer' },
        'xdm:loginLocation': { title: 'Login Page Location', type: 'string' },
        'xdm:loginKeychain': { title: 'Keychain', type: 'boolean' },
        'xdm:loginMultiFactor': { title: 'Multi-Factor Authentication', type: 'boolean' },
        'xdm:loginStatus': { title: 'Login Status', type: 'string' },
        'xdm:loginThirdParty': { title: 'Login with Third Party', type: 'integer' },
        'xdm:loginThirdPartySite': { title: 'Third Party Login Site', type: 'string' },
        'xdm:loginType': { title: 'User Login Type', type: 'string' },
        'xdm:logout': { title: 'Visitor Logout', type: 'integer' },
        'xdm:resetPassword': { title: 'Reset Password', type: 'integer' },
        'xdm:sessionTimeout': { title: 'Session Timeout', type: 'integer' },
        'xdm:updateProfile': { title: 'Account Profile Update', type: 'integer' },
        'xdm:createProfile': { title: 'Account Profile Create', type: 'integer' },
      },
    },
  },
}

import type { GlobalSource } from '#services/schema-registry/global/global-source.ts'

export const implementationdetails: GlobalSource = {
  kind: 'datatypes',
  id: 'https://ns.adobe.com/xdm/context/implementationdetails',
  title: 'Implementation details',
  description: 'A program that sends events, and its version.',
  fields: {
    'xdm:name': {
      title: 'Name',
      type: 'string',
      format: 'uri',
      'meta:enum': {
        'https://ns.adobe.com/experience/analytics/scode': 'Adobe Analytics sCode',
        'https://ns.adobe.com/experience/analytics/appmeasurement': 'Adobe app measurement',
        'https://ns.adobe.com/experience/analytics/mbox': 'Adobe Target mBox',
        'https://ns.adobe.com/experience/visitorapi': 'Adobe Visitor service',
        'https://ns.adobe.com/experience/adcloud/viewability': 'Adobe Advertising Cloud viewability',
        'https://ns.adobe.com/experience/alloy': 'Adobe Experience Platform Web SDK',
        'https://ns.adobe.com/experience/alloy/reactor': 'Adobe Experience Platform Web SDK Launch Extension',
        'https://ns.adobe.com/experience/mobilesdk/ios': 'Adobe Experience Platform Mobile SDK for iOS',
        'https://ns.adobe.com/experience/mobilesdk/tvos': 'Adobe Experience Platform Mobile SDK for tvOS',
        'https://ns.adobe.com/experience/mobilesdk/android':
          'Adobe Experience Platform Mobile SDK for Android',
        'https://ns.adobe.com/experience/mobilesdk/roku': 'Adobe Experience Platform Mobile SDK for Roku',
        'https://ns.adobe.com/experience/mobilesdk/ios/reactnative':
          'Adobe Experience Platform Mobile SDK for iOS React Native',
        'https://ns.adobe.com/experience/mobilesdk/tvos/reactnative':
          'Adobe Experience Platform Mobile SDK for tvOS React Native',
        'https://ns.adobe.com/experience/mobilesdk/android/reactnative':
          'Adobe Experience Platform Mobile SDK for Android React Native',
        'https://ns.adobe.com/experience/mobilesdk/ios/flutter':
          'Adobe Experience Platform Mobile SDK for iOS flutter',
        'https://ns.adobe.com/experience/mobilesdk/android/flutter':
          'Adobe Experience Platform Mobile SDK for Android flutter',
      },
    },
    'xdm:version': { title: 'Version', type: 'string' },
    'xdm:environment': {
      title: 'Environment',
      type: 'string',
      enum: ['browser', 'app', 'server', 'iot'],
      'meta:enum': {
        browser: 'Web Browser',
        app: 'Application',
        server: 'Server',
        iot: 'Internet of Things Device',
      },
    },
  },
}

// An optional web application firewall before the API. It looks at who asks and how often, not into bodies: packs look like
// anything, and rules for bodies would refuse pushes by chance.

import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** How many requests one address may send in five minutes. */
const MOST_REQUESTS = 3000;

export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { settings, stage }: { settings: Settings; stage: Stage }) {
    super(scope, id);
    const seen = (metricName: string) => ({ cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName });
    const acl = new wafv2.CfnWebACL(this, 'Acl', {
      name: settings.name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seen(`${settings.name}-all`),
      rules: [
        {
          name: 'KnownAttackers',
          priority: 0,
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' } },
          overrideAction: { none: {} },
          visibilityConfig: seen(`${settings.name}-attackers`),
        },
        {
          name: 'TooMany',
          priority: 1,
          // Behind CloudFront, the address of the client is in a header.
          statement: {
            rateBasedStatement: {
              limit: MOST_REQUESTS,
              aggregateKeyType: 'FORWARDED_IP',
              forwardedIpConfig: { headerName: 'X-Forwarded-For', fallbackBehavior: 'NO_MATCH' },
            },
          },
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: seen(`${settings.name}-too-many`),
        },
      ],
    });
    new wafv2.CfnWebACLAssociation(this, 'OfApi', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  }
}

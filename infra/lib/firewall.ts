// An optional web application firewall before the API. It looks at who asks and how often, not into bodies: packs look like
// anything, and rules for bodies would refuse pushes by chance.

import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { ORIGIN_SECRET_HEADER } from './edge.ts';
import type { Settings } from './settings.ts';

/** How many requests one address may send in five minutes. */
const MOST_REQUESTS = 3000;

/** The header in which the function at the edge tells the client's address. */
const SOURCE_HEADER = 'x-cf-source-ip';

const AS_IT_IS = [{ priority: 0, type: 'NONE' }];

export interface FirewallProps {
  readonly settings: Settings;
  readonly stage: Stage;
  readonly originSecret: string;
}

export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { settings, stage, originSecret }: FirewallProps) {
    super(scope, id);
    const seen = (metricName: string) => ({ cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName: `${settings.name}-${metricName}` });
    // Only the distribution knows the secret, so that only its word is taken for the client's address.
    const fromTheEdge: wafv2.CfnWebACL.StatementProperty = {
      byteMatchStatement: {
        searchString: originSecret,
        positionalConstraint: 'EXACTLY',
        fieldToMatch: { singleHeader: { Name: ORIGIN_SECRET_HEADER } },
        textTransformations: AS_IT_IS,
      },
    };
    const tooMany = (name: string, priority: number, rate: Partial<wafv2.CfnWebACL.RateBasedStatementProperty>): wafv2.CfnWebACL.RuleProperty => ({
      name,
      priority,
      statement: { rateBasedStatement: { limit: MOST_REQUESTS, aggregateKeyType: 'IP', ...rate } },
      action: { block: { customResponse: { responseCode: 429 } } },
      visibilityConfig: seen(name),
    });
    const acl = new wafv2.CfnWebACL(this, 'Acl', {
      name: settings.name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seen('all'),
      rules: [
        {
          name: 'KnownAttackers',
          priority: 0,
          statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' } },
          overrideAction: { none: {} },
          visibilityConfig: seen('KnownAttackers'),
        },
        tooMany('TooManyThroughTheEdge', 1, {
          aggregateKeyType: 'CUSTOM_KEYS',
          customKeys: [{ header: { name: SOURCE_HEADER, textTransformations: AS_IT_IS } }],
          scopeDownStatement: fromTheEdge,
        }),
        tooMany('TooManyPastTheEdge', 2, { scopeDownStatement: { notStatement: { statement: fromTheEdge } } }),
      ],
    });
    new wafv2.CfnWebACLAssociation(this, 'OfApi', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  }
}

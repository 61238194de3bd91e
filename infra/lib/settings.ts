// What a deployment decides. Values come from the context: `-c name=value`, or `infra/deployment.json`, which stays out of Git.

import type { Node } from 'constructs';

export interface Settings {
  /** The name of the stack and the beginning of all functions' names: at most 10 characters, so that those fit. */
  readonly name: string;
  /** The host name that clients use instead of CloudFront's own. */
  readonly domainName?: string;
  /** The certificate for it, in us-east-1, where CloudFront reads certificates. */
  readonly certificateArn?: string;
  /** The Route 53 zone that gets a record for the host name; without it, somebody makes the record elsewhere. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** The processor that the binary was built for. */
  readonly architecture: 'x86_64' | 'arm64';
  /** Whether repositories outlive the stack (`retain`), or go with it (`destroy`, for trials). */
  readonly removalPolicy: 'retain' | 'destroy';
  /** For how many days logs are kept. */
  readonly logRetentionDays: number;
  /** For how many days a deleted pack can be brought back; 0 keeps no versions. At most 35, as far as the table's backups reach. */
  readonly keepDeletedPacksDays: number;
  /** A table that was restored from a backup and takes the place of the stack's own. */
  readonly restoredTable?: { readonly name: string; readonly streamArn: string };
  /** The IAM user or role that becomes the first administrator by signing in once. */
  readonly adminPrincipalArn?: string;
  /** Whether requests are traced with X-Ray. */
  readonly tracing: boolean;
  /** Whether a web application firewall stands before the API. */
  readonly firewall: boolean;
  /** Who is mailed when an alarm goes off. */
  readonly alarmEmail?: string;
  /** The topics that triggers and notifications may tell, as ARNs in which `*` stands for anything. */
  readonly topics: string[];
  /** The functions that triggers may call, likewise. */
  readonly triggerFunctions: string[];
  /** The event bus that gets every event; without it, none does. */
  readonly eventBus?: string;
  /** Where a person can look at repositories in a browser, if there is such a place; links in messages lead there. */
  readonly console?: string;
  /** The networks that webhooks may be in besides the public ones, such as `10.1.0.0/16`. */
  readonly webhookAllow: string[];
  /** How many workers deliver at the same time, each to one destination about one repository; without it, as many as Lambda has. */
  readonly deliveriesAtOnce?: number;
  /** Requests a second that the API takes on average, and at once: more than anything else, they cap what others can make it cost. */
  readonly requestRate: number;
  readonly requestBurst: number;
  /** A number that is raised to give the distribution and the functions a new secret between them. */
  readonly originSecretGeneration: number;
  /** The folder or zip that holds the `bootstrap` binary. */
  readonly bootstrap?: string;
  /** Environment variables that raise quotas, by their names without `COLDFORGE_`. */
  readonly quotas: Record<string, string>;
}

/** The retention periods that CloudWatch Logs knows, in days. */
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const DEFAULTS: Settings = {
  name: 'coldforge',
  architecture: 'x86_64',
  removalPolicy: 'retain',
  logRetentionDays: 90,
  keepDeletedPacksDays: 0,
  tracing: false,
  firewall: false,
  topics: [],
  triggerFunctions: [],
  webhookAllow: [],
  requestRate: 100,
  requestBurst: 200,
  originSecretGeneration: 1,
  quotas: {},
};

const NAMES: readonly (keyof Settings)[] = [
  'name', 'domainName', 'certificateArn', 'hostedZone', 'architecture', 'removalPolicy', 'logRetentionDays',
  'keepDeletedPacksDays', 'restoredTable', 'adminPrincipalArn', 'tracing', 'firewall', 'alarmEmail', 'topics', 'triggerFunctions', 'eventBus', 'console', 'webhookAllow', 'deliveriesAtOnce',
  'requestRate', 'requestBurst', 'originSecretGeneration', 'bootstrap', 'quotas',
];

/** Throws an error if a deployment says something that there is no setting for. */
export function refuseUnknown(given: Record<string, unknown>): void {
  const unknown = Object.keys(given).find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown) throw new Error(`there is no setting '${unknown}'; there are ${NAMES.join(', ')}`);
}

/** The settings in the context, which has much else. */
export function readSettings(node: Node): Settings {
  const given = Object.fromEntries(
    NAMES.map((name) => [name, node.tryGetContext(name)] as const).filter(([, value]) => value !== undefined && value !== ''),
  );
  return settings(given);
}

/** Settings with everything that is not given as it is by default. Texts become what they say, as `-c` gives nothing else. */
export function settings(given: Record<string, unknown>): Settings {
  refuseUnknown(given);
  const all: Record<string, unknown> = { ...DEFAULTS, ...given };
  for (const name of ['logRetentionDays', 'keepDeletedPacksDays', 'requestRate', 'requestBurst', 'originSecretGeneration']) all[name] = Number(all[name]);
  if (all.deliveriesAtOnce !== undefined) all.deliveriesAtOnce = Number(all.deliveriesAtOnce);
  for (const name of ['tracing', 'firewall']) all[name] = String(all[name]) === 'true';
  for (const name of ['topics', 'triggerFunctions', 'webhookAllow', 'hostedZone', 'restoredTable', 'quotas']) {
    if (typeof all[name] === 'string') all[name] = JSON.parse(all[name]);
  }
  const settings = all as unknown as Settings;
  check(settings);
  return settings;
}

function check(settings: Settings): void {
  const demand = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`setting ${what}`);
  };
  const { name, domainName, certificateArn, hostedZone, adminPrincipalArn, deliveriesAtOnce, keepDeletedPacksDays, restoredTable } = settings;
  demand(/^[a-z][a-z0-9-]{0,9}$/.test(name), `'name' is '${name}'; it has 1 to 10 small letters, digits and hyphens`);
  demand(!domainName === !certificateArn, "'domainName' and 'certificateArn' belong together");
  demand(!hostedZone || !!domainName, "'hostedZone' is of no use without 'domainName'");
  demand(!certificateArn || /^arn:[^:]+:acm:us-east-1:/.test(certificateArn), "'certificateArn' must name a certificate in us-east-1");
  demand(['x86_64', 'arm64'].includes(settings.architecture), "'architecture' is x86_64 or arm64");
  demand(['retain', 'destroy'].includes(settings.removalPolicy), "'removalPolicy' is retain or destroy");
  demand(RETENTIONS.includes(settings.logRetentionDays), `'logRetentionDays' is one of ${RETENTIONS.join(', ')}`);
  demand(Number.isInteger(keepDeletedPacksDays) && keepDeletedPacksDays >= 0 && keepDeletedPacksDays <= 35, "'keepDeletedPacksDays' is 0 to 35");
  demand(!restoredTable || (!!restoredTable.name && /:table\/[^/]+\/stream\//.test(restoredTable.streamArn)), "'restoredTable' has the 'name' of a table and the 'streamArn' of its stream");
  demand(!adminPrincipalArn || /^arn:[^:]+:iam::\d{12}:(user|role)\/.+$/.test(adminPrincipalArn), "'adminPrincipalArn' must name an IAM user or role");
  demand(!settings.console || /^https?:\/\//.test(settings.console), "'console' is a URL");
  demand(deliveriesAtOnce === undefined || (Number.isInteger(deliveriesAtOnce) && deliveriesAtOnce > 0), "'deliveriesAtOnce' is a number above 0");
  demand(settings.requestRate > 0 && settings.requestBurst > 0, "'requestRate' and 'requestBurst' are above 0");
  demand(Number.isInteger(settings.originSecretGeneration), "'originSecretGeneration' is a number");
  for (const quota of Object.keys(settings.quotas)) demand(/^[A-Z][A-Z0-9_]*$/.test(quota), `'quotas' has '${quota}', which is no variable's name`);
}

// The API as an OpenAPI document, made from the list of functions. API Gateway imports it whole: with a CDK construct for each
// route, the stack would have more resources than CloudFormation takes.
//
// The document names functions by their names in the account and not by reference, so that functions may know the address of the
// API and of the distribution before it, which would otherwise be a circle.

import { Fn } from 'aws-cdk-lib';
import type { FunctionEntry } from './function-list.ts';

/** How long API Gateway waits for a streamed answer and for any other, in milliseconds. */
const STREAMED_MS = 900_000;
const BUFFERED_MS = 29_000;

/** What people read whose request does not fit through API Gateway (10 MB) or Lambda (6 MB, in base64). */
const TOO_LARGE = 'about 4.4 MB fit into a request; push fewer commits at a time: git push REMOTE COMMIT:BRANCH';

/** Where Git's functions are (gitprotocol-http). */
const GIT_ROUTES: Record<string, readonly [method: string, path: string]> = {
  InfoRefs: ['get', '/v1/repos/{name}/info/refs'],
  UploadPack: ['post', '/v1/repos/{name}/git-upload-pack'],
  ReceivePack: ['post', '/v1/repos/{name}/git-receive-pack'],
};

/** A method of the API and who answers it. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly entry: FunctionEntry;
  readonly authorization: 'none' | 'git' | 'iam';
}

/** All routes that the functions of the list are reached by. */
export function routes(entries: readonly FunctionEntry[]): Route[] {
  return entries.flatMap((entry) => routesOf(entry).map((route) => ({ ...route, entry })));
}

function routesOf(entry: FunctionEntry): Omit<Route, 'entry'>[] {
  switch (entry.kind) {
    case 'api':
    case 'own':
      return [{ method: 'post', path: `/op/${entry.name}`, authorization: 'none' }];
    case 'iam':
      // API Gateway checks the signature of a principal of IAM. It signs the API's own host, so that the distribution leads nowhere here.
      return [{ method: 'post', path: '/auth/iam-session', authorization: 'iam' }];
    case 'query':
      return [{ method: 'post', path: '/query/{proxy+}', authorization: 'none' }];
    case 'git': {
      const route = GIT_ROUTES[entry.name];
      if (!route) throw new Error(`function '${entry.name}' in the list: nothing says where Git asks for it (infra/lib/openapi.ts)`);
      return [{ method: route[0], path: route[1], authorization: 'git' }];
    }
    case 'authorizer':
    case 'stream':
    case 'schedule':
    case 'worker':
      return [];
  }
}

export interface DocumentProps {
  readonly title: string;
  readonly entries: readonly FunctionEntry[];
  readonly functionName: (entry: FunctionEntry) => string;
  /** The role as which API Gateway calls functions. */
  readonly credentials: string;
}

/** The document. */
export function openApiDocument(props: DocumentProps): Record<string, unknown> {
  const { title, entries, functionName, credentials } = props;
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes(entries)) {
    const operation = operationOf(route, functionName(route.entry), credentials);
    paths[route.path] = { ...paths[route.path], [route.method]: operation };
  }
  return {
    openapi: '3.0.1',
    info: { title, version: '1' },
    paths,
    components: { securitySchemes: securitySchemes(entries, functionName, credentials) },
    'x-amazon-apigateway-binary-media-types': ['*/*'],
    'x-amazon-apigateway-gateway-responses': gatewayResponses(),
  };
}

function operationOf(route: Route, name: string, credentials: string): Record<string, unknown> {
  const { entry, authorization, path } = route;
  const parameters = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, parameter]) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    operationId: entry.name,
    ...(parameters.length && { parameters }),
    responses: { default: { description: 'The answer of the function' } },
    ...(authorization === 'git' && { security: [{ git: [] }] }),
    ...(authorization === 'iam' && { security: [{ iam: [] }] }),
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: invocation(name, entry.streaming),
      credentials,
      passthroughBehavior: 'when_no_match',
      ...(entry.streaming && { responseTransferMode: 'STREAM' }),
      timeoutInMillis: entry.streaming ? Math.min(STREAMED_MS, entry.timeoutSeconds * 1000 + 1000) : BUFFERED_MS,
    },
  };
}

/** What API Gateway calls to invoke a function. */
function invocation(functionName: string, streaming: boolean): string {
  const [version, call] = streaming ? ['2021-11-15', 'response-streaming-invocations'] : ['2015-03-31', 'invocations'];
  const own = 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:' + functionName;
  return Fn.sub(`arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/${version}/functions/${own}/${call}`);
}

function securitySchemes(entries: readonly FunctionEntry[], functionName: (entry: FunctionEntry) => string, credentials: string) {
  const header = { type: 'apiKey', name: 'Authorization', in: 'header' };
  const authorizer = entries.find((entry) => entry.kind === 'authorizer');
  return {
    iam: { ...header, 'x-amazon-apigateway-authtype': 'awsSigv4' },
    ...(authorizer && {
      git: {
        ...header,
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          // Without the header, API Gateway answers 401 by itself; git sends its first request like that.
          identitySource: 'method.request.header.Authorization',
          // An answer that is kept would outlive a revoked password, and be taken for another repository.
          authorizerResultTtlInSeconds: 0,
          authorizerUri: invocation(functionName(authorizer), false),
          authorizerCredentials: credentials,
        },
      },
    }),
  };
}

/** What API Gateway says itself. Git needs the challenge, which a function's answer cannot carry through a REST API; SDKs need types. */
function gatewayResponses(): Record<string, unknown> {
  const told = (statusCode: number, type: string, message: string, headers: Record<string, string> = {}) => ({
    statusCode: String(statusCode),
    responseParameters: Object.fromEntries(
      Object.entries({ 'x-amzn-ErrorType': type, ...headers }).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]),
    ),
    responseTemplates: { 'application/json': JSON.stringify({ __type: type, message }) },
  });
  return {
    UNAUTHORIZED: told(401, 'UnrecognizedClientException', 'credentials are needed', {
      'WWW-Authenticate': 'Basic realm="coldforge"',
    }),
    ACCESS_DENIED: told(403, 'AccessDeniedException', 'these credentials do not allow that'),
    MISSING_AUTHENTICATION_TOKEN: told(404, 'UnknownOperationException', 'there is nothing here, at least not without a signature; repositories are at /v1/repos/(name)'),
    INVALID_SIGNATURE: told(403, 'InvalidSignatureException', 'the signature is not that of an IAM principal over this request'),
    EXPIRED_TOKEN: told(403, 'ExpiredTokenException', 'the security token has expired'),
    REQUEST_TOO_LARGE: told(413, 'RequestEntityTooLargeException', TOO_LARGE),
    THROTTLED: told(429, 'ThrottlingException', 'too many requests; try again later', { 'Retry-After': '1' }),
    INTEGRATION_TIMEOUT: told(504, 'ServiceUnavailableException', 'the function did not answer in time; try again later'),
    INTEGRATION_FAILURE: told(502, 'InternalFailure', `the function failed; if the request was large: ${TOO_LARGE}`),
    AUTHORIZER_FAILURE: told(503, 'ServiceUnavailableException', 'credentials cannot be checked at the moment; try again later'),
  };
}

// The API that the template describes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { routes } from '../lib/openapi.ts';
import { FUNCTIONS, ONE_OF_EACH, template } from './deployment.ts';
import { route as atTheEdge } from './edge.ts';

const stack = template();
const [api] = Object.values(stack.findResources('AWS::ApiGateway::RestApi'));
const body = api?.Properties.Body;

test('the API is regional and takes every body as bytes', () => {
  stack.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
  assert.deepEqual(body['x-amazon-apigateway-binary-media-types'], ['*/*']);
});

test('every operation has a route of its own that calls its own function', () => {
  for (const entry of FUNCTIONS.filter(({ kind }) => kind === 'api' || kind === 'own')) {
    const [route] = routes([entry]);
    assert.ok(route);
    const integration = body.paths[route.path]?.[route.method]?.['x-amazon-apigateway-integration'];
    assert.ok(integration, entry.name);
    assert.match(integration.uri['Fn::Sub'], new RegExp(`:function:coldforge-${entry.name}/response-streaming-invocations$`));
    assert.equal(integration.type, 'aws_proxy');
    assert.equal(integration.responseTransferMode, 'STREAM');
    if (route.path.startsWith('/op/')) assert.equal(route.path, `/op/${entry.name}`);
  }
});

test('what a client asks for at the edge lands in the function of that name', () => {
  const called = (path: string) => body.paths[path]?.post?.['x-amazon-apigateway-integration'].uri['Fn::Sub'].match(/:function:coldforge-(\w+)\//)[1];
  for (const { name, kind } of FUNCTIONS) {
    const [prefix] = { api: ['CodeCommit_20150413'], own: ['Coldforge_20261128'] }[kind as string] ?? [];
    // Signing in with an IAM identity is at API Gateway's own address.
    if (!prefix) continue;
    const { uri } = atTheEdge('POST', '/', { 'x-amz-target': `${prefix}.${name}` });
    assert.equal(called(uri), name);
  }
  const { uri } = atTheEdge('POST', '/', { 'content-type': 'application/x-www-form-urlencoded' });
  assert.match(uri, /^\/query\/[a-z]+$/);
  assert.equal(called('/query/{proxy+}'), 'Query');
});

test('another API is another deployment, or nobody would see it', () => {
  const deployment = (entries = FUNCTIONS) => Object.keys(template({}, entries).findResources('AWS::ApiGateway::Deployment'));
  assert.deepEqual(deployment(), deployment());
  assert.notDeepEqual(deployment(), deployment(ONE_OF_EACH));
});

test("Git's routes ask the authorizer, the API's do not", () => {
  for (const [path, methods] of Object.entries(body.paths) as [string, Record<string, any>][]) {
    for (const operation of Object.values(methods)) {
      const expected = path.startsWith('/v1/repos/') ? [{ git: [] }] : path.startsWith('/auth/') ? [{ iam: [] }] : undefined;
      assert.deepEqual(operation.security, expected, path);
    }
  }
  assert.deepEqual(Object.keys(body.paths).filter((path) => path.startsWith('/v1/')).sort(), [
    '/v1/repos/{name}/git-receive-pack', '/v1/repos/{name}/git-upload-pack', '/v1/repos/{name}/info/refs',
  ]);
  const authorizer = body.components.securitySchemes.git['x-amazon-apigateway-authorizer'];
  assert.equal(authorizer.type, 'request');
  assert.equal(authorizer.identitySource, 'method.request.header.Authorization');
  assert.equal(authorizer.authorizerResultTtlInSeconds, 0);
  assert.match(authorizer.authorizerUri['Fn::Sub'], /:lambda:path\/2015-03-31\/functions\/.*:function:coldforge-GitAuthorizer\/invocations$/);
});

test('a streamed answer may take as long as its function, any other 29 seconds', () => {
  for (const { path, method, entry } of routes(FUNCTIONS)) {
    const integration = body.paths[path][method]['x-amazon-apigateway-integration'];
    assert.equal(integration.timeoutInMillis, entry.streaming ? Math.min(900_000, entry.timeoutSeconds * 1000 + 1000) : 29_000);
  }
  assert.equal(body.paths['/v1/repos/{name}/git-upload-pack'].post['x-amazon-apigateway-integration'].timeoutInMillis, 900_000);
});

test('who has no credentials is asked for a password in a way that git understands', () => {
  const { UNAUTHORIZED } = body['x-amazon-apigateway-gateway-responses'];
  assert.equal(UNAUTHORIZED.statusCode, '401');
  assert.equal(UNAUTHORIZED.responseParameters['gatewayresponse.header.WWW-Authenticate'], `'Basic realm="coldforge"'`);
});

test('what the gateway says itself is in the words of the protocol', () => {
  for (const [type, response] of Object.entries(body['x-amazon-apigateway-gateway-responses']) as [string, any][]) {
    const told = JSON.parse(response.responseTemplates['application/json']);
    assert.ok(told.__type && told.message, type);
    assert.equal(response.responseParameters['gatewayresponse.header.x-amzn-ErrorType'], `'${told.__type}'`);
  }
});

test('API Gateway calls functions as a role of its own, and nobody else may', () => {
  stack.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'apigateway.amazonaws.com' } })] },
    Policies: [{ PolicyName: 'call', PolicyDocument: Match.objectLike({ Statement: [Match.objectLike({ Action: 'lambda:InvokeFunction' })] }) }],
  });
  for (const permission of Object.values(stack.findResources('AWS::Lambda::Permission'))) {
    assert.equal(permission.Properties.Principal, 'events.amazonaws.com');
  }
});

test('no log of the API holds headers or bodies', () => {
  const [stage] = Object.values(stack.findResources('AWS::ApiGateway::Stage'));
  assert.deepEqual(stage?.Properties.MethodSettings.map((each: any) => [each.LoggingLevel, each.DataTraceEnabled]), [['OFF', false]]);
  assert.doesNotMatch(stage?.Properties.AccessLogSetting.Format, /header|body|querystring|authorizer/i);
});

test('a Git function without a place in the protocol is an error', () => {
  const stray = { name: 'GitArchive', kind: 'git', class: 'read', timeoutSeconds: 29, memoryMb: 512, streaming: true } as const;
  assert.throws(() => routes([stray]), /GitArchive.*nothing says where/);
});

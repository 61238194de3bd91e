// The function at the edge: the very file that CloudFront runs, on requests as CloudFront hands them over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { route, source } from './edge.ts';

const SIGNED = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-date': '20261128T120000Z',
  'x-amz-target': 'CodeCommit_20150413.GetRepository',
  authorization: 'AWS4-HMAC-SHA256 Credential=CFKA0123456789ABCDEF/20261128/eu-central-1/codecommit/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

const signedFor = (service: string) => `AWS4-HMAC-SHA256 Credential=CFKA0123456789ABCDEF/20261128/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;

test('a call of the API goes to its operation, with the signed headers under other names', () => {
  const request = route('POST', '/', { ...SIGNED, 'x-amz-security-token': 'token' });
  assert.equal(request.uri, '/op/GetRepository');
  assert.deepEqual(request.headers, {
    host: { value: 'git.example.com' },
    'content-type': { value: SIGNED['content-type'] },
    'x-amz-date': { value: SIGNED['x-amz-date'] },
    'x-cf-authorization': { value: SIGNED.authorization },
    'x-cf-host': { value: 'git.example.com' },
    'x-cf-security-token': { value: 'token' },
    'x-cf-source-ip': { value: '192.0.2.7' },
    'x-cf-target': { value: SIGNED['x-amz-target'] },
  });
});

test('our own operations are reached in the same way', () => {
  const request = route('POST', '/', { ...SIGNED, 'x-amz-target': 'Coldforge_20261128.CreateToken' });
  assert.equal(request.uri, '/op/CreateToken');
  assert.equal(request.headers['x-cf-target']?.value, 'Coldforge_20261128.CreateToken');
});

test('an unsigned call is passed on as one, so that its function says what is missing', () => {
  const { authorization: _, ...unsigned } = SIGNED;
  const request = route('POST', '/', unsigned);
  assert.equal(request.uri, '/op/GetRepository');
  assert.equal(request.headers['x-cf-authorization'], undefined);
});

test('the Query protocol goes by the scope of its signature', () => {
  for (const [authorization, path] of [
    [signedFor('iam'), '/query/iam'],
    [signedFor('sts'), '/query/sts'],
    [signedFor('s3'), '/query/unsigned'],
    ['Basic YTpi', '/query/unsigned'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c/iam/aws4_request', '/query/unsigned'],
  ] as const) {
    const request = route('POST', '/', { ...FORM, authorization });
    assert.equal(request.uri, path, authorization);
    assert.equal(request.headers['x-cf-authorization']?.value, authorization);
    assert.equal(request.headers.authorization, undefined);
  }
  assert.equal(route('POST', '/', FORM).uri, '/query/unsigned', 'AssumeRoleWithWebIdentity has no signature');
});

test("Git's requests keep path and credentials", () => {
  for (const [method, uri] of [
    ['GET', '/v1/repos/demo/info/refs'],
    ['POST', '/v1/repos/demo/git-upload-pack'],
    ['POST', '/v1/repos/demo.git/git-receive-pack'],
    ['POST', '/auth/iam-session'],
    ['GET', '/'],
  ] as const) {
    const headers = { authorization: 'Basic YTpi', 'git-protocol': 'version=2', 'content-type': 'application/x-git-upload-pack-request' };
    const request = route(method, uri, headers);
    assert.equal(request.uri, uri);
    assert.deepEqual(request.headers, {
      host: { value: 'git.example.com' },
      authorization: { value: 'Basic YTpi' },
      'git-protocol': { value: 'version=2' },
      'content-type': { value: headers['content-type'] },
      'x-cf-source-ip': { value: '192.0.2.7' },
    });
  }
});

test('headers that a client sends under our names never get through, however they are written', () => {
  const forged = {
    'x-cf-authorization': 'forged',
    'X-CF-Host': 'forged',
    'x-cf-origin-secret': 'forged',
    'x-cf-source-ip': 'forged',
    'x-cf-anything': ['forged', 'forged'],
    x_cf_target: 'forged',
    'x.cf.security.token': 'forged',
    'x-cf_host': 'forged',
  };
  for (const [method, uri, headers] of [
    ['POST', '/', SIGNED],
    ['POST', '/', FORM],
    ['POST', '/op/GetRepository', SIGNED],
    ['GET', '/v1/repos/demo/info/refs', {}],
  ] as const) {
    const request = route(method, uri, { ...headers, ...forged });
    assert.ok(!JSON.stringify(request).includes('forged'), `${method} ${uri}: ${JSON.stringify(request.headers)}`);
  }
});

test('only what CloudFront gave names the client', () => {
  const request = route('POST', '/', { ...SIGNED, 'x-forwarded-for': '10.0.0.1', 'x-cf-source-ip': '10.0.0.1' });
  assert.equal(request.headers['x-cf-source-ip']?.value, '192.0.2.7');
});

test('a target that names no operation of ours is refused in the words of the protocol', () => {
  for (const target of [
    '',
    'GetRepository',
    'CodeCommit_20150413.',
    'CodeCommit_20150413.Get Repository',
    'CodeCommit_20150413.GetRepository ',
    'CodeCommit_20150413.GetRepository\n',
    'CodeCommit_20150413.GetRepository/../DeleteRepository',
    'CodeCommit_20150413.%47etRepository',
    'CodeCommit_20150413.GetRepository?a=b',
    'CodeCommit_20150413.GetRepository#',
    'CodeCommit_20150413..GetRepository',
    'codecommit_20150413.GetRepository',
    'xCodeCommit_20150413.GetRepository',
    'DynamoDB_20120810.GetItem',
    `CodeCommit_20150413.${'A'.repeat(65)}`,
    'CodeCommit_20150413.GetRepository,CodeCommit_20150413.DeleteRepository',
    ['CodeCommit_20150413.GetRepository', 'CodeCommit_20150413.DeleteRepository'],
    ['CodeCommit_20150413.GetRepository', 'CodeCommit_20150413.GetRepository'],
  ]) {
    const refusal = route('POST', '/', { ...SIGNED, 'x-amz-target': target });
    assert.equal(refusal.statusCode, 400, JSON.stringify(target));
    assert.equal(refusal.headers['content-type']?.value, 'application/x-amz-json-1.1');
    assert.equal(JSON.parse(refusal.body ?? '').__type, 'UnknownOperationException');
  }
  for (const body of ['application/json', 'text/plain', 'multipart/form-data']) {
    assert.equal(route('POST', '/', { 'content-type': body }).statusCode, 400, body);
  }
  assert.equal(route('POST', '/', {}).statusCode, 400);
});

test('a target decides before the content type does', () => {
  assert.equal(route('POST', '/', { ...SIGNED, ...FORM }).uri, '/op/GetRepository');
});

test('a signed header that was sent twice is refused, since nobody could tell which one was signed', () => {
  for (const name of ['authorization', 'host', 'x-amz-security-token']) {
    const refusal = route('POST', '/', { ...SIGNED, [name]: ['one', 'another'] });
    assert.equal(refusal.statusCode, 400, name);
    assert.equal(JSON.parse(refusal.body ?? '').__type, 'InvalidSignatureException');
  }
  assert.equal(route('POST', '/', { ...FORM, authorization: [signedFor('iam'), signedFor('sts')] }).statusCode, 400);
});

test('other paths and methods are not taken for calls of the API', () => {
  for (const [method, uri] of [['GET', '/'], ['PUT', '/'], ['POST', '//'], ['POST', '/?'], ['POST', '/%2e'], ['POST', '/index.html']] as const) {
    const request = route(method, uri, SIGNED);
    assert.equal(request.uri, uri);
    assert.equal(request.headers['x-cf-authorization'], undefined);
  }
});

test('the file is within what CloudFront takes', () => {
  assert.ok(Buffer.byteLength(source) <= 10 * 1024);
  assert.doesNotMatch(source, /\b(import|export|require|eval|setTimeout|\?\.)\b/);
});

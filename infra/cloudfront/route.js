// What the edge does with each request before it goes on to API Gateway (CloudFront Functions, runtime cloudfront-js-2.0).
//
// Clients of the AWS APIs send everything to `POST /` and name the operation in a header. API Gateway chooses by path, drops an
// `Authorization` that holds an AWS signature, and may refuse an `X-Amz-Target` that is not its own. So the operation becomes the
// path, and the signed headers travel under names of ours; the function behind checks the signature over the originals.
//
//   POST /  x-amz-target: CodeCommit_20150413.GetBranch   ->  POST /op/GetBranch
//   POST /  content-type: application/x-www-form-urlencoded  ->  POST /query/iam, /query/sts or /query/unsigned
//
// Everything else keeps its path and its headers, above all Git's requests with Basic credentials. A client's own `x-cf-*` headers
// never get through.

var MOVED = {
    'authorization': 'x-cf-authorization',
    'x-amz-target': 'x-cf-target',
    'x-amz-security-token': 'x-cf-security-token'
};

function handler(event) {
    var request = event.request;
    var headers = request.headers;

    Object.keys(headers).forEach(function (name) {
        if (isOurs(name)) {
            delete headers[name];
        }
    });
    headers['x-cf-source-ip'] = { value: event.viewer.ip };

    if (request.method !== 'POST' || request.uri !== '/') {
        return request;
    }
    var path = headers['x-amz-target'] ? operationPath(headers['x-amz-target']) : queryPath(headers);
    if (!path) {
        return refusal('UnknownOperationException', 'the request names no operation of this service');
    }
    if (['host'].concat(Object.keys(MOVED)).some(function (name) { return isRepeated(headers[name]); })) {
        return refusal('InvalidSignatureException', 'a header that is part of the signature was sent more than once');
    }
    request.uri = path;
    Object.keys(MOVED).forEach(function (name) {
        if (headers[name]) {
            headers[MOVED[name]] = { value: headers[name].value };
            delete headers[name];
        }
    });
    // `host` cannot be deleted here; the distribution sends API Gateway its own.
    headers['x-cf-host'] = { value: headers.host ? headers.host.value : '' };
    return request;
}

// Whether a header is one of ours, or could be taken for one by something behind that reads `_` or `.` as `-`.
function isOurs(name) {
    return name.toLowerCase().replace(/[^a-z0-9]+/g, '-').indexOf('x-cf-') === 0;
}

function isRepeated(header) {
    return !!header && !!header.multiValue && header.multiValue.length > 1;
}

function operationPath(target) {
    var match = /^(?:CodeCommit_20150413|Coldforge_20261128)\.([A-Za-z]{1,64})$/.exec(target.value);
    return match && !isRepeated(target) ? '/op/' + match[1] : null;
}

// The Query protocol says in its body what it wants, which cannot be read here; the signature's scope tells the API.
function queryPath(headers) {
    var type = headers['content-type'] ? headers['content-type'].value.split(';')[0].trim().toLowerCase() : '';
    if (type !== 'application/x-www-form-urlencoded') {
        return null;
    }
    var signature = headers.authorization ? headers.authorization.value : '';
    var scope = /Credential=[^\/,\s]+\/[0-9]{8}\/[a-z0-9-]+\/(iam|sts)\/aws4_request/.exec(signature);
    return '/query/' + (scope ? scope[1] : 'unsigned');
}

function refusal(type, message) {
    return {
        statusCode: 400,
        statusDescription: 'Bad Request',
        headers: {
            'content-type': { value: 'application/x-amz-json-1.1' },
            'cache-control': { value: 'no-store' }
        },
        body: JSON.stringify({ __type: type, message: message })
    };
}

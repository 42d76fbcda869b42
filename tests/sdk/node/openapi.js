'use strict';

/**
 * Drives the mock through @alicloud/openapi-core, the core of the newer SDKs: signature V3 (ACS3-HMAC-SHA256). No
 * release of @alicloud/kms20160120 is built on it, so requests are made by the core's own generic call.
 */

const assert = require('node:assert/strict');
const { describe, mock, test } = require('node:test');
const core = require('@alicloud/openapi-core');
const { ACCESS_KEY, commandLine, life } = require('./life');
const { Client } = require('./life/client');
const { Refusal } = require('./life/refusal');

const { Config, OpenApiRequest, Params } = core.$OpenApiUtil;
const [address] = commandLine();
/** The names that the core has for its signatures: V3, and version 1.0. */
const SIGNATURES = { V3: undefined, v1: 'v2' };
const DESCRIPTION = 'ü + * ~ / 密 🔑';

class OpenApi {
  /** `place` says where the parameters go: "query" or "body" (a form). */
  constructor({ signature = 'V3', method = 'POST', place = 'query', version = '2016-01-20', ...changes } = {}) {
    const given = { endpoint: address, protocol: 'http', regionId: 'cn-hangzhou', ...ACCESS_KEY, ...changes };
    this.client = new core.default(new Config({ ...given, signatureAlgorithm: SIGNATURES[signature] }));
    this.method = method;
    this.place = place;
    this.version = version;
  }

  async call(action, parameters) {
    const params = new Params({
      action,
      version: this.version,
      protocol: 'HTTPS',
      pathname: '/',
      method: this.method,
      authType: 'AK',
      style: 'RPC',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    const values = Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]);
    const request = new OpenApiRequest({ [this.place]: Object.fromEntries(values) });
    try {
      const { statusCode, body } = await this.client.callApi(params, request, {});
      assert.equal(statusCode, 200, `${action}: expected the SDK to show status 200`);
      return body;
    } catch (error) {
      if (!error.statusCode) {
        throw error;
      }
      const name = error.statusCode < 500 ? 'ClientError' : 'ServerError';
      assert.equal(error.name, name, `expected a ${name} for ${error.statusCode} ${error.code}`);
      throw new Refusal(error.statusCode, error.code, error.message, error.requestId);
    }
  }
}

life(new OpenApi());

for (const signature of Object.keys(SIGNATURES)) {
  describe(`signature ${signature}`, () => {
    const begin = { V3: 'ACS3-HMAC-SHA256\n', v1: 'POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26' };

    test('a wrong secret', async () => {
      const wrong = new Client(new OpenApi({ signature, accessKeySecret: 'not the secret' }));
      const message = `server string to sign is:${begin[signature]}`;
      await wrong.assertRefused(400, 'SignatureDoesNotMatch', 'DescribeRegions', {}, message);
    });

    test('an unknown access key', async () => {
      const unknown = new Client(new OpenApi({ signature, accessKeyId: 'nobody' }));
      await unknown.assertRefused(404, 'InvalidAccessKeyId.NotFound', 'DescribeRegions');
    });

    test('a nonce that was used', async () => {
      const nonce = mock.method(core.OpenApiUtil, 'getNonce', () => `one-nonce-for-two-requests-by-${signature}`);
      try {
        const client = new Client(new OpenApi({ signature }));
        await client.call('DescribeRegions');
        await client.assertRefused(400, 'SignatureNonceUsed', 'DescribeRegions');
      } finally {
        nonce.mock.restore();
      }
    });

    test('an old timestamp', async () => {
      const timestamp = mock.method(core.OpenApiUtil, 'getTimestamp', () => '2016-03-28T03:13:08Z');
      try {
        const client = new Client(new OpenApi({ signature }));
        await client.assertRefused(400, 'InvalidTimeStamp.Expired', 'DescribeRegions');
      } finally {
        timestamp.mock.restore();
      }
    });

    for (const [method, place] of [
      ['GET', 'query'],
      ['POST', 'query'],
      ['POST', 'body'],
    ]) {
      test(`${method} with parameters in the ${place}`, async () => {
        const key = await new Client(new OpenApi({ signature, method, place })).newKey({ Description: DESCRIPTION });
        assert.equal(key.Description, DESCRIPTION, 'expected the parameter to be read');
      });
    }

    test('an unknown Action', async () => {
      await new Client(new OpenApi({ signature })).assertRefused(404, 'InvalidAction.NotFound', 'NoSuchAction');
    });

    test('another Version', async () => {
      const other = new Client(new OpenApi({ signature, version: '2015-01-01' }));
      await other.assertRefused(400, 'InvalidVersion', 'DescribeRegions');
    });
  });
}

'use strict';

/**
 * Drives the mock through @alicloud/pop-core: signature v1, by GET with everything in the query, or by POST with
 * everything in a form body.
 */

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const { RPCClient } = require('@alicloud/pop-core');
const { ACCESS_KEY, commandLine, life } = require('./life');
const { Client } = require('./life/client');
const { Refusal } = require('./life/refusal');

const [address, method = 'GET'] = commandLine();
assert.ok(['GET', 'POST'].includes(method), `expected GET or POST after the address, not ${method}`);

class Pop {
  constructor(changes = {}) {
    this.client = new RPCClient({
      endpoint: `http://${address}`,
      apiVersion: '2016-01-20',
      opts: { method },
      ...ACCESS_KEY,
      ...changes,
    });
  }

  async call(action, parameters) {
    const plain = Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]);
    try {
      return await this.client.request(action, Object.fromEntries(plain));
    } catch (error) {
      if (!error.data) {
        throw error;
      }
      assert.equal(error.name, `${error.code}Error`, "expected the error's name to be made of the Code");
      throw new Refusal(error.entry.response.statusCode, error.code, error.message, error.data.RequestId);
    }
  }
}

const service = new Pop();
life(service);

describe('the signature', () => {
  test('a wrong secret', async () => {
    const wrong = new Client(new Pop({ accessKeySecret: 'not the secret' }));
    const message = `server string to sign is:${method}&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26`;
    await wrong.assertRefused(400, 'SignatureDoesNotMatch', 'DescribeRegions', {}, message);
  });

  test('an unknown access key', async () => {
    const unknown = new Client(new Pop({ accessKeyId: 'nobody' }));
    await unknown.assertRefused(404, 'InvalidAccessKeyId.NotFound', 'DescribeRegions');
  });

  test('a nonce that was used', async () => {
    const client = new Client(service);
    const nonce = { SignatureNonce: `one-nonce-for-two-requests-by-${method}` };
    await client.call('DescribeRegions', nonce);
    await client.assertRefused(400, 'SignatureNonceUsed', 'DescribeRegions', nonce);
  });

  test('an old timestamp', async () => {
    const old = { Timestamp: '2016-03-28T03:13:08Z' };
    await new Client(service).assertRefused(400, 'InvalidTimeStamp.Expired', 'DescribeRegions', old);
  });

  test('a malformed timestamp', async () => {
    const malformed = { Timestamp: 'yesterday' };
    await new Client(service).assertRefused(400, 'InvalidTimeStamp.Format', 'DescribeRegions', malformed);
  });
});

describe('the gateway', () => {
  test('an unknown Action', async () => {
    await new Client(service).assertRefused(404, 'InvalidAction.NotFound', 'NoSuchAction');
  });

  test('another Version', async () => {
    const other = new Client(new Pop({ apiVersion: '2015-01-01' }));
    await other.assertRefused(400, 'InvalidVersion', 'DescribeRegions');
  });

  test('requests at the same time', async () => {
    const client = new Client(service);
    const descriptions = Array.from({ length: 8 }, (_, number) => `key ${number}`);
    const keys = await Promise.all(descriptions.map((description) => client.newKey({ Description: description })));
    const answered = keys.map((key) => key.Description);
    assert.deepEqual(answered, descriptions, 'expected each request to get its own answer');
  });
});

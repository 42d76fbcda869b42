'use strict';

/**
 * Drives the mock through @alicloud/kms20160120: typed requests and answers, POST with everything in the query. Its
 * releases stop at 1.2.0, which signs by v1; openapi.js has the core that signs by V3.
 */

const assert = require('node:assert/strict');
const { describe, mock, test } = require('node:test');
const sdk = require('@alicloud/kms20160120');
const { ACCESS_KEY, commandLine, deletionProtection, life } = require('./life');
const { Client } = require('./life/client');
const { Refusal } = require('./life/refusal');

const [address] = commandLine();
/** Operations that the service got after this release; its core can send them all the same. */
const UNKNOWN_TO_THE_SDK = ['ReEncrypt', 'SetDeletionProtection'];

const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);

class Typed {
  constructor(changes = {}) {
    const given = { endpoint: address, protocol: 'http', regionId: 'cn-hangzhou', ...ACCESS_KEY, ...changes };
    this.client = new sdk.default(given);
  }

  async call(action, parameters) {
    try {
      return await this.send(action, parameters);
    } catch (error) {
      if (!error.data) {
        throw error;
      }
      assert.equal(error.code, `${error.data.Code}Error`, "expected the error's code to be made of the Code");
      // This core keeps the status in its message alone.
      const [, status] = /code: (\d+),/.exec(error.message) ?? [];
      throw new Refusal(Number(status), error.data.Code, error.message, error.data.RequestId);
    }
  }

  async send(action, parameters) {
    if (UNKNOWN_TO_THE_SDK.includes(action)) {
      return sendGeneric(this.client, action, parameters);
    }
    const answer = await this.client[lowerFirst(action)](request(action, parameters));
    return answer.toMap();
  }
}

/** The core's own call, which takes any parameters, those of the signature too. */
class Generic extends Typed {
  send(action, parameters) {
    return sendGeneric(this.client, action, parameters);
  }
}

function sendGeneric(client, action, { Version: version = '2016-01-20', ...parameters }) {
  return client.doRequest(action, 'HTTPS', 'POST', version, 'AK', plain(parameters), null, {});
}

/** Objects as JSON texts: left to itself, this core would make `EncryptionContext.name=value` of them. */
function plain(parameters) {
  const pairs = Object.entries(parameters);
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]),
  );
}

/** The SDK's request for an operation; fails if the SDK has no such parameter. */
function request(action, parameters) {
  const type = sdk[`${action}Request`];
  const known = Object.values(type.names());
  const given = Object.entries(plain(parameters)).map(([name, value]) => {
    assert.ok(known.includes(name), `expected the SDK's ${action}Request to have ${name}`);
    return [lowerFirst(name), value];
  });
  return new type(Object.fromEntries(given));
}

const service = new Typed();
// This release does not know the fields of DescribeKey that tell of deletion protection.
life(service, { without: [deletionProtection] });

describe('the signature', () => {
  test('a wrong secret', async () => {
    const wrong = new Client(new Typed({ accessKeySecret: 'not the secret' }));
    const message = 'server string to sign is:POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26';
    await wrong.assertRefused(400, 'SignatureDoesNotMatch', 'DescribeRegions', {}, message);
  });

  test('an unknown access key', async () => {
    const unknown = new Client(new Typed({ accessKeyId: 'nobody' }));
    await unknown.assertRefused(404, 'InvalidAccessKeyId.NotFound', 'DescribeRegions');
  });

  test('an old timestamp', async () => {
    mock.timers.enable({ apis: ['Date'], now: Date.parse('2016-03-28T03:13:08Z') });
    try {
      await new Client(service).assertRefused(400, 'InvalidTimeStamp.Expired', 'DescribeRegions');
    } finally {
      mock.timers.reset();
    }
  });
});

describe('the core beneath', () => {
  const client = new Client(new Generic());

  test('SetDeletionProtection', async () => {
    const key = await client.newKey();
    await client.call('SetDeletionProtection', { ProtectedResourceArn: key.Arn, EnableDeletionProtection: true });
    assert.equal((await client.describe(key.KeyId)).DeletionProtection, 'Enabled', 'expected the protection to be on');
    const doomed = { KeyId: key.KeyId, PendingWindowInDays: 7 };
    await client.assertRefused(409, 'Rejected.StateModifiedFailed', 'ScheduleKeyDeletion', doomed);
  });

  test('a nonce that was used', async () => {
    const nonce = { SignatureNonce: 'one-nonce-for-two-requests' };
    await client.call('DescribeRegions', nonce);
    await client.assertRefused(400, 'SignatureNonceUsed', 'DescribeRegions', nonce);
  });

  test('an unknown Action', async () => {
    await client.assertRefused(404, 'InvalidAction.NotFound', 'NoSuchAction');
  });

  test('another Version', async () => {
    await client.assertRefused(400, 'InvalidVersion', 'DescribeRegions', { Version: '2015-01-01' });
  });
});

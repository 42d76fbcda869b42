'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { describe, test } = require('node:test');
const { TIME, UUID } = require('./client');

const PLAINTEXT = Buffer.from('plaintext').toString('base64');

const DESCRIPTIONS = {
  'reserved characters of URLs': 'a+b c*d~e/f=g&h%i?j#k;l:m,n@o$p[q]r',
  "characters that JavaScript's encoder leaves alone": "!'()*",
  'quotes, angle brackets and a backslash': '"quoted" <tag> & \'single\' \\ end',
  'text that looks encoded': '%20 %2B %25 &amp;',
  'white space': '  two  spaces\tand a tab\nand a line  ',
  'text outside of ASCII': 'schlüssel für straße, 密钥, ключ, مفتاح',
  'characters beyond 16 bits': '🔑 𠮷',
};

/** CreateKey, DescribeKey and keys that are not there. */
function newKeys(client) {
  async function assertNew(key) {
    assert.match(key.KeyId, UUID, 'expected KeyId to be a UUID');
    const arn = new RegExp(`^acs:kms:[^:]+:\\d+:key/${key.KeyId}$`);
    assert.match(key.Arn, arn, 'expected the Arn to end in the KeyId');
    assert.match(key.CreationDate, TIME, 'expected CreationDate as yyyy-MM-ddTHH:mm:ssZ');
    assert.equal(key.DeleteDate, '', 'expected no DeleteDate on a new key');
    assert.equal(key.MaterialExpireTime, '', 'expected no MaterialExpireTime on a new key');
    assert.equal(key.KeyUsage, 'ENCRYPT/DECRYPT', 'expected the default KeyUsage');
    assert.equal(key.KeySpec, 'Aliyun_AES_256', 'expected the default KeySpec');
    assert.equal(key.ProtectionLevel, 'SOFTWARE', 'expected the default ProtectionLevel');
    assert.equal(key.AutomaticRotation, 'Disabled', 'expected no rotation by default');
    const described = await client.describe(key.KeyId);
    const shared = Object.fromEntries(Object.keys(key).map((name) => [name, described[name]]));
    assert.deepEqual(shared, { ...key }, 'expected DescribeKey to repeat what CreateKey answered');
  }

  describe('CreateKey', () => {
    test('Aliyun_KMS', async () => {
      const key = await client.newKey({ Description: 'by an SDK' });
      assert.equal(key.KeyState, 'Enabled', 'expected a new Aliyun_KMS key to be Enabled');
      assert.equal(key.Origin, 'Aliyun_KMS', 'expected the default Origin');
      assert.equal(key.Description, 'by an SDK', 'expected the Description that was given');
      await assertNew(key);
    });

    test('EXTERNAL', async () => {
      const key = await client.newKey({ Origin: 'EXTERNAL' });
      assert.equal(key.KeyState, 'PendingImport', 'expected a new EXTERNAL key to be PendingImport');
      assert.equal(key.Origin, 'EXTERNAL', 'expected the Origin that was asked for');
      assert.equal(key.Description, '', 'expected an empty Description by default');
      await assertNew(key);
    });

    test('invalid parameters', async () => {
      for (const [name, value] of Object.entries({ Origin: 'Elsewhere', KeySpec: 'AES', KeyUsage: 'NOTHING' })) {
        await client.assertRefused(400, 'InvalidParameter', 'CreateKey', { [name]: value }, name);
      }
    });

    test('an EXTERNAL key without material', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      for (const action of ['EnableKey', 'DisableKey', 'CancelKeyDeletion']) {
        await client.assertRefused(409, 'Rejected.StateModifiedFailed', action, { KeyId: keyId });
      }
      for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
        await client.assertRefused(409, 'Rejected.PendingImport', action, { KeyId: keyId });
      }
      await client.assertRefused(409, 'Rejected.PendingImport', 'Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT });
      await client.assertState(keyId, 'PendingImport', 'after refusals');
    });
  });

  describe('a key that is not there', () => {
    test('an unknown KeyId', async () => {
      const unknown = { KeyId: randomUUID() };
      for (const action of ['DescribeKey', 'EnableKey', 'DisableKey', 'DeleteKeyMaterial', 'CancelKeyDeletion']) {
        await client.assertRefused(404, 'Forbidden.KeyNotFound', action, unknown, 'The specified Key is not found.');
      }
    });

    test('a malformed KeyId', async () => {
      await client.assertRefused(400, 'InvalidParameter', 'DescribeKey', { KeyId: `${randomUUID()}xyz` });
    });

    test('no KeyId', async () => {
      await client.assertRefused(400, 'MissingParameter', 'DescribeKey', {}, 'KeyId');
    });
  });

  test('DescribeRegions', async () => {
    const regions = (await client.call('DescribeRegions')).Regions.Region.map((region) => region.RegionId);
    assert.ok(regions.includes('cn-hangzhou'), "expected the region of the documents' examples");
    assert.ok(regions.includes('eu-central-1'), 'expected a region outside of China');
  });
}

/** ListKeys and its pages. */
function listKeys(client) {
  describe('ListKeys', () => {
    test('pages', async () => {
      const made = [];
      for (let number = 0; number < 5; number += 1) {
        made.push(await client.newKeyId());
      }
      const listed = (await client.allPages('ListKeys', 'Keys', 'Key', 2)).map((key) => key.KeyId);
      assert.equal(new Set(listed).size, listed.length, 'expected no key twice in the pages of ListKeys');
      assert.ok(
        made.every((keyId) => listed.includes(keyId)),
        'expected all keys in the pages of ListKeys',
      );
    });

    test('KeyArn', async () => {
      const key = await client.newKey();
      const listed = await client.allPages('ListKeys', 'Keys', 'Key', 100);
      const { KeyArn: arn } = listed.find((entry) => entry.KeyId === key.KeyId);
      assert.equal(arn, key.Arn, "expected KeyArn to be the key's Arn");
    });

    test('the default page', async () => {
      const { PageNumber: number, PageSize: size } = await client.call('ListKeys');
      assert.deepEqual([number, size], [1, 10], 'expected PageNumber 1 and PageSize 10 by default');
    });

    test('pages out of range', async () => {
      for (const page of [{ PageNumber: 0 }, { PageSize: 0 }, { PageSize: 102 }]) {
        await client.assertRefused(400, 'InvalidParameter', 'ListKeys', page);
      }
    });
  });
}

/** DisableKey, EnableKey and UpdateKeyDescription. */
function changes(client) {
  test('DisableKey and EnableKey', async () => {
    const keyId = await client.newKeyId();
    const blob = await client.blob('Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT });
    await client.call('DisableKey', { KeyId: keyId });
    await client.assertState(keyId, 'Disabled', 'after DisableKey');
    const message = 'The request was rejected because the key state is Disabled.';
    for (const [action, parameters] of [
      ['Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT }],
      ['Decrypt', { CiphertextBlob: blob }],
      ['GenerateDataKey', { KeyId: keyId }],
      ['GenerateDataKeyWithoutPlaintext', { KeyId: keyId }],
    ]) {
      await client.assertRefused(409, 'Rejected.Disabled', action, parameters, message);
    }
    await client.call('DisableKey', { KeyId: keyId });
    await client.assertState(keyId, 'Disabled', 'after a second DisableKey, which succeeds too');
    await client.call('EnableKey', { KeyId: keyId });
    await client.assertState(keyId, 'Enabled', 'after EnableKey');
    await client.call('EnableKey', { KeyId: keyId });
    assert.equal(await client.decrypt(blob), PLAINTEXT, 'expected old ciphertext to be readable after EnableKey');
  });

  describe('UpdateKeyDescription', () => {
    for (const [what, description] of Object.entries(DESCRIPTIONS)) {
      test(what, async () => {
        const keyId = await client.newKeyId();
        await client.call('UpdateKeyDescription', { KeyId: keyId, Description: description });
        assert.equal((await client.describe(keyId)).Description, description, `expected ${what} to survive`);
      });
    }

    test('special characters in a new key', async () => {
      const description = Object.values(DESCRIPTIONS).join('');
      const key = await client.newKey({ Description: description });
      assert.equal(key.Description, description, 'expected all to survive');
    });

    test('empty', async () => {
      const keyId = await client.newKeyId({ Description: 'to be cleared' });
      await client.call('UpdateKeyDescription', { KeyId: keyId, Description: '' });
      assert.equal((await client.describe(keyId)).Description, '', 'expected an empty Description to clear the text');
    });

    test('too long', async () => {
      const keyId = await client.newKeyId({ Description: 'kept' });
      await client.call('UpdateKeyDescription', { KeyId: keyId, Description: 'x'.repeat(8192) });
      const tooLong = { KeyId: keyId, Description: 'x'.repeat(8193) };
      await client.assertRefused(400, 'InvalidParameter', 'UpdateKeyDescription', tooLong);
      const kept = (await client.describe(keyId)).Description.length;
      assert.equal(kept, 8192, 'expected a refusal to change nothing');
    });
  });
}

module.exports = { newKeys, listKeys, changes };

'use strict';

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { describe, test } = require('node:test');

const PLAINTEXT = Buffer.from('plaintext').toString('base64');

/** CreateAlias, UpdateAlias, DeleteAlias, ListAliases, ListAliasesByKeyId, and aliases in place of KeyId. */
function aliases(client) {
  describe('aliases', () => {
    for (const byKeyId of [false, true]) {
      const action = byKeyId ? 'ListAliasesByKeyId' : 'ListAliases';
      test(`CreateAlias and ${action}`, async () => {
        const key = await client.newKey();
        const made = [];
        for (let number = 0; number < 3; number += 1) {
          made.push(await client.newAlias(key.KeyId));
        }
        const listed = await client.allPages(action, 'Aliases', 'Alias', 2, byKeyId ? { KeyId: key.KeyId } : {});
        const names = listed.map((alias) => alias.AliasName);
        assert.equal(new Set(names).size, names.length, `expected no alias twice in the pages of ${action}`);
        assert.ok(
          made.every((name) => names.includes(name)),
          `expected all aliases in the pages of ${action}`,
        );
        for (const alias of listed.filter(({ AliasName: name }) => made.includes(name))) {
          assert.equal(alias.KeyId, key.KeyId, 'expected the alias to name its key');
          const arn = key.Arn.replace(`key/${key.KeyId}`, alias.AliasName);
          assert.equal(alias.AliasArn, arn, "expected AliasArn to be made like the key's Arn");
        }
        if (byKeyId) {
          assert.equal(listed.length, 3, "expected this key's aliases only");
        }
      });
    }

    test('a key without aliases', async () => {
      const answer = await client.call('ListAliasesByKeyId', { KeyId: await client.newKeyId() });
      assert.deepEqual(answer.Aliases.Alias, [], 'expected an empty list');
      assert.equal(answer.TotalCount, 0, 'expected TotalCount 0');
    });

    test('in place of KeyId', async () => {
      const keyId = await client.newKeyId();
      const alias = await client.newAlias(keyId);
      assert.equal((await client.describe(alias)).KeyId, keyId, 'expected DescribeKey to follow the alias');
      for (const [action, parameters] of [
        ['Encrypt', { Plaintext: PLAINTEXT }],
        ['GenerateDataKey', {}],
        ['GenerateDataKeyWithoutPlaintext', {}],
      ]) {
        const answer = await client.call(action, { KeyId: alias, ...parameters });
        assert.equal(answer.KeyId, keyId, `expected ${action} to name the real key`);
        const decrypted = await client.call('Decrypt', { CiphertextBlob: answer.CiphertextBlob });
        assert.equal(decrypted.KeyId, keyId, 'expected ciphertext made by an alias to be of its key');
      }
    });

    test('where an alias is not allowed', async () => {
      const alias = await client.newAlias(await client.newKeyId());
      for (const [action, parameters] of [
        ['DisableKey', {}],
        ['EnableKey', {}],
        ['ScheduleKeyDeletion', { PendingWindowInDays: 7 }],
        ['UpdateKeyDescription', { Description: 'by alias' }],
        ['CreateAlias', { AliasName: `alias/${randomBytes(8).toString('hex')}` }],
      ]) {
        const request = { KeyId: alias, ...parameters };
        await client.assertRefused(400, 'Unsupported.Alias', action, request, 'Alias is not valid for this api.');
      }
      await client.assertState(alias, 'Enabled', 'after refusals');
    });

    test('UpdateAlias', async () => {
      const first = await client.newKeyId();
      const second = await client.newKeyId();
      const alias = await client.newAlias(first);
      const blob = await client.blob('Encrypt', { KeyId: alias, Plaintext: PLAINTEXT });
      await client.call('UpdateAlias', { AliasName: alias, KeyId: second });
      assert.equal((await client.describe(alias)).KeyId, second, 'expected UpdateAlias to move the alias');
      const left = await client.call('ListAliasesByKeyId', { KeyId: first });
      assert.equal(left.TotalCount, 0, 'expected the first key to have lost the alias');
      const encrypted = await client.call('Encrypt', { KeyId: alias, Plaintext: PLAINTEXT });
      assert.equal(encrypted.KeyId, second, 'expected the second key in use');
      const decrypted = await client.call('Decrypt', { CiphertextBlob: blob });
      assert.equal(decrypted.KeyId, first, "expected old ciphertext to stay the first key's");
    });

    test('a duplicate', async () => {
      const first = await client.newKeyId();
      const second = await client.newKeyId();
      const alias = await client.newAlias(first);
      for (const keyId of [second, first]) {
        const request = { AliasName: alias, KeyId: keyId };
        await client.assertRefused(400, 'AliasAlreadyExists', 'CreateAlias', request, 'AliasName Already Exists.');
      }
      assert.equal((await client.describe(alias)).KeyId, first, 'expected a refusal to change nothing');
    });

    test('DeleteAlias', async () => {
      const keyId = await client.newKeyId();
      const alias = await client.newAlias(keyId);
      await client.call('DeleteAlias', { AliasName: alias });
      await client.assertState(keyId, 'Enabled', 'after DeleteAlias, which leaves the key alone');
      for (const [action, parameters] of [
        ['DescribeKey', { KeyId: alias }],
        ['Encrypt', { KeyId: alias, Plaintext: PLAINTEXT }],
        ['UpdateAlias', { AliasName: alias, KeyId: keyId }],
        ['DeleteAlias', { AliasName: alias }],
      ]) {
        await client.assertRefused(404, 'Forbidden.AliasNotFound', action, parameters);
      }
      await client.call('CreateAlias', { AliasName: alias, KeyId: keyId });
      assert.equal((await client.describe(alias)).KeyId, keyId, 'expected the name to be free again');
    });

    test('names', async () => {
      const keyId = await client.newKeyId();
      const longest = `alias/${randomBytes(8).toString('hex')}/_-`.padEnd(255, 'x');
      await client.call('CreateAlias', { AliasName: longest, KeyId: keyId });
      assert.equal((await client.describe(longest)).KeyId, keyId, 'expected / _ - and a long name to be taken');
      for (const name of ['alias/', 'noprefix', 'alias/with space', 'alias/ümlaut', `alias/${'x'.repeat(256)}`]) {
        await client.assertRefused(400, 'InvalidParameter', 'CreateAlias', { AliasName: name, KeyId: keyId });
      }
    });
  });
}

module.exports = { aliases };

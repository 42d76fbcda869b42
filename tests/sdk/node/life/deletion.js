'use strict';

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { describe, test } = require('node:test');
const { newImportedKey } = require('./key-material');
const { tagList } = require('./tags');
const { importRequest, parametersForImport } = require('./wrapping');

const PLAINTEXT = Buffer.from('plaintext').toString('base64');
const WEEK = 7 * 86_400_000;
/** How far the clocks of the service and of this machine may be apart, in milliseconds. */
const TOLERANCE = 600_000;

/** ScheduleKeyDeletion, CancelKeyDeletion, and what a pending key refuses. */
function deletion(client) {
  /** Schedules the deletion of a key and checks that it was. */
  async function schedule(keyId) {
    await client.call('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
    await client.assertState(keyId, 'PendingDeletion', 'after ScheduleKeyDeletion');
  }

  describe('ScheduleKeyDeletion', () => {
    test('DeleteDate', async () => {
      const keyId = await client.newKeyId();
      await schedule(keyId);
      const distance = Date.parse((await client.describe(keyId)).DeleteDate) - Date.now();
      assert.ok(Math.abs(distance - WEEK) < TOLERANCE, 'expected DeleteDate to be 7 days from now');
      const listed = (await client.allPages('ListKeys', 'Keys', 'Key', 100)).map((key) => key.KeyId);
      assert.ok(listed.includes(keyId), 'expected ListKeys to list a key that is PendingDeletion');
    });

    test('PendingWindowInDays out of range', async () => {
      const keyId = await client.newKeyId();
      for (const days of [0, 6, 367]) {
        const request = { KeyId: keyId, PendingWindowInDays: days };
        await client.assertRefused(400, 'InvalidParameter', 'ScheduleKeyDeletion', request);
      }
      await client.assertState(keyId, 'Enabled', 'after refusals');
    });

    test('what a pending key refuses', async () => {
      const keyId = await client.newKeyId();
      const other = await client.newKeyId();
      const ownAlias = await client.newAlias(keyId);
      const otherAlias = await client.newAlias(other);
      const blob = await client.blob('Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT });
      await schedule(keyId);
      const { DeleteDate: date } = await client.describe(keyId);
      const message = 'The request was rejected because the key state is PendingDeletion.';
      for (const [action, parameters] of [
        ['Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT }],
        ['Decrypt', { CiphertextBlob: blob }],
        ['GenerateDataKey', { KeyId: ownAlias }],
        ['GenerateDataKeyWithoutPlaintext', { KeyId: keyId }],
        ['UpdateAlias', { AliasName: otherAlias, KeyId: keyId }],
        ['UpdateKeyDescription', { KeyId: keyId, Description: 'too late' }],
        ['TagResource', { KeyId: keyId, Tags: tagList({ too: 'late' }) }],
        ['UntagResource', { KeyId: keyId, TagKeys: JSON.stringify(['late']) }],
      ]) {
        await client.assertRefused(409, 'Rejected.PendingDeletion', action, parameters, message);
      }
      for (const [action, parameters] of [
        ['EnableKey', {}],
        ['DisableKey', {}],
        ['ScheduleKeyDeletion', { PendingWindowInDays: 30 }],
        ['CreateAlias', { AliasName: `alias/${randomBytes(8).toString('hex')}` }],
      ]) {
        const request = { KeyId: keyId, ...parameters };
        await client.assertRefused(409, 'Rejected.StateModifiedFailed', action, request, 'Keystate modified failed.');
      }
      const key = await client.describe(keyId);
      assert.equal(key.KeyState, 'PendingDeletion', 'expected refusals to leave the state alone');
      assert.equal(key.DeleteDate, date, 'expected refusals to leave DeleteDate alone');
      assert.equal((await client.describe(otherAlias)).KeyId, other, 'expected a refused UpdateAlias to move nothing');
    });

    test('what still works', async () => {
      const keyId = await client.newKeyId();
      const other = await client.newKeyId();
      const moved = await client.newAlias(keyId);
      const deleted = await client.newAlias(keyId);
      await schedule(keyId);
      assert.equal((await client.describe(moved)).KeyId, keyId, 'expected aliases to be kept while PendingDeletion');
      const listed = await client.call('ListAliasesByKeyId', { KeyId: keyId });
      assert.equal(listed.TotalCount, 2, 'expected both aliases in the list');
      assert.deepEqual(await client.tags(keyId), {}, 'expected ListResourceTags to work while PendingDeletion');
      await client.call('UpdateAlias', { AliasName: moved, KeyId: other });
      assert.equal((await client.describe(moved)).KeyId, other, 'expected an alias to move away from a pending key');
      await client.call('DeleteAlias', { AliasName: deleted });
      await client.assertRefused(404, 'Forbidden.AliasNotFound', 'DescribeKey', { KeyId: deleted });
    });

    test('an EXTERNAL key with material', async () => {
      const material = randomBytes(32);
      const keyId = await newImportedKey(client, material);
      const request = await importRequest(client, keyId, material);
      await schedule(keyId);
      await client.assertRefused(409, 'Rejected.StateModifiedFailed', 'ImportKeyMaterial', request);
      await parametersForImport(client, keyId);
      await client.call('CancelKeyDeletion', { KeyId: keyId });
      await client.assertState(keyId, 'Enabled', 'after CancelKeyDeletion with its material in place');
      await schedule(keyId);
      await client.call('DeleteKeyMaterial', { KeyId: keyId });
      await client.assertState(keyId, 'PendingDeletion', 'after DeleteKeyMaterial while PendingDeletion');
    });

    test('an EXTERNAL key without material', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      await schedule(keyId);
      await client.call('CancelKeyDeletion', { KeyId: keyId });
      await client.assertState(keyId, 'PendingImport', 'after CancelKeyDeletion without material');
    });
  });

  test('CancelKeyDeletion', async () => {
    const keyId = await client.newKeyId();
    const blob = await client.blob('Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT });
    await client.assertRefused(409, 'Rejected.StateModifiedFailed', 'CancelKeyDeletion', { KeyId: keyId });
    await schedule(keyId);
    await client.call('CancelKeyDeletion', { KeyId: keyId });
    const key = await client.describe(keyId);
    assert.equal(key.KeyState, 'Enabled', 'expected CancelKeyDeletion to enable the key');
    assert.equal(key.DeleteDate, '', 'expected CancelKeyDeletion to clear DeleteDate');
    assert.equal(await client.decrypt(blob), PLAINTEXT, 'expected the key to work');
    await client.call('DisableKey', { KeyId: keyId });
    await client.assertRefused(409, 'Rejected.StateModifiedFailed', 'CancelKeyDeletion', { KeyId: keyId });
    await schedule(keyId);
  });
}

/** SetDeletionProtection. */
function deletionProtection(client) {
  test('SetDeletionProtection', async () => {
    const { KeyId: keyId, Arn: arn } = await client.newKey();
    const on = { ProtectedResourceArn: arn, EnableDeletionProtection: true, DeletionProtectionDescription: 'in use' };
    await client.call('SetDeletionProtection', on);
    const described = await client.describe(keyId);
    assert.equal(described.DeletionProtection, 'Enabled', 'expected DescribeKey to show the protection');
    assert.equal(described.DeletionProtectionDescription, 'in use', 'expected DescribeKey to show the reason');
    const request = { KeyId: keyId, PendingWindowInDays: 7 };
    await client.assertRefused(409, 'Rejected.StateModifiedFailed', 'ScheduleKeyDeletion', request);
    await client.assertState(keyId, 'Enabled', 'after the refusal');
    const off = { ProtectedResourceArn: arn, EnableDeletionProtection: false };
    await client.call('SetDeletionProtection', off);
    assert.equal((await client.describe(keyId)).DeletionProtection, 'Disabled', 'expected the protection to be off');
    await client.call('ScheduleKeyDeletion', request);
    await client.assertState(keyId, 'PendingDeletion', 'after ScheduleKeyDeletion without protection');
    await client.assertRefused(409, 'Rejected.PendingDeletion', 'SetDeletionProtection', on);
  });
}

module.exports = { deletion, deletionProtection };

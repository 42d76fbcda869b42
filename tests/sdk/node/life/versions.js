'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { describe, test } = require('node:test');
const { TIME } = require('./client');

/** ListKeyVersions, DescribeKeyVersion, CreateKeyVersion. */
function versions(client) {
  describe('versions', () => {
    test('the first version', async () => {
      const key = await client.newKey();
      const listed = await client.allPages('ListKeyVersions', 'KeyVersions', 'KeyVersion', 10, { KeyId: key.KeyId });
      assert.equal(listed.length, 1, 'expected a new key to have one version');
      const [version] = listed;
      assert.equal(version.KeyId, key.KeyId, 'expected the version to name its key');
      assert.equal(version.KeyVersionId, key.PrimaryKeyVersion, 'expected the primary version');
      assert.match(version.CreationDate, TIME, 'expected CreationDate as yyyy-MM-ddTHH:mm:ssZ');
      const request = { KeyId: key.KeyId, KeyVersionId: version.KeyVersionId };
      const described = (await client.call('DescribeKeyVersion', request)).KeyVersion;
      assert.deepEqual(described, version, "expected DescribeKeyVersion to repeat the list's entry");
    });

    test('an unknown version', async () => {
      const request = { KeyId: await client.newKeyId(), KeyVersionId: randomUUID() };
      await client.assertRefused(404, 'Forbidden.KeyVersionNotFound', 'DescribeKeyVersion', request);
    });

    test('a second version within seven days', async () => {
      const keyId = await client.newKeyId();
      await client.assertRefused(400, 'Rejected.UnsupportedOperation', 'CreateKeyVersion', { KeyId: keyId });
      const listed = await client.call('ListKeyVersions', { KeyId: keyId });
      assert.equal(listed.TotalCount, 1, 'expected a refusal to make no version');
    });

    // The table has a cell for this state, which only EXTERNAL keys can be in, so the state comes before the origin.
    test('a key that waits for its material gets no version', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      await client.assertRefused(409, 'Rejected.PendingImport', 'CreateKeyVersion', { KeyId: keyId });
    });
  });
}

/** UpdateRotationPolicy and the rotation of new keys. */
function rotation(client) {
  describe('UpdateRotationPolicy', () => {
    test('on and off', async () => {
      const keyId = await client.newKeyId();
      const on = { KeyId: keyId, EnableAutomaticRotation: true, RotationInterval: '30d' };
      await client.call('UpdateRotationPolicy', on);
      const rotating = await client.describe(keyId);
      assert.equal(rotating.AutomaticRotation, 'Enabled', 'expected rotation to be on');
      assert.equal(rotating.RotationInterval, '2592000s', 'expected 30 days in seconds');
      assert.match(rotating.NextRotationDate, TIME, 'expected the date of the next rotation');
      await client.call('UpdateRotationPolicy', { KeyId: keyId, EnableAutomaticRotation: false });
      const still = await client.describe(keyId);
      assert.equal(still.AutomaticRotation, 'Disabled', 'expected rotation to be off');
      assert.ok(!still.NextRotationDate, 'expected no next rotation');
    });

    test('of a new key', async () => {
      const key = await client.newKey({ EnableAutomaticRotation: true, RotationInterval: '7d' });
      assert.equal(key.AutomaticRotation, 'Enabled', 'expected rotation from the start');
      assert.equal(key.RotationInterval, '604800s', 'expected 7 days in seconds');
    });

    test('suspended while disabled', async () => {
      const keyId = await client.newKeyId({ EnableAutomaticRotation: true, RotationInterval: '7d' });
      await client.call('DisableKey', { KeyId: keyId });
      const disabled = await client.describe(keyId);
      assert.equal(disabled.AutomaticRotation, 'Suspended', 'expected a disabled key not to rotate');
      const off = { KeyId: keyId, EnableAutomaticRotation: false };
      await client.assertRefused(409, 'Rejected.Disabled', 'UpdateRotationPolicy', off);
      await client.call('EnableKey', { KeyId: keyId });
      const enabled = await client.describe(keyId);
      assert.equal(enabled.AutomaticRotation, 'Enabled', 'expected rotation to go on');
    });

    test('invalid parameters', async () => {
      const keyId = await client.newKeyId();
      for (const interval of ['6d', '731d', 'soon']) {
        const wrong = { KeyId: keyId, EnableAutomaticRotation: true, RotationInterval: interval };
        await client.assertRefused(400, 'InvalidParameter', 'UpdateRotationPolicy', wrong);
      }
      const external = await client.newKeyId({ Origin: 'EXTERNAL' });
      const request = { KeyId: external, EnableAutomaticRotation: true, RotationInterval: '7d' };
      await client.assertRefused(409, 'Rejected.PendingImport', 'UpdateRotationPolicy', request);
    });
  });
}

module.exports = { versions, rotation };

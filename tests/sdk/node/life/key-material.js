'use strict';

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { describe, test } = require('node:test');
const { TIME } = require('./client');
const { OAEP, PADDINGS, flipped, importRequest, parametersForImport, wrap } = require('./wrapping');

const PLAINTEXT = Buffer.from('plaintext').toString('base64');
const DAY = 86400;

/** A time in Unix seconds as the service writes it. */
function shown(seconds) {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** The id of an EXTERNAL key that has this material. */
async function newImportedKey(client, material) {
  const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
  await client.call('ImportKeyMaterial', await importRequest(client, keyId, material));
  return keyId;
}

/** GetParametersForImport and ImportKeyMaterial as they should be used. */
function importKeyMaterial(client) {
  describe('ImportKeyMaterial', () => {
    for (const algorithm of Object.keys(PADDINGS)) {
      test(algorithm, async () => {
        const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
        const given = await parametersForImport(client, keyId, algorithm);
        assert.equal(given.KeyId, keyId, 'expected the import parameters to name their key');
        assert.match(given.TokenExpireTime, TIME, 'expected the time at which the token ends');
        await client.assertState(keyId, 'PendingImport', 'after GetParametersForImport');
        await client.call('ImportKeyMaterial', await importRequest(client, keyId, randomBytes(32), algorithm));
        await client.assertState(keyId, 'Enabled', 'after the import');
        const blob = await client.blob('Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT });
        assert.equal(await client.decrypt(blob), PLAINTEXT, 'expected the imported key to work');
      });
    }

    test('a token can be used again', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      const request = await importRequest(client, keyId, randomBytes(32));
      await client.call('ImportKeyMaterial', request);
      await client.call('ImportKeyMaterial', request);
      await client.assertState(keyId, 'Enabled', 'after importing the same material twice with one token');
    });

    test('each token is new', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      const first = await parametersForImport(client, keyId);
      const second = await parametersForImport(client, keyId);
      assert.notEqual(first.ImportToken, second.ImportToken, 'expected a new token each time');
      assert.notEqual(first.PublicKey, second.PublicKey, 'expected a new public key each time');
    });

    test('KeyMaterialExpireUnix', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      const { KeyMaterialExpireUnix: never, ...request } = await importRequest(client, keyId, randomBytes(32));
      const tomorrow = Math.floor(Date.now() / 1000) + DAY;
      await client.call('ImportKeyMaterial', { ...request, KeyMaterialExpireUnix: tomorrow });
      const expiry = (await client.describe(keyId)).MaterialExpireTime;
      assert.equal(expiry, shown(tomorrow), 'expected the expiry that was given');
      const yesterday = { ...request, KeyMaterialExpireUnix: tomorrow - 2 * DAY };
      await client.assertRefused(400, 'InvalidParameter', 'ImportKeyMaterial', yesterday);
      for (const parameters of [request, { ...request, KeyMaterialExpireUnix: never }]) {
        await client.call('ImportKeyMaterial', parameters);
        assert.equal((await client.describe(keyId)).MaterialExpireTime, '', 'expected no expiry by default and for 0');
      }
    });

    test('a disabled key stays disabled', async () => {
      const material = randomBytes(32);
      const keyId = await newImportedKey(client, material);
      await client.call('DisableKey', { KeyId: keyId });
      await client.call('ImportKeyMaterial', await importRequest(client, keyId, material));
      await client.assertState(keyId, 'Disabled', 'after importing the same material again');
    });

    test('the same material in two keys', async () => {
      const material = randomBytes(32);
      const first = await newImportedKey(client, material);
      const second = await newImportedKey(client, material);
      const blob = await client.blob('Encrypt', { KeyId: first, Plaintext: PLAINTEXT });
      await client.call('DisableKey', { KeyId: first });
      await client.assertRefused(409, 'Rejected.Disabled', 'Decrypt', { CiphertextBlob: blob });
      await client.assertState(second, 'Enabled', 'as its own life goes on');
    });
  });
}

/** Imports that must be refused, each for one reason. */
function invalidKeyMaterial(client) {
  /** A case with a good request, which is sent after the refused ones and must work. */
  function refused(what, send) {
    test(what, async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      const good = await importRequest(client, keyId, randomBytes(32));
      await send(good, (code, changes) =>
        client.assertRefused(400, code, 'ImportKeyMaterial', { ...good, ...changes }),
      );
      await client.assertState(keyId, 'PendingImport', 'after refused imports');
      await client.call('ImportKeyMaterial', good);
      await client.assertState(keyId, 'Enabled', 'as the good request works after the refused ones');
    });
  }

  describe('an ImportKeyMaterial that is refused', () => {
    refused('material of a wrong length', async (good, assertRefused) => {
      const given = await parametersForImport(client, good.KeyId);
      for (const length of [16, 31, 33]) {
        await assertRefused('InvalidKeyMaterial', {
          EncryptedKeyMaterial: wrap(Buffer.alloc(length), given.PublicKey, OAEP),
          ImportToken: given.ImportToken,
        });
      }
    });

    refused('damaged material', (good, assertRefused) =>
      assertRefused('InvalidKeyMaterial', { EncryptedKeyMaterial: flipped(good.EncryptedKeyMaterial) }),
    );

    refused('material that was not wrapped', (good, assertRefused) =>
      assertRefused('InvalidKeyMaterial', { EncryptedKeyMaterial: Buffer.alloc(32).toString('base64') }),
    );

    refused('material wrapped by another algorithm', async (good, assertRefused) => {
      const given = await parametersForImport(client, good.KeyId, 'RSAES_OAEP_SHA_1');
      await assertRefused('InvalidKeyMaterial', {
        EncryptedKeyMaterial: wrap(Buffer.alloc(32), given.PublicKey, 'RSAES_OAEP_SHA_256'),
        ImportToken: given.ImportToken,
      });
    });

    refused('material wrapped with another public key', async (good, assertRefused) => {
      const other = await parametersForImport(client, good.KeyId);
      const wrapped = wrap(Buffer.alloc(32), other.PublicKey, OAEP);
      await assertRefused('InvalidKeyMaterial', { EncryptedKeyMaterial: wrapped });
    });

    refused('a damaged token', async (good, assertRefused) => {
      await assertRefused('InvalidImportToken', { ImportToken: flipped(good.ImportToken) });
      await assertRefused('InvalidImportToken', { ImportToken: 'bm8gdG9rZW4=' });
    });

    refused('the token of another key', async (good, assertRefused) => {
      const other = await importRequest(client, await client.newKeyId({ Origin: 'EXTERNAL' }), randomBytes(32));
      await assertRefused('InvalidImportToken', { ...other, KeyId: good.KeyId });
    });

    test('a wrapping that is not offered', async () => {
      const keyId = await client.newKeyId({ Origin: 'EXTERNAL' });
      const good = { KeyId: keyId, WrappingAlgorithm: OAEP, WrappingKeySpec: 'RSA_2048' };
      for (const wrong of [{ WrappingAlgorithm: 'RSAES_OAEP_SHA_512' }, { WrappingKeySpec: 'RSA_1024' }]) {
        await client.assertRefused(400, 'InvalidParameter', 'GetParametersForImport', { ...good, ...wrong });
      }
    });

    test('Origin Aliyun_KMS', async () => {
      const keyId = await client.newKeyId({ Origin: 'Aliyun_KMS' });
      const request = await importRequest(client, await client.newKeyId({ Origin: 'EXTERNAL' }), randomBytes(32));
      const message = 'This key origin is not valid for this api.';
      for (const [action, parameters] of [
        ['GetParametersForImport', { WrappingAlgorithm: OAEP, WrappingKeySpec: 'RSA_2048' }],
        ['ImportKeyMaterial', request],
        ['DeleteKeyMaterial', {}],
      ]) {
        await client.assertRefused(400, 'Unsupported.Origin', action, { ...parameters, KeyId: keyId }, message);
      }
      await client.assertState(keyId, 'Enabled', 'after refusals');
    });
  });
}

/** DeleteKeyMaterial, and the import after it. */
function deleteKeyMaterial(client) {
  describe('DeleteKeyMaterial', () => {
    test('and import again', async () => {
      const material = randomBytes(32);
      const keyId = await newImportedKey(client, material);
      const blob = await client.blob('Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT });
      await client.call('DeleteKeyMaterial', { KeyId: keyId });
      await client.assertState(keyId, 'PendingImport', 'after DeleteKeyMaterial');
      for (const [action, parameters] of [
        ['Encrypt', { KeyId: keyId, Plaintext: PLAINTEXT }],
        ['Decrypt', { CiphertextBlob: blob }],
        ['GenerateDataKey', { KeyId: keyId }],
      ]) {
        await client.assertRefused(409, 'Rejected.PendingImport', action, parameters);
      }
      await client.call('DeleteKeyMaterial', { KeyId: keyId });
      await client.assertState(keyId, 'PendingImport', 'after a second DeleteKeyMaterial, which succeeds too');
      const other = await importRequest(client, keyId, randomBytes(32));
      await client.assertRefused(400, 'InvalidKeyMaterial', 'ImportKeyMaterial', other);
      await client.assertState(keyId, 'PendingImport', 'after other material was refused');
      await client.call('ImportKeyMaterial', await importRequest(client, keyId, material));
      await client.assertState(keyId, 'Enabled', 'after importing the same material again');
      assert.equal(await client.decrypt(blob), PLAINTEXT, 'expected old ciphertext to be readable again');
    });

    test('of a disabled key', async () => {
      const keyId = await newImportedKey(client, randomBytes(32));
      await client.call('DisableKey', { KeyId: keyId });
      await client.call('DeleteKeyMaterial', { KeyId: keyId });
      await client.assertState(keyId, 'PendingImport', 'after DeleteKeyMaterial on a Disabled key');
    });
  });
}

module.exports = { importKeyMaterial, invalidKeyMaterial, deleteKeyMaterial, newImportedKey };

'use strict';

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const { UUID } = require('./client');

// Base64 with all of its special characters: +, / and =.
const PLAINTEXT = Buffer.from([0xfb, 0xff, 0xbe, 0x00, 0x20]).toString('base64');
const CONTEXT = { application: 'sdk test', path: '/a/b?c=d&e=f+g', größe: 'groß 密' };
const WRONG_CONTEXTS = {
  none: undefined,
  'another value': { ...CONTEXT, application: 'another' },
  'a pair less': { application: 'sdk test' },
  'a pair more': { ...CONTEXT, extra: '1' },
  'another case': { application: CONTEXT.application, größe: CONTEXT.größe, PATH: CONTEXT.path },
};
const LENGTHS = [
  [32, {}],
  [32, { KeySpec: 'AES_256' }],
  [16, { KeySpec: 'AES_128' }],
  [1, { NumberOfBytes: 1 }],
  [64, { NumberOfBytes: 64 }],
  [1024, { NumberOfBytes: 1024 }],
  [24, { KeySpec: 'AES_256', NumberOfBytes: 24 }],
];

/** The number of bytes that a Base64 text stands for; fails on anything else. */
function byteLength(text) {
  const bytes = Buffer.from(text, 'base64');
  assert.equal(bytes.toString('base64'), text, 'expected Base64');
  return bytes.length;
}

/** Encrypt and Decrypt. */
function encrypt(client) {
  describe('Encrypt and Decrypt', () => {
    test('a round trip', async () => {
      const key = await client.newKey();
      const encrypted = await client.call('Encrypt', { KeyId: key.KeyId, Plaintext: PLAINTEXT });
      assert.equal(encrypted.KeyId, key.KeyId, 'expected Encrypt to name its key');
      assert.equal(encrypted.KeyVersionId, key.PrimaryKeyVersion, 'expected the primary version');
      const again = await client.blob('Encrypt', { KeyId: key.KeyId, Plaintext: PLAINTEXT });
      assert.notEqual(encrypted.CiphertextBlob, again, 'expected a fresh ciphertext each time');
      const decrypted = await client.call('Decrypt', { CiphertextBlob: encrypted.CiphertextBlob });
      assert.equal(decrypted.Plaintext, PLAINTEXT, 'expected the plaintext back');
      assert.equal(decrypted.KeyId, key.KeyId, 'expected Decrypt to find the key by itself');
      assert.equal(decrypted.KeyVersionId, key.PrimaryKeyVersion, 'expected the version of the ciphertext');
    });

    test('an EncryptionContext', async () => {
      const keyId = await client.newKeyId();
      const request = { KeyId: keyId, Plaintext: PLAINTEXT, EncryptionContext: CONTEXT };
      const blob = await client.blob('Encrypt', request);
      const reordered = Object.fromEntries(Object.entries(CONTEXT).reverse());
      const decrypted = await client.decrypt(blob, { EncryptionContext: reordered });
      assert.equal(decrypted, PLAINTEXT, 'expected the order of the context not to matter');
      for (const context of Object.values(WRONG_CONTEXTS)) {
        const wrong = { CiphertextBlob: blob, ...(context && { EncryptionContext: context }) };
        await client.assertRefused(400, 'InvalidParameter', 'Decrypt', wrong);
      }
    });

    test('an EncryptionContext where none was', async () => {
      const blob = await client.blob('Encrypt', { KeyId: await client.newKeyId(), Plaintext: PLAINTEXT });
      const wrong = { CiphertextBlob: blob, EncryptionContext: CONTEXT };
      await client.assertRefused(400, 'InvalidParameter', 'Decrypt', wrong);
      const decrypted = await client.decrypt(blob, { EncryptionContext: {} });
      assert.equal(decrypted, PLAINTEXT, 'expected an empty context to be as good as none');
    });

    test('a damaged ciphertext', async () => {
      const blob = await client.blob('Encrypt', { KeyId: await client.newKeyId(), Plaintext: PLAINTEXT });
      const damaged = Buffer.from(blob, 'base64');
      damaged[damaged.length - 1] ^= 1;
      for (const ciphertext of [damaged.toString('base64'), 'AAAA', '***']) {
        await client.assertRefused(400, 'InvalidParameter', 'Decrypt', { CiphertextBlob: ciphertext });
      }
    });

    test('the size of a plaintext', async () => {
      const keyId = await client.newKeyId();
      const largest = Buffer.alloc(6144, 0xfe).toString('base64');
      const decrypted = await client.decrypt(await client.blob('Encrypt', { KeyId: keyId, Plaintext: largest }));
      assert.equal(decrypted, largest, 'expected 6144 bytes to be taken');
      const tooLarge = { KeyId: keyId, Plaintext: Buffer.alloc(16384).toString('base64') };
      await client.assertRefused(400, 'InvalidParameter', 'Encrypt', tooLarge);
    });

    test('text that is not Base64', async () => {
      const text = 'plain text, 中文 and 🔑';
      const blob = await client.blob('Encrypt', { KeyId: await client.newKeyId(), Plaintext: text });
      assert.equal(await client.decrypt(blob), text, 'expected text to come back as is');
    });
  });
}

/** GenerateDataKey, with and without plaintext. */
function generateDataKey(client) {
  describe('GenerateDataKey', () => {
    test('with plaintext', async () => {
      const key = await client.newKey();
      for (const [length, parameters] of LENGTHS) {
        const made = await client.call('GenerateDataKey', { KeyId: key.KeyId, ...parameters });
        const asked = JSON.stringify(parameters);
        assert.equal(made.KeyId, key.KeyId, 'expected the answer to name the key');
        assert.equal(made.KeyVersionId, key.PrimaryKeyVersion, 'expected the primary version');
        assert.equal(byteLength(made.Plaintext), length, `expected ${length} bytes for ${asked}`);
        const decrypted = await client.decrypt(made.CiphertextBlob);
        assert.equal(decrypted, made.Plaintext, 'expected Decrypt to give the data key');
      }
    });

    test('without plaintext', async () => {
      const keyId = await client.newKeyId();
      for (const [length, parameters] of LENGTHS) {
        const made = await client.call('GenerateDataKeyWithoutPlaintext', { KeyId: keyId, ...parameters });
        const asked = JSON.stringify(parameters);
        assert.ok(!('Plaintext' in made), 'expected no plaintext');
        assert.match(made.KeyVersionId, UUID, "expected the version's id");
        const decrypted = await client.decrypt(made.CiphertextBlob);
        assert.equal(byteLength(decrypted), length, `expected ${length} bytes for ${asked}`);
      }
    });

    test('an EncryptionContext', async () => {
      const keyId = await client.newKeyId();
      for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
        const blob = await client.blob(action, { KeyId: keyId, EncryptionContext: CONTEXT });
        await client.decrypt(blob, { EncryptionContext: CONTEXT });
        await client.assertRefused(400, 'InvalidParameter', 'Decrypt', { CiphertextBlob: blob });
      }
    });

    test('invalid parameters', async () => {
      const keyId = await client.newKeyId();
      for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
        for (const wrong of [{ NumberOfBytes: 0 }, { NumberOfBytes: 1025 }, { KeySpec: 'AES_512' }]) {
          await client.assertRefused(400, 'InvalidParameter', action, { KeyId: keyId, ...wrong });
        }
      }
    });
  });
}

/** ReEncrypt, from one key to another. */
function reEncrypt(client) {
  describe('ReEncrypt', () => {
    test('to another key', async () => {
      const source = await client.newKey();
      const destination = await client.newKey();
      const context = { for: 'the destination' };
      const request = { KeyId: source.KeyId, Plaintext: PLAINTEXT, EncryptionContext: CONTEXT };
      const blob = await client.blob('Encrypt', request);
      const moved = await client.call('ReEncrypt', {
        CiphertextBlob: blob,
        DestinationKeyId: destination.KeyId,
        SourceEncryptionContext: CONTEXT,
        DestinationEncryptionContext: context,
      });
      const expected = [source.KeyId, source.PrimaryKeyVersion];
      const named = [moved.KeyId, moved.KeyVersionId];
      assert.deepEqual(named, expected, 'expected ReEncrypt to name the source key and version');
      const decrypted = await client.call('Decrypt', {
        CiphertextBlob: moved.CiphertextBlob,
        EncryptionContext: context,
      });
      assert.equal(decrypted.Plaintext, PLAINTEXT, 'expected the same plaintext');
      assert.equal(decrypted.KeyId, destination.KeyId, 'expected the ciphertext to be of the destination');
      const without = { CiphertextBlob: blob, DestinationKeyId: destination.KeyId };
      await client.assertRefused(400, 'InvalidParameter', 'ReEncrypt', without);
    });

    test('the states of both keys', async () => {
      const source = await client.newKeyId();
      const destination = await client.newKeyId();
      const blob = await client.blob('Encrypt', { KeyId: source, Plaintext: PLAINTEXT });
      const request = { CiphertextBlob: blob, DestinationKeyId: destination };
      for (const keyId of [source, destination]) {
        await client.call('DisableKey', { KeyId: keyId });
        await client.assertRefused(409, 'Rejected.Disabled', 'ReEncrypt', request);
        await client.call('EnableKey', { KeyId: keyId });
      }
      await client.call('ReEncrypt', request);
    });
  });
}

module.exports = { encrypt, generateDataKey, reEncrypt };

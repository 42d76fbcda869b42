'use strict';

/** Drives the mock of AWS KMS through @aws-sdk/client-kms: the life of a key through every state. */

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { describe, test } = require('node:test');
const kms = require('@aws-sdk/client-kms');
const { stayOnLoopback } = require('./life/loopback');

const [address] = process.argv.slice(2);
/** The access key of the documents' examples, which the mock takes unless it is told another. */
const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const DAY = 24 * 3600;
const STATE_ERROR = 'KMSInvalidStateException';
const TEXT = Buffer.from('text');

stayOnLoopback();

/** A function that sends a command to a region and gives its response. */
function client(region = 'us-east-1', changes = {}) {
  const sender = new kms.KMSClient({
    region, endpoint: `http://${address}`, credentials: CREDENTIALS, maxAttempts: 1, ...changes,
  });
  return (name, parameters = {}) => sender.send(new kms[`${name}Command`](parameters));
}

const send = client();
const west = client('us-west-2');

/** Checks that a request is rejected with this code, as the SDK's exception shows it. */
async function rejected(code, response) {
  await assert.rejects(response, (error) => {
    assert.equal(error.name, code);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
}

async function newKey(parameters = {}) {
  return (await send('CreateKey', parameters)).KeyMetadata.KeyId;
}

async function state(key, by = send) {
  return (await by('DescribeKey', { KeyId: key })).KeyMetadata.KeyState;
}

/** Moves the clock of keys forward. */
async function advance(seconds) {
  const response = await fetch(`http://${address}/_mock/clock`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ advance_seconds: seconds }),
  });
  assert.equal(response.status, 200);
}

/** Imports key material, wrapped as the documents say. */
async function importMaterial(key, material) {
  const parameters = await send('GetParametersForImport', {
    KeyId: key, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048',
  });
  const publicKey = crypto.createPublicKey({ key: Buffer.from(parameters.PublicKey), format: 'der', type: 'spki' });
  return send('ImportKeyMaterial', {
    KeyId: key,
    ImportToken: parameters.ImportToken,
    EncryptedKeyMaterial: crypto.publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, material),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  });
}

describe('life of a key', () => {
  test('native: enabled, disabled, pending deletion, gone', async () => {
    const key = await newKey({ Description: 'ü 密 🔑' });
    const { CiphertextBlob } = await send('Encrypt', { KeyId: key, Plaintext: TEXT, EncryptionContext: { a: '1' } });
    await send('DisableKey', { KeyId: key });
    assert.equal(await state(key), 'Disabled');
    await rejected('DisabledException', send('Encrypt', { KeyId: key, Plaintext: TEXT }));
    await send('EnableKey', { KeyId: key });
    const { Plaintext } = await send('Decrypt', { CiphertextBlob, EncryptionContext: { a: '1' } });
    assert.deepEqual(Buffer.from(Plaintext), TEXT);
    await rejected('InvalidCiphertextException', send('Decrypt', { CiphertextBlob }));

    const { DeletionDate } = await send('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    assert.ok(DeletionDate instanceof Date);
    await rejected(STATE_ERROR, send('Encrypt', { KeyId: key, Plaintext: TEXT }));
    await send('CancelKeyDeletion', { KeyId: key });
    assert.equal(await state(key), 'Disabled');
    await send('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    await advance(7 * DAY);
    await rejected('NotFoundException', send('DescribeKey', { KeyId: key }));
  });

  test('imported: pending import, enabled, and again', async () => {
    const [key, material] = [await newKey({ Origin: 'EXTERNAL' }), Buffer.alloc(32, 7)];
    assert.equal(await state(key), 'PendingImport');
    await rejected(STATE_ERROR, send('Encrypt', { KeyId: key, Plaintext: TEXT }));
    await importMaterial(key, material);
    assert.equal(await state(key), 'Enabled');
    await send('DeleteImportedKeyMaterial', { KeyId: key });
    assert.equal(await state(key), 'PendingImport');
    await rejected('IncorrectKeyMaterialException', importMaterial(key, Buffer.alloc(32, 8)));
    await importMaterial(key, material);
    assert.equal(await state(key), 'Enabled');
  });

  test('multi-Region: pending replica deletion', async () => {
    const key = await newKey({ MultiRegion: true });
    await send('ReplicateKey', { KeyId: key, ReplicaRegion: 'us-west-2' });
    const { CiphertextBlob } = await send('Encrypt', { KeyId: key, Plaintext: TEXT });
    const { Plaintext } = await west('Decrypt', { CiphertextBlob });
    assert.deepEqual(Buffer.from(Plaintext), TEXT);
    await send('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    assert.equal(await state(key), 'PendingReplicaDeletion');
    await west('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    await advance(7 * DAY);
    assert.equal(await state(key), 'PendingDeletion');
    await advance(7 * DAY);
    await rejected('NotFoundException', send('DescribeKey', { KeyId: key }));
  });
});

describe('other uses', () => {
  test('signatures that another implementation verifies', async () => {
    for (const [KeySpec, SigningAlgorithm, hash, padding] of [
      ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256', { padding: crypto.constants.RSA_PKCS1_PADDING }],
      ['RSA_3072', 'RSASSA_PSS_SHA_512', 'sha512', { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }],
      ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256', {}],
      ['ECC_NIST_P521', 'ECDSA_SHA_512', 'sha512', {}],
      ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256', {}],
    ]) {
      const key = await newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
      const { PublicKey } = await send('GetPublicKey', { KeyId: key });
      const { Signature } = await send('Sign', { KeyId: key, Message: TEXT, SigningAlgorithm });
      const publicKey = crypto.createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
      assert.ok(crypto.verify(hash, TEXT, { key: publicKey, ...padding }, Signature), KeySpec);
      await rejected(
        'KMSInvalidSignatureException',
        send('Verify', { KeyId: key, Message: Buffer.from('other'), Signature, SigningAlgorithm }),
      );
    }
  });

  test('data keys, codes and random bytes', async () => {
    const key = await newKey();
    const made = await send('GenerateDataKey', { KeyId: key, KeySpec: 'AES_256' });
    const opened = await send('Decrypt', { CiphertextBlob: made.CiphertextBlob });
    assert.deepEqual(opened.Plaintext, made.Plaintext);
    const mac = await newKey({ KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const { Mac } = await send('GenerateMac', { KeyId: mac, Message: TEXT, MacAlgorithm: 'HMAC_SHA_224' });
    assert.equal((await send('VerifyMac', { KeyId: mac, Message: TEXT, MacAlgorithm: 'HMAC_SHA_224', Mac })).MacValid, true);
    assert.equal((await send('GenerateRandom', { NumberOfBytes: 9 })).Plaintext.length, 9);
  });

  test('aliases, tags, grants and pages', async () => {
    const key = await newKey({ Tags: [{ TagKey: 'a', TagValue: '1' }] });
    await send('CreateAlias', { AliasName: 'alias/node', TargetKeyId: key });
    assert.equal((await send('DescribeKey', { KeyId: 'alias/node' })).KeyMetadata.KeyId, key);
    assert.deepEqual((await send('ListResourceTags', { KeyId: key })).Tags, [{ TagKey: 'a', TagValue: '1' }]);
    const root = 'arn:aws:iam::111122223333:root';
    const { GrantToken } = await send('CreateGrant', { KeyId: key, GranteePrincipal: root, Operations: ['Encrypt'] });
    await send('RetireGrant', { GrantToken });
    assert.deepEqual((await send('ListGrants', { KeyId: key })).Grants, []);
    await newKey();
    const sender = new kms.KMSClient({ region: 'us-east-1', endpoint: `http://${address}`, credentials: CREDENTIALS });
    let keys = 0;
    for await (const page of kms.paginateListKeys({ client: sender, pageSize: 1 }, {})) {
      assert.equal(page.Keys.length, 1);
      keys += page.Keys.length;
    }
    assert.ok(keys >= 2);
  });

  test('wrong requests', async () => {
    const other = client('us-east-1', { credentials: { ...CREDENTIALS, secretAccessKey: 'other' } });
    await rejected('InvalidSignatureException', other('ListKeys'));
    const nobody = client('us-east-1', { credentials: { ...CREDENTIALS, accessKeyId: 'AKIAOTHER' } });
    await rejected('UnrecognizedClientException', nobody('ListKeys'));
    await rejected('NotFoundException', west('DescribeKey', { KeyId: await newKey() }));
    await rejected('ValidationException', send('CreateKey', { KeySpec: 'RSA_2048' }));
  });
});

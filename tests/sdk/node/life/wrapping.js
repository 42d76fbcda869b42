'use strict';

const assert = require('node:assert/strict');
const { constants, createPublicKey, publicEncrypt } = require('node:crypto');

const OAEP = 'RSAES_OAEP_SHA_256';

/** What node:crypto needs for each WrappingAlgorithm. */
const PADDINGS = {
  RSAES_PKCS1_V1_5: { padding: constants.RSA_PKCS1_PADDING },
  RSAES_OAEP_SHA_1: { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  [OAEP]: { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
};

/** The EncryptedKeyMaterial for a PublicKey (Base64 of DER) and a WrappingAlgorithm. */
function wrap(material, publicKey, algorithm) {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  assert.equal(key.asymmetricKeyType, 'rsa', 'expected PublicKey to be an RSA key');
  assert.equal(key.asymmetricKeyDetails.modulusLength, 2048, 'expected PublicKey to have 2048 bits');
  return publicEncrypt({ key, ...PADDINGS[algorithm] }, material).toString('base64');
}

/** A fresh import token and public key. */
function parametersForImport(client, keyId, algorithm = OAEP) {
  return client.call('GetParametersForImport', {
    KeyId: keyId,
    WrappingAlgorithm: algorithm,
    WrappingKeySpec: 'RSA_2048',
  });
}

/** The parameters of an ImportKeyMaterial that is as it should be. */
async function importRequest(client, keyId, material, algorithm = OAEP) {
  const given = await parametersForImport(client, keyId, algorithm);
  return {
    KeyId: keyId,
    EncryptedKeyMaterial: wrap(material, given.PublicKey, algorithm),
    ImportToken: given.ImportToken,
    KeyMaterialExpireUnix: 0,
  };
}

/** Base64 of the same bytes with one bit changed in the middle. */
function flipped(text) {
  const data = Buffer.from(text, 'base64');
  data[Math.floor(data.length / 2)] ^= 1;
  return data.toString('base64');
}

module.exports = { OAEP, PADDINGS, wrap, parametersForImport, importRequest, flipped };

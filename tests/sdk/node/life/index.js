'use strict';

/**
 * The life of keys of both origins, as an application drives it through an SDK. The files of this folder hold the
 * cases; a script beside this folder gives them a service that speaks through one SDK.
 */

const { describe } = require('node:test');
const { aliases } = require('./aliases');
const { encrypt, generateDataKey, reEncrypt } = require('./ciphertexts');
const { Client } = require('./client');
const { deletion, deletionProtection } = require('./deletion');
const { ImportingClient } = require('./imported');
const { deleteKeyMaterial, importKeyMaterial, invalidKeyMaterial } = require('./key-material');
const { changes, listKeys, newKeys } = require('./keys');
const { stayOnLoopback } = require('./loopback');
const { tags } = require('./tags');
const { rotation, versions } = require('./versions');

/** The access key of the documents' examples, which the mock takes unless it is told another. */
const ACCESS_KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };

const OF_BOTH_ORIGINS = [changes, encrypt, generateDataKey, reEncrypt, aliases, deletion, deletionProtection];
const OTHERS = [newKeys, listKeys, tags, importKeyMaterial, invalidKeyMaterial, deleteKeyMaterial, versions, rotation];

/** The address (host:port) of the mock, which is spoken to in plain HTTP, and the arguments after it. */
function commandLine() {
  const [address, ...rest] = process.argv.slice(2);
  if (!address) {
    process.stderr.write(`usage: ${process.argv[1]} HOST:PORT\n`);
    process.exit(2);
  }
  stayOnLoopback();
  return [address, ...rest];
}

/** Adds all cases for a service, but for those that its SDK can't speak of. */
function life(service, { without = [] } = {}) {
  const add = (cases, client) => cases.filter((some) => !without.includes(some)).forEach((some) => some(client));
  const client = new Client(service);
  add(OTHERS, client);
  describe('Origin Aliyun_KMS', () => add(OF_BOTH_ORIGINS, client));
  describe('Origin EXTERNAL', () => add(OF_BOTH_ORIGINS, new ImportingClient(service)));
}

module.exports = { ACCESS_KEY, commandLine, deletionProtection, life };

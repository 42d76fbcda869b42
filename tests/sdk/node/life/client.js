'use strict';

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { Refusal } = require('./refusal');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * A client of the SDK under test, with the checks that many cases need.
 *
 * A `service` has one method, `call(action, parameters)`: it sends one request through the SDK and gives the answer's
 * fields, or throws a Refusal for an error answer. Parameters and fields are named as in the documents; an
 * EncryptionContext is given as an object.
 */
class Client {
  constructor(service) {
    this.service = service;
  }

  /** Calls an operation that must succeed. */
  async call(action, parameters = {}) {
    let answer;
    try {
      answer = await this.service.call(action, parameters);
    } catch (error) {
      throw error instanceof Refusal
        ? new Error(`${action}: expected success, but the SDK threw ${error.message}`)
        : error;
    }
    assert.match(answer.RequestId ?? '', UUID, `${action}: expected every answer to have a RequestId`);
    return answer;
  }

  /** The metadata of a new key. */
  async newKey(parameters = {}) {
    return (await this.call('CreateKey', parameters)).KeyMetadata;
  }

  /** The id of a new key. */
  async newKeyId(parameters = {}) {
    return (await this.newKey(parameters)).KeyId;
  }

  /** The metadata of a key or of the key behind an alias. */
  async describe(keyId) {
    return (await this.call('DescribeKey', { KeyId: keyId })).KeyMetadata;
  }

  /** A new alias of a key, with a name that nothing else has. */
  async newAlias(keyId) {
    const alias = `alias/sdk-${randomBytes(8).toString('hex')}`;
    await this.call('CreateAlias', { AliasName: alias, KeyId: keyId });
    return alias;
  }

  /** The ciphertext that an operation makes. */
  async blob(action, parameters) {
    return (await this.call(action, parameters)).CiphertextBlob;
  }

  /** The plaintext of a ciphertext. */
  async decrypt(blob, parameters = {}) {
    return (await this.call('Decrypt', { CiphertextBlob: blob, ...parameters })).Plaintext;
  }

  /** The tags of a key, as an object of key to value. */
  async tags(keyId) {
    const listed = (await this.call('ListResourceTags', { KeyId: keyId })).Tags.Tag;
    for (const tag of listed) {
      assert.equal(tag.KeyId, keyId, 'expected each tag in ListResourceTags to name its key');
    }
    return Object.fromEntries(listed.map((tag) => [tag.TagKey, tag.TagValue]));
  }

  /** Checks a key's state by DescribeKey. */
  async assertState(keyId, state, why) {
    assert.equal((await this.describe(keyId)).KeyState, state, `expected the key to be ${state} ${why}`);
  }

  /**
   * Checks that an operation is refused with this status and code, as the SDK's exception shows them, and with a
   * message that holds the given text.
   */
  async assertRefused(status, code, action, parameters = {}, message = '') {
    const expected = `${action}: expected the SDK to throw ${status} ${code}`;
    let refusal;
    try {
      await this.service.call(action, parameters);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      refusal = error;
    }
    assert.ok(refusal, `${expected}, but it succeeded`);
    assert.deepEqual([refusal.status, refusal.code], [status, code], `${expected}, not ${refusal.message}`);
    assert.ok(refusal.sdkMessage.includes(message), `${expected} with "${message}", not "${refusal.sdkMessage}"`);
    assert.match(refusal.requestId ?? '', UUID, `${expected} with the RequestId of the answer`);
  }

  /** The entries of a list, read page by page, with the page fields checked on the way. */
  async allPages(action, outer, inner, size, parameters = {}) {
    const entries = [];
    for (let number = 1; ; number += 1) {
      const answer = await this.call(action, { PageNumber: number, PageSize: size, ...parameters });
      assert.equal(answer.PageNumber, number, `expected ${action} to repeat PageNumber as an integer`);
      assert.equal(answer.PageSize, size, `expected ${action} to repeat PageSize as an integer`);
      const page = answer[outer][inner];
      const rest = Math.max(answer.TotalCount - entries.length, 0);
      assert.equal(page.length, Math.min(size, rest), `${action}: page ${number} of ${answer.TotalCount} entries`);
      entries.push(...page);
      if (page.length === 0) {
        assert.equal(entries.length, answer.TotalCount, `expected the pages of ${action} to add up to TotalCount`);
        return entries;
      }
    }
  }
}

module.exports = { Client, UUID, TIME };

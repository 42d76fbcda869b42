'use strict';

const { randomBytes } = require('node:crypto');
const { Client } = require('./client');
const { importRequest } = require('./wrapping');

/** A client that makes EXTERNAL keys with material of their own where a case asks for no Origin. */
class ImportingClient extends Client {
  async newKey(parameters = {}) {
    if ('Origin' in parameters) {
      return super.newKey(parameters);
    }
    const { KeyId: keyId } = await super.newKey({ Origin: 'EXTERNAL', ...parameters });
    await this.call('ImportKeyMaterial', await importRequest(this, keyId, randomBytes(32)));
    return this.describe(keyId);
  }
}

module.exports = { ImportingClient };

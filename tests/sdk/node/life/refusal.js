'use strict';

/** An error answer of the service, with what the SDK's own exception told about it. */
class Refusal extends Error {
  /**
   * @param {number | undefined} status the HTTP status
   * @param {string} code the Code of the answer
   * @param {string} message the SDK's message, which holds the Message of the answer
   * @param {string | undefined} requestId the RequestId of the answer
   */
  constructor(status, code, message, requestId) {
    super(`${status} ${code}: ${message}`);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.sdkMessage = message;
    this.requestId = requestId;
  }
}

module.exports = { Refusal };

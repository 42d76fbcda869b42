'use strict';

const dns = require('node:dns');
const net = require('node:net');

/**
 * Keeps the SDKs from looking anything up outside of this machine: from now on, any connection or name lookup that is
 * not for a loopback address fails. An SDK may try one for an endpoint resolver or a metadata service of cloud
 * instances.
 */
function stayOnLoopback() {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function connectToLoopback(...given) {
    refuseOutside('connect', hostOf(given) ?? 'localhost');
    return connect.apply(this, given);
  };
  const lookup = dns.lookup;
  dns.lookup = function lookUpLoopback(host, ...rest) {
    refuseOutside('lookup', host);
    return lookup.call(this, host, ...rest);
  };
}

/** The host that Socket.connect was given: in its options, alone or as node:net wraps them, or after a port. */
function hostOf([first, second]) {
  const [options] = Array.isArray(first) ? first : [first];
  return typeof options === 'object' ? options.host : typeof second === 'string' ? second : undefined;
}

function refuseOutside(what, host) {
  const loopback = host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'));
  if (!loopback) {
    throw new Error(`outside connection: ${what} of ${host}`);
  }
}

module.exports = { stayOnLoopback };

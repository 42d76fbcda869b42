'use strict';

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');

/** The Tags parameter of TagResource for an object of key to value. */
function tagList(tags) {
  return JSON.stringify(Object.entries(tags).map(([key, value]) => ({ TagKey: key, TagValue: value })));
}

/** TagResource, ListResourceTags, UntagResource. */
function tags(client) {
  describe('tags', () => {
    for (const origin of ['Aliyun_KMS', 'EXTERNAL']) {
      test(`of a key of Origin ${origin}`, async () => {
        const keyId = await client.newKeyId({ Origin: origin });
        assert.deepEqual(await client.tags(keyId), {}, 'expected no tags on a new key');
        const first = { team: 'qa', 'env/stage': 'a+b=c@d:e.f-g_h' };
        await client.call('TagResource', { KeyId: keyId, Tags: tagList(first) });
        assert.deepEqual(await client.tags(keyId), first, 'expected both tags');
        const second = { team: 'ops', cost: '' };
        await client.call('TagResource', { KeyId: keyId, Tags: tagList(second) });
        const both = { ...first, ...second };
        assert.deepEqual(await client.tags(keyId), both, 'expected the new value, the new tag, and the old one');
        const rest = { 'env/stage': first['env/stage'] };
        await client.call('UntagResource', { KeyId: keyId, TagKeys: JSON.stringify(['team', 'cost']) });
        assert.deepEqual(await client.tags(keyId), rest, 'expected the two tags to be gone');
        await client.call('UntagResource', { KeyId: keyId, TagKeys: JSON.stringify(['never-there']) });
        assert.deepEqual(await client.tags(keyId), rest, 'expected nothing to change');
      });
    }

    test('invalid tags', async () => {
      const keyId = await client.newKeyId();
      for (const wrong of [
        'team=qa',
        '{"TagKey":"team","TagValue":"qa"}',
        tagList({ 'acs:team': 'qa' }),
        tagList({ 'aliyun-team': 'qa' }),
        tagList({ '': 'qa' }),
      ]) {
        await client.assertRefused(400, 'InvalidParameter', 'TagResource', { KeyId: keyId, Tags: wrong });
      }
      assert.deepEqual(await client.tags(keyId), {}, 'expected refusals to leave no tag');
    });

    test('an eleventh tag', async () => {
      const keyId = await client.newKeyId();
      const ten = Object.fromEntries(Array.from({ length: 10 }, (_, number) => [`tag-${number}`, `${number}`]));
      await client.call('TagResource', { KeyId: keyId, Tags: tagList(ten) });
      const eleventh = { KeyId: keyId, Tags: tagList({ 'tag-10': '10' }) };
      await client.assertRefused(400, 'Rejected.LimitExceeded', 'TagResource', eleventh);
      assert.deepEqual(await client.tags(keyId), ten, 'expected the ten tags and no more');
    });
  });
}

module.exports = { tags, tagList };

"""Tags: TagResource, ListResourceTags, UntagResource."""

import json

from life.case import Case, tag_list


class Tags(Case):
    """The tags of a key."""

    def test_life(self) -> None:
        for origin in ("Aliyun_KMS", "EXTERNAL"):
            with self.subTest(origin):
                key_id = self.new_key_id(Origin=origin)
                self.assertEqual(self.tags(key_id), {}, "expected no tags on a new key")
                self.call("TagResource", KeyId=key_id, Tags=tag_list({"team": "qa", "env/stage": "a+b=c@d:e.f-g_h"}))
                expected = {"team": "qa", "env/stage": "a+b=c@d:e.f-g_h"}
                self.assertEqual(self.tags(key_id), expected, "expected both tags")
                self.call("TagResource", KeyId=key_id, Tags=tag_list({"team": "ops", "cost": ""}))
                expected = {**expected, "team": "ops", "cost": ""}
                self.assertEqual(self.tags(key_id), expected, "expected the new value, the new tag, and the old one")
                self.call("UntagResource", KeyId=key_id, TagKeys=json.dumps(["team", "cost"]))
                self.assertEqual(self.tags(key_id).keys(), {"env/stage"}, "expected the two tags to be gone")
                self.call("UntagResource", KeyId=key_id, TagKeys=json.dumps(["never-there"]))
                self.assertEqual(self.tags(key_id).keys(), {"env/stage"}, "expected nothing to change")

    def test_invalid(self) -> None:
        key_id = self.new_key_id()
        for what, tags in {
            "no JSON": "team=qa",
            "no list": '{"TagKey":"team","TagValue":"qa"}',
            "a reserved prefix": tag_list({"acs:team": "qa"}),
            "another reserved prefix": tag_list({"aliyun-team": "qa"}),
            "no key": tag_list({"": "qa"}),
        }.items():
            with self.subTest(what):
                self.assert_refused(400, "InvalidParameter", "TagResource", KeyId=key_id, Tags=tags)
        self.assertEqual(self.tags(key_id), {}, "expected refusals to leave no tag")

    def test_eleventh_tag(self) -> None:
        key_id = self.new_key_id()
        tags = {f"tag-{number}": str(number) for number in range(10)}
        self.call("TagResource", KeyId=key_id, Tags=tag_list(tags))
        self.assert_refused(400, "Rejected.LimitExceeded", "TagResource", KeyId=key_id, Tags=tag_list({"tag-10": "10"}))
        self.assertEqual(self.tags(key_id), tags, "expected the ten tags and no more")

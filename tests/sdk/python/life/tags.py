"""Tags of a key (TagResource, ListResourceTags, UntagResource), and of several (TagResources and its like)."""

import json
from typing import Any

from life.case import Case, tag_list

#: A well-formed id of no key.
UNKNOWN = "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11"


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


class TagsOfSeveral(Case):
    """The tags of several keys, by the operations that newer SDKs have."""

    def several(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Calls an operation on keys, for all of which the SDK needs the same parameters."""
        return self.call(action, RegionId="cn-hangzhou", ResourceType="key", **parameters)

    def listed(self, **parameters: Any) -> list[tuple[str, str, str]]:
        """The rows of ListTagResources."""
        answer = self.several("ListTagResources", **parameters)
        self.assertEqual(answer["NextToken"], "", "expected one page")
        rows = answer["TagResources"]["TagResource"]
        self.assertEqual({row["ResourceType"] for row in rows} - {"key"}, set(), "expected keys only")
        return [(row["ResourceId"], row["TagKey"], row["TagValue"]) for row in rows]

    def test_life(self) -> None:
        one, two = self.new_key_id(), self.new_key_id(Origin="EXTERNAL")
        tags = [{"Key": "team", "Value": "qa"}, {"Key": "env/stage", "Value": "a+b=c@d:e.f-g_h\\i"}]
        self.several("TagResources", ResourceId=[one, two], Tag=tags)
        expected = {"team": "qa", "env/stage": "a+b=c@d:e.f-g_h\\i"}
        self.assertEqual((self.tags(one), self.tags(two)), (expected, expected), "expected both keys to have both tags")

        rows = [(key_id, name, expected[name]) for key_id in (one, two) for name in sorted(expected)]
        self.assertEqual(self.listed(ResourceId=[two, one]), rows, "expected a row for each tag of each key")
        team = self.listed(ResourceId=[one, two], Tag=[{"Key": "team", "Value": "qa"}])
        self.assertEqual(team, [row for row in rows if row[1] == "team"], "expected the rows of the tag")

        self.several("UntagResources", ResourceId=[one, two], TagKey=["team"])
        self.assertEqual(self.tags(one).keys(), {"env/stage"}, "expected the tag to be gone")
        self.several("UntagResources", ResourceId=[two], All=True)
        self.assertEqual((self.tags(two), self.tags(one).keys()), ({}, {"env/stage"}), "expected one key to lose all")

    def test_refusals(self) -> None:
        key_id, pending = self.new_key_id(), self.new_key_id()
        self.call("ScheduleKeyDeletion", KeyId=pending, PendingWindowInDays=7)
        common = {"RegionId": "cn-hangzhou", "ResourceType": "key", "Tag": [{"Key": "team", "Value": "qa"}]}
        together = [key_id, pending]
        self.assert_refused(409, "Rejected.PendingDeletion", "TagResources", ResourceId=together, **common)
        self.assert_refused(404, "Forbidden.KeyNotFound", "TagResources", ResourceId=[key_id, UNKNOWN], **common)
        wrong = {**common, "ResourceType": "alias"}
        self.assert_refused(400, "InvalidParameter", "TagResources", ResourceId=[key_id], **wrong)
        self.assertEqual(self.tags(key_id), {}, "expected refusals to leave no tag")

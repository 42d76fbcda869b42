"""The base of all cases: a client, and the checks that many of them need."""

import json
import secrets
import unittest
from collections.abc import Callable
from typing import Any

from life.service import Refusal, Service

UUID = r"(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"


class Case(unittest.TestCase):
    """One case, with a client of the SDK under test in `service`."""

    #: host:port of the service; set before the cases run.
    address: str
    #: Makes a client for the access key of the documents' examples; set before the cases run.
    connect: Callable[[], Service]
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        cls.service = cls.connect()

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Calls an operation that must succeed."""
        try:
            answer = self.service.call(action, **parameters)
        except Refusal as refusal:
            self.fail(f"{action}: expected success, but the SDK raised {refusal}")
        self.assertRegex(answer.get("RequestId", ""), UUID, f"{action}: expected every answer to have a RequestId")
        return answer

    def new_key(self, **parameters: Any) -> dict[str, Any]:
        """The metadata of a new key."""
        return self.call("CreateKey", **parameters)["KeyMetadata"]

    def new_key_id(self, **parameters: Any) -> str:
        """The id of a new key."""
        return self.new_key(**parameters)["KeyId"]

    def describe(self, key_id: str) -> dict[str, Any]:
        """The metadata of a key or of the key behind an alias."""
        return self.call("DescribeKey", KeyId=key_id)["KeyMetadata"]

    def new_alias(self, key_id: str) -> str:
        """A new alias of a key, with a name that nothing else has."""
        alias = f"alias/sdk-{secrets.token_hex(8)}"
        self.call("CreateAlias", AliasName=alias, KeyId=key_id)
        return alias

    def tags(self, key_id: str) -> dict[str, str]:
        """The tags of a key."""
        listed = self.call("ListResourceTags", KeyId=key_id)["Tags"]["Tag"]
        for tag in listed:
            self.assertEqual(tag["KeyId"], key_id, "expected each tag in ListResourceTags to name its key")
        return {tag["TagKey"]: tag["TagValue"] for tag in listed}

    def assert_state(self, key_id: str, state: str, why: str) -> None:
        """Checks a key's state by DescribeKey."""
        self.assertEqual(self.describe(key_id)["KeyState"], state, f"expected the key to be {state} {why}")

    def assert_refused(self, status: int, code: str, action: str, **parameters: Any) -> Refusal:
        """Checks that an operation is refused with this status and code, as the SDK's exception shows them."""
        expected = f"{action}: expected the SDK to raise {status} {code}"
        with self.assertRaises(Refusal, msg=expected) as caught:
            self.service.call(action, **parameters)
        refusal = caught.exception
        self.assertEqual((refusal.status, refusal.code), (status, code), f"{expected}, with {refusal.message!r}")
        self.assertRegex(refusal.request_id or "", UUID, f"{expected} with the RequestId of the answer")
        return refusal

    def all_pages(self, action: str, outer: str, inner: str, size: int, **parameters: Any) -> list[dict[str, Any]]:
        """The entries of a list, read page by page, with the page fields checked on the way."""
        entries: list[dict[str, Any]] = []
        number = 1
        while True:
            answer = self.call(action, PageNumber=number, PageSize=size, **parameters)
            self.assertEqual(answer["PageNumber"], number, f"expected {action} to repeat PageNumber as an integer")
            self.assertEqual(answer["PageSize"], size, f"expected {action} to repeat PageSize as an integer")
            total = answer["TotalCount"]
            page = answer[outer][inner]
            rest = total - len(entries)
            self.assertEqual(len(page), min(size, max(rest, 0)), f"{action}: page {number} of {total} entries")
            entries += page
            if not page:
                self.assertEqual(len(entries), total, f"expected the pages of {action} to add up to TotalCount")
                return entries
            number += 1


def tag_list(tags: dict[str, str]) -> str:
    """The Tags parameter of TagResource."""
    return json.dumps([{"TagKey": key, "TagValue": value} for key, value in tags.items()])

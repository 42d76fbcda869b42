"""Drives the mock through alibabacloud-kms20160120: typed requests and answers, signature V3 (ACS3-HMAC-SHA256)."""

import asyncio
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any
from unittest import mock

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException, ClientException
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from life.case import UUID, Case
from life.run import ACCESS_KEY_ID, ACCESS_KEY_SECRET, run
from life.service import Refusal


class Tea:
    """The SDK's client, with a method and classes of requests and answers for every operation."""

    def __init__(
        self, address: str, access_key_id: str, access_key_secret: str, signature_algorithm: str | None = None
    ):
        self.client = Client(
            Config(
                access_key_id=access_key_id,
                access_key_secret=access_key_secret,
                endpoint=address,
                protocol="http",
                region_id="cn-hangzhou",
                # None is V3; "v2" is the SDK's name for what the documents of signatures call version 1.0.
                signature_algorithm=signature_algorithm,
            )
        )

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        method = getattr(self.client, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower())
        try:
            answer = method(request(action, parameters)) if hasattr(models, f"{action}Request") else method()
        except AlibabaCloudException as error:
            raise refusal(error) from error
        if answer.status_code != 200:
            raise AssertionError(f"{action}: expected the SDK to show status 200, not {answer.status_code}")
        return answer.body.to_map()

    def call_api(
        self, action: str, method: str = "POST", version: str = "2016-01-20", body_type: str = "json", **given: Any
    ) -> Any:
        """Sends a request that the SDK need not know; `given` is what an OpenApiRequest can hold."""
        params = Params(
            action=action,
            version=version,
            protocol="HTTPS",
            pathname="/",
            method=method,
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type=body_type,
        )
        try:
            return self.client.call_api(params, OpenApiRequest(**given), RuntimeOptions())["body"]
        except AlibabaCloudException as error:
            raise refusal(error) from error


def request(action: str, parameters: dict[str, Any]):
    """The SDK's request for an operation; fails if the SDK has no such parameter."""
    made = getattr(models, f"{action}Request")().from_map(parameters)
    # Lists that were not given are empty, and are not sent.
    if {name: value for name, value in made.to_map().items() if value != []} != parameters:
        raise AssertionError(f"expected the SDK's {action}Request to have all of {sorted(parameters)}")
    return made


def refusal(error: AlibabaCloudException) -> Refusal:
    """What the SDK's exception tells about an error answer."""
    if not isinstance(error, ClientException) and (error.status_code or 500) < 500:
        raise AssertionError(f"expected a ClientException for {error.status_code}, not {error.name}")
    return Refusal(error.status_code, error.code, error.message, error.request_id)


class RefusalCase(Case):
    """Checks of what a callable raises."""

    def assert_raises(self, status: int, code: str, send: Callable, *arguments: Any, **parameters: Any) -> Refusal:
        with self.assertRaises(Refusal, msg=f"expected the SDK to raise {status} {code}") as caught:
            send(*arguments, **parameters)
        refused = caught.exception
        self.assertEqual((refused.status, refused.code), (status, code), f"the message was {refused.message!r}")
        self.assertRegex(refused.request_id or "", UUID, "expected the exception to have the RequestId")
        return refused


class Signature(RefusalCase):
    """What the SDK makes of a request that is not signed as it should be, under both of its signatures."""

    ALGORITHMS = (None, "v2")
    LONG_AGO = "2016-03-28T03:13:08Z"

    def test_wrong_secret(self) -> None:
        begin = {None: "ACS3-HMAC-SHA256\n", "v2": "POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions"}
        for algorithm in self.ALGORITHMS:
            with self.subTest(algorithm):
                wrong = Tea(self.address, ACCESS_KEY_ID, "not the secret", algorithm)
                refused = self.assert_raises(400, "SignatureDoesNotMatch", wrong.call, "DescribeRegions")
                expected = f"server string to sign is:{begin[algorithm]}"
                self.assertIn(expected, refused.message, "expected the message to end in the server's string to sign")

    def test_unknown_access_key(self) -> None:
        for algorithm in self.ALGORITHMS:
            with self.subTest(algorithm):
                unknown = Tea(self.address, "nobody", ACCESS_KEY_SECRET, algorithm)
                self.assert_raises(404, "InvalidAccessKeyId.NotFound", unknown.call, "DescribeRegions")

    def test_replay(self) -> None:
        for algorithm in self.ALGORITHMS:
            with self.subTest(algorithm), mock.patch.object(Utils, "get_nonce", return_value=f"one-nonce-{algorithm}"):
                service = Tea(self.address, ACCESS_KEY_ID, ACCESS_KEY_SECRET, algorithm)
                service.call("DescribeRegions")
                self.assert_raises(400, "SignatureNonceUsed", service.call, "DescribeRegions")

    def test_old_timestamp(self) -> None:
        for algorithm in self.ALGORITHMS:
            with self.subTest(algorithm), mock.patch.object(Utils, "get_timestamp", return_value=self.LONG_AGO):
                service = Tea(self.address, ACCESS_KEY_ID, ACCESS_KEY_SECRET, algorithm)
                self.assert_raises(400, "InvalidTimeStamp.Expired", service.call, "DescribeRegions")


class Wire(RefusalCase):
    """What else an application can ask of the SDK's core."""

    DESCRIPTION = "ü + * ~ / 密 🔑"

    def version_1(self) -> Tea:
        """A client that signs as version 1.0."""
        return Tea(self.address, ACCESS_KEY_ID, ACCESS_KEY_SECRET, "v2")

    def test_get_and_form_body(self) -> None:
        for service in (self.service, self.version_1()):
            for method, place in (("GET", "query"), ("POST", "query"), ("POST", "body")):
                with self.subTest(method=method, place=place):
                    answer = service.call_api("CreateKey", method, **{place: {"Description": self.DESCRIPTION}})
                    description = answer["KeyMetadata"]["Description"]
                    self.assertEqual(description, self.DESCRIPTION, "expected the parameter to be read")

    def test_version_1_with_typed_requests(self) -> None:
        key = self.version_1().call("CreateKey", Description=self.DESCRIPTION, EnableAutomaticRotation=False)
        described = self.describe(key["KeyMetadata"]["KeyId"])
        self.assertEqual(described["Description"], self.DESCRIPTION, "expected both signatures to reach one account")

    def test_asynchronous_calls(self) -> None:
        descriptions = [f"{self.DESCRIPTION} {number}" for number in range(4)]

        async def create_all() -> list[models.CreateKeyResponse]:
            requests = (models.CreateKeyRequest(description=description) for description in descriptions)
            return await asyncio.gather(*map(self.service.client.create_key_async, requests))

        answered = [answer.body.key_metadata.description for answer in asyncio.run(create_all())]
        self.assertEqual(answered, descriptions, "expected each request to get its own answer")

    def test_unknown_action(self) -> None:
        for service in (self.service, self.version_1()):
            self.assert_raises(404, "InvalidAction.NotFound", service.call_api, "NoSuchAction")

    def test_unknown_version(self) -> None:
        for service in (self.service, self.version_1()):
            self.assert_raises(400, "InvalidVersion", service.call_api, "DescribeRegions", version="2015-01-01")

    def test_xml(self) -> None:
        description = '<as> & "XML" ü'
        text = self.version_1().call_api(
            "CreateKey", body_type="string", query={"Format": "XML", "Description": description}
        )
        answer = ElementTree.fromstring(text)
        self.assertRegex(answer.findtext("RequestId", ""), UUID, "expected a RequestId in XML")
        found = answer.findtext("KeyMetadata/Description")
        self.assertEqual(found, description, "expected XML to be escaped as it should be")


if __name__ == "__main__":
    sys.exit(run(__doc__ or "", Tea, Signature, Wire))

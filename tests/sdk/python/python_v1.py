"""Drives the mock through the classic SDK, aliyun-python-sdk-kms: signature v1, POST with everything in the query."""

import importlib
import json
import sys
from typing import Any
from unittest import mock

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest
from aliyunsdkcore.utils import parameter_helper

from life.case import Case
from life.run import ACCESS_KEY_ID, ACCESS_KEY_SECRET, run
from life.service import Refusal


class Classic:
    """The classic SDK, with an XRequest class for every operation."""

    def __init__(self, address: str, access_key_id: str, access_key_secret: str):
        self._address = address
        self._client = AcsClient(access_key_id, access_key_secret, "cn-hangzhou", auto_retry=False)

    def request(self, action: str, **parameters: Any) -> RpcRequest:
        """The SDK's request for an operation, aimed at the mock; fails if the SDK has no setter for a parameter."""
        module = importlib.import_module(f"aliyunsdkkms.request.v20160120.{action}Request")
        request = getattr(module, f"{action}Request")()
        request.set_protocol_type("http")
        request.set_endpoint(self._address)
        for name, value in parameters.items():
            if name == "RegionId" and not hasattr(request, "set_RegionId"):
                # The core sends the client's own.
                continue
            # Setters of lists are in the plural.
            setter = getattr(request, f"set_{name}s" if isinstance(value, list) else f"set_{name}")
            setter(json.dumps(value) if isinstance(value, dict) else value)
        return request

    def send(self, request: RpcRequest) -> bytes:
        """Sends a request and gives the answer's body."""
        try:
            return self._client.do_action_with_exception(request)
        except ServerException as error:
            raise Refusal(
                error.get_http_status(), error.get_error_code(), error.get_error_msg(), error.get_request_id()
            ) from error

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        return json.loads(self.send(self.request(action, **parameters)))


class Signature(Case):
    """What the SDK makes of a request that is not signed as it should be."""

    def assert_refusal(self, service: Classic, request: RpcRequest, status: int, code: str) -> Refusal:
        with self.assertRaises(Refusal, msg=f"expected the SDK to raise {status} {code}") as caught:
            service.send(request)
        refusal = caught.exception
        self.assertEqual((refusal.status, refusal.code), (status, code), f"the message was {refusal.message!r}")
        return refusal

    def test_wrong_secret(self) -> None:
        wrong = Classic(self.address, ACCESS_KEY_ID, "not the secret")
        # The SDK makes this code itself, and only if the string to sign in the answer equals its own.
        request = wrong.request("DescribeRegions")
        self.assert_refusal(wrong, request, 400, "InvalidAccessKeySecret")

    def test_wrong_secret_with_all_kinds_of_characters(self) -> None:
        wrong = Classic(self.address, ACCESS_KEY_ID, "not the secret")
        request = wrong.request("CreateKey", Description="a+b c*d~e/f=g&h%i ü密🔑 !'()")
        self.assert_refusal(wrong, request, 400, "InvalidAccessKeySecret")

    def test_unknown_access_key(self) -> None:
        unknown = Classic(self.address, "nobody", ACCESS_KEY_SECRET)
        self.assert_refusal(unknown, unknown.request("DescribeRegions"), 404, "InvalidAccessKeyId.NotFound")

    def test_replay(self) -> None:
        with mock.patch.object(parameter_helper, "get_uuid", return_value="one-nonce-for-two-requests"):
            self.service.send(self.service.request("DescribeRegions"))
            again = self.service.request("DescribeRegions")
            self.assert_refusal(self.service, again, 400, "SignatureNonceUsed")

    def test_old_timestamp(self) -> None:
        with mock.patch.object(parameter_helper, "get_iso_8061_date", return_value="2016-03-28T03:13:08Z"):
            old = self.service.request("DescribeRegions")
            self.assert_refusal(self.service, old, 400, "InvalidTimeStamp.Expired")


class Wire(Case):
    """What else an application can ask of the classic SDK."""

    def common_request(self, action: str, version: str = "2016-01-20") -> CommonRequest:
        """A request of an operation that the SDK need not know."""
        request = CommonRequest(domain=self.address, version=version, action_name=action, product="Kms")
        request.set_protocol_type("http")
        return request

    def refused(self, request: RpcRequest) -> tuple[int | None, str]:
        with self.assertRaises(Refusal, msg="expected the SDK to raise") as caught:
            self.service.send(request)
        return caught.exception.status, caught.exception.code

    def test_get(self) -> None:
        request = self.service.request("CreateKey", Description="by GET: ü + *")
        request.set_method("GET")
        key = json.loads(self.service.send(request))["KeyMetadata"]
        self.assertEqual(key["Description"], "by GET: ü + *", "expected GET to work as POST does")

    def test_form_body(self) -> None:
        request = self.common_request("CreateKey")
        request.set_method("POST")
        request.add_body_params("Description", "in the body: ü + * ~ /")
        key = json.loads(self.service.send(request))["KeyMetadata"]
        self.assertEqual(key["Description"], "in the body: ü + * ~ /", "expected the form body to be read")

    def test_unknown_action(self) -> None:
        refused = self.refused(self.common_request("NoSuchAction"))
        self.assertEqual(refused, (404, "InvalidAction.NotFound"), "expected the gateway to refuse an unknown Action")

    def test_unknown_version(self) -> None:
        refused = self.refused(self.common_request("DescribeRegions", "2015-01-01"))
        self.assertEqual(refused, (400, "InvalidVersion"), "expected the gateway to refuse another Version")


if __name__ == "__main__":
    sys.exit(run(__doc__ or "", Classic, Signature, Wire))

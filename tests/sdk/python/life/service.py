"""What the cases need of an SDK."""

from typing import Any, Protocol


class Refusal(Exception):
    """An error answer of the service, with what the SDK's own exception told about it."""

    def __init__(self, status: int | None, code: str, message: str, request_id: str | None):
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id


class Service(Protocol):
    """A KMS client: an SDK behind the names that the documents use."""

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Sends one request through the SDK and gives the answer's fields; raises Refusal for an error answer.

        Parameters are named as in the documents. An EncryptionContext is given as a dict.
        """
        ...

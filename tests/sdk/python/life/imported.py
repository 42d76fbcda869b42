"""The cases again with keys of Origin EXTERNAL, which behave alike once they have their material."""

import secrets
from typing import Any

from life import aliases, ciphertexts, deletion, keys
from life.key_material import KeyMaterialCase


class Imported(KeyMaterialCase):
    """Gives a case EXTERNAL keys with material of their own where it asks for no Origin."""

    def new_key(self, **parameters: Any) -> dict[str, Any]:
        if "Origin" in parameters:
            return super().new_key(**parameters)
        key_id = super().new_key(Origin="EXTERNAL", **parameters)["KeyId"]
        self.call("ImportKeyMaterial", **self.import_request(key_id, secrets.token_bytes(32)))
        return self.describe(key_id)


class ImportedDisableKey(Imported, keys.DisableKey):
    pass


class ImportedUpdateKeyDescription(Imported, keys.UpdateKeyDescription):
    pass


class ImportedEncrypt(Imported, ciphertexts.Encrypt):
    pass


class ImportedGenerateDataKey(Imported, ciphertexts.GenerateDataKey):
    pass


class ImportedReEncrypt(Imported, ciphertexts.ReEncrypt):
    pass


class ImportedAliases(Imported, aliases.Aliases):
    pass


class ImportedScheduleKeyDeletion(Imported, deletion.ScheduleKeyDeletion):
    pass


class ImportedSetDeletionProtection(Imported, deletion.SetDeletionProtection):
    pass

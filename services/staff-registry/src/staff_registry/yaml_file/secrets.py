"""The file with the secrets of a business, which stays apart from the file that describes it."""

from staff_registry.yaml_file.describing import API_KEYS, Secrets
from staff_registry.yaml_file.nodes import Item, Notes, root

_NAMES = (API_KEYS, "webhook_secret", "smtp_password", "sms_key")


def read_secrets(text: str) -> Secrets:
    """``api_keys`` (by account key), ``webhook_secret``, ``smtp_password`` and ``sms_key``, each of which may be absent.

    Raises FileInvalidError with all faults at once; no fault quotes a value.
    """
    notes = Notes()
    fields = root(text, notes).fields(**{name: name for name in _NAMES})
    secrets = Secrets(
        fields[API_KEYS].block(Item.named_texts, {}),
        fields["webhook_secret"].text(""),
        fields["smtp_password"].text(""),
        fields["sms_key"].text(""),
        lines=fields[API_KEYS].lines(),
    )
    notes.refuse()
    return secrets

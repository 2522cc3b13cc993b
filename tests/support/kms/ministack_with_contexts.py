"""ministack, to which policies can depend on the encryption context.

It evaluates conditions of policies by itself, key policies included, but does not tell them what context a call of KMS
comes with (1.5.33), so that a statement with such a condition never holds. This tells them, and changes nothing else.
"""

import json

from ministack.app import main
from ministack.core import iam_actions

CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")

conditions_without = iam_actions.request_tag_context


def conditions_with(service, iam_action, body, params):
    conditions = dict(conditions_without(service, iam_action, body, params))
    if service == "kms":
        asked = json.loads(body or b"{}")
        for pairs in (asked.get(name) or {} for name in CONTEXTS):
            for key, value in pairs.items():
                conditions["kms:EncryptionContext:" + key] = value
                conditions.setdefault("kms:EncryptionContextKeys", []).append(key)
    return conditions


# ministack looks it up anew for each request.
iam_actions.request_tag_context = conditions_with
main()

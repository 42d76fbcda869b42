//! What a failure is called: the catalogue says which cases fail, and this of which kind.

use std::slice;
use std::sync::Arc;

use super::catalogue;
use super::mock_run::run_cases;
use crate::suite::files::embedded;
use crate::suite::load::load;
use crate::verdict::{Kind, Verdict};

/// Wrong effects behind right responses, and a case that must report each as an effect, with what does not hold.
const EFFECTS: [(&str, &str, &str); 36] = [
    // A description that is not what the key does.
    (
        "describe-lies-enabled",
        "DescribeKey/Enabled",
        "responds with KeyMetadata.KeyState `Disabled` instead of `Enabled`",
    ),
    ("describe-lies-disabled", "DescribeKey/Disabled", "instead of `Disabled`"),
    ("describe-lies-pending-deletion", "DescribeKey/PendingDeletion", "instead of `PendingDeletion`"),
    ("describe-lies-pending-import", "DescribeKey/PendingImport/EXTERNAL", "instead of `PendingImport`"),
    ("describe-hides-delete-date", "ScheduleKeyDeletion/Enabled", "KeyMetadata.DeleteDate"),
    // A rejected request that had its effect.
    ("refused-disable-disables", "DisableKey/PendingDeletion", "the key is not PendingDeletion"),
    ("refused-enable-enables", "EnableKey/PendingDeletion", "the key is not PendingDeletion"),
    ("refused-cancel-enables", "CancelKeyDeletion/Disabled", "the key is not Disabled"),
    ("refused-schedule-moves-delete-date", "ScheduleKeyDeletion/PendingDeletion", "KeyMetadata.DeleteDate was"),
    ("refused-create-alias-creates", "CreateAlias/PendingDeletion", "ListAliases lists AliasName"),
    ("refused-update-alias-moves", "update-alias/Enabled-to-PendingDeletion", "ListAliases does not list AliasName"),
    ("refused-tag-written", "TagResource/PendingDeletion", "ListResourceTags lists TagKey"),
    ("refused-untag-removes", "UntagResource/PendingDeletion", "ListResourceTags does not list TagKey"),
    ("refused-description-written", "UpdateKeyDescription/PendingDeletion", "KeyMetadata.Description was"),
    ("rotation-refused-but-set", "UpdateRotationPolicy/Disabled", "KeyMetadata."),
    ("refused-version-made", "CreateKeyVersion/Disabled", "KeyMetadata.PrimaryKeyVersion was"),
    ("refused-waiting-period-schedules", "bad-waiting-period-in-schedule-key-deletion", "the key is not Enabled"),
    ("refused-alias-name-made", "bad-name-in-create-alias", "ListAliases lists KeyId"),
    ("refused-second-alias-moves", "alias-belongs-to-one-key", "ListAliases does not list AliasName"),
    ("refused-long-description-written", "long-description-in-update-key-description", "KeyMetadata.Description"),
    ("failed-import-enables-key", "damaged-material-is-refused/EXTERNAL", "the key is not PendingImport"),
    ("bad-signature-has-effect", "bad-signature-in-disable-key", "the key is not Enabled"),
    ("unsigned-has-effect", "no-signature-in-disable-key", "the key is not Enabled"),
    ("wrong-time-has-effect", "stale-request-in-disable-key", "the key is not Enabled"),
    ("refused-replay-has-effect", "replayed-request-in-disable-key", "the key is not Enabled"),
    // A success without its effect, or with another.
    ("disable-does-nothing", "DisableKey/Enabled", "the key is not Disabled"),
    ("schedule-does-nothing", "ScheduleKeyDeletion/Enabled", "the key is not PendingDeletion"),
    ("tag-does-nothing", "TagResource/Enabled", "ListResourceTags does not list TagKey"),
    ("description-does-nothing", "UpdateKeyDescription/Enabled", "KeyMetadata.Description"),
    ("decrypt-returns-other-text", "Encrypt/Enabled", "Decrypt responds with another Plaintext"),
    ("decrypt-ignores-context", "encryption-context-must-be-the-same", "what must hold: The context belongs to"),
    // Aliases and keys that stay, vanish, or are not listed.
    ("delete-alias-does-nothing", "DeleteAlias/Enabled", "ListAliases lists AliasName"),
    ("delete-alias-deletes-another", "deleting-one-alias-keeps-the-others", "ListAliases does not list AliasName"),
    ("alias-vanishes-when-scheduled", "ListAliases/PendingDeletion", "ListAliases does not list AliasName"),
    ("list-keys-omits-pending-deletion", "ListKeys/PendingDeletion", "ListKeys does not list KeyId"),
    ("list-aliases-omits-disabled", "ListAliases/Disabled", "ListAliases does not list AliasName"),
];

#[tokio::test]
async fn a_wrong_effect_is_reported_as_one_with_what_should_hold() {
    let suite = Arc::new(load(embedded(), None).unwrap());
    let known: Vec<_> = catalogue("alibaba").unwrap().into_iter().map(|entry| entry.deviation).collect();
    for (name, case, holds) in EFFECTS {
        let deviation = known.iter().find(|deviation| deviation.name() == name).unwrap();
        let id = format!("alibaba/{case}");
        let index = suite.cases.iter().position(|case| case.id.as_str() == id).unwrap();
        let results = run_cases(&suite, slice::from_ref(deviation), vec![index]).await.unwrap().results;
        let found = (results[0].verdict, results[0].kind);
        assert_eq!(found, (Verdict::Fail, Some(Kind::Effect)), "{name}: {}", results[0].reason);
        assert!(results[0].reason.contains(holds), "{name}: {}", results[0].reason);
    }
}

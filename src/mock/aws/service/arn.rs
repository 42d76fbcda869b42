//! Amazon resource names: `arn:aws:kms:us-east-1:111122223333:key/…`.

/// The resource of an ARN of this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    Key(&'a str),
    /// With `alias/`.
    Alias(&'a str),
}

/// An ARN of this service, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: Resource<'a>,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; nothing if it is not the ARN of a key or an alias.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next();
        let (scheme, partition, service) = (part()?, part()?, part()?);
        let (region, account, resource) = (part()?, part()?, part()?);
        if scheme != "arn" || service != "kms" || partition != self::partition(region) {
            return None;
        }

        let resource = match resource.strip_prefix("key/") {
            Some(id) => Resource::Key(id),
            None => Resource::Alias(resource.strip_prefix("alias/").map(|_| resource)?),
        };
        Some(Self { region, account, resource })
    }
}

/// The ARN of a key.
pub(crate) fn key_arn(region: &str, account: &str, id: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:key/{id}", partition(region))
}

/// The ARN of an alias, whose name begins with `alias/`.
pub(crate) fn alias_arn(region: &str, account: &str, name: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:{name}", partition(region))
}

/// The partition that a region belongs to.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_of_a_key_or_an_alias_in_its_partition() {
        let arn = key_arn("us-east-1", "111122223333", "k");
        let wanted = Arn { region: "us-east-1", account: "111122223333", resource: Resource::Key("k") };
        assert_eq!(Arn::parse(&arn), Some(wanted));
        let arn = alias_arn("cn-north-1", "1", "alias/a:b/c");
        assert_eq!(arn, "arn:aws-cn:kms:cn-north-1:1:alias/a:b/c");
        assert_eq!(Arn::parse(&arn).unwrap().resource, Resource::Alias("alias/a:b/c"));
        for text in [
            "arn:aws:kms:us-east-1:1:grant/x",
            "arn:aws:s3:us-east-1:1:key/x",
            "arn:aws:kms:cn-north-1:1:key/x",
            "arn:",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}

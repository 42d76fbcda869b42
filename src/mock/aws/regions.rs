//! The regions of the service.

/// The regions that the official tools know, in the partitions that anybody can be a customer of.
pub(crate) const REGIONS: [&str; 37] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The region that a host name of the service stands for.
pub(crate) fn of_host(host: &str) -> Option<&str> {
    let name = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    name.strip_prefix("kms.").or_else(|| name.strip_prefix("kms-fips."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_the_service_has_a_region() {
        assert_eq!(of_host("kms.us-east-1.amazonaws.com"), Some("us-east-1"));
        assert_eq!(of_host("kms-fips.us-east-1.amazonaws.com"), Some("us-east-1"));
        assert_eq!(of_host("kms.cn-north-1.amazonaws.com.cn"), Some("cn-north-1"));
        assert_eq!((of_host("127.0.0.1"), of_host("s3.us-east-1.amazonaws.com")), (None, None));
        assert!(REGIONS.is_sorted());
    }
}

//! Which hosts are AWS.

/// Ends of the names of its hosts, in every partition:
/// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>.
const SUFFIXES: [&str; 14] = [
    ".amazonaws.com",
    ".api.aws",
    ".amazonaws.com.cn",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".c2s.ic.gov",
    ".api.aws.ic.gov",
    ".sc2s.sgov.gov",
    ".api.aws.scloud",
    ".cloud.adc-e.uk",
    ".api.cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov",
    ".api.aws.hci.ic.gov",
];

/// Whether a host, with or without its port, is one of AWS itself.
pub(super) fn is_aws(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_every_partition_are_known_and_no_others() {
        for host in [
            "stream-logs.us-gov-west-1.amazonaws.com",
            "stream-logs.cn-north-1.amazonaws.com.cn:443",
            "logs.eusc-de-east-1.amazonaws.eu",
            "xray.us-iso-east-1.c2s.ic.gov",
        ] {
            assert!(is_aws(host), "{host}");
        }
        for host in ["localhost:5000", "127.0.0.1", "amazonaws.com.example.org", "xamazonaws.com"] {
            assert!(!is_aws(host), "{host}");
        }
    }
}

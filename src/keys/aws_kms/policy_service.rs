//! Services of AWS that use a key for somebody: their names in a policy, and what they need.

use std::fmt;
use std::str::FromStr;

/// A service of AWS that encrypts what is stored in it, with a key of the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyService {
    kind: KeyServiceKind,
    /// One region; without, all.
    region: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyServiceKind {
    S3,
    DynamoDb,
}

impl KeyServiceKind {
    fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::DynamoDb => "dynamodb",
        }
    }
}

impl KeyService {
    /// The end of the name of its statement.
    #[must_use]
    pub fn sid(&self) -> &'static str {
        match self.kind {
            KeyServiceKind::S3 => "UsersThroughS3",
            KeyServiceKind::DynamoDb => "UsersThroughDynamoDB",
        }
    }

    /// What it needs of the key, by the documentation of each service.
    #[must_use]
    pub fn actions(&self) -> &'static [&'static str] {
        match self.kind {
            KeyServiceKind::S3 => &["kms:Decrypt", "kms:GenerateDataKey"],
            KeyServiceKind::DynamoDb => &[
                "kms:Encrypt",
                "kms:Decrypt",
                "kms:ReEncrypt*",
                "kms:GenerateDataKey*",
                "kms:DescribeKey",
                "kms:CreateGrant",
            ],
        }
    }

    /// What `kms:ViaService` has in a partition of AWS; `*` stands for every region.
    #[must_use]
    pub fn via(&self, partition: &str) -> String {
        let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("{}.{}.{domain}", self.kind.name(), self.region.as_deref().unwrap_or("*"))
    }
}

impl FromStr for KeyService {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let (name, region) = word.split_once('.').map_or((word, None), |(name, region)| (name, Some(region)));
        let kind = match name {
            "s3" => KeyServiceKind::S3,
            "dynamodb" => KeyServiceKind::DynamoDb,
            _ => return Err("the service is s3 or dynamodb, with `.REGION` for one region".to_owned()),
        };
        let is_region = |region: &str| {
            region.contains('-') && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match region {
            Some(region) if !is_region(region) => Err(format!("`{region}` is not an AWS region")),
            region => Ok(Self { kind, region: region.map(str::to_owned) }),
        }
    }
}

impl fmt::Display for KeyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        self.region.as_ref().map_or(Ok(()), |region| write!(f, ".{region}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_with_a_region_or_for_all() {
        let via = |word: &str, partition| word.parse::<KeyService>().unwrap().via(partition);
        assert_eq!(via("s3", "aws"), "s3.*.amazonaws.com");
        assert_eq!(via("dynamodb.eu-west-1", "aws"), "dynamodb.eu-west-1.amazonaws.com");
        assert_eq!(via("s3.cn-north-1", "aws-cn"), "s3.cn-north-1.amazonaws.com.cn");
        for word in ["", "ebs", "s3.", "s3.*", "s3.eu-west-1\"", "s3.evil"] {
            assert!(word.parse::<KeyService>().is_err(), "{word}");
        }
        assert_eq!("s3.eu-west-1".parse::<KeyService>().unwrap().to_string(), "s3.eu-west-1");
    }
}

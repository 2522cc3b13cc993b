//! Hints for objects of S3.

use std::path::Path;

use kenc::error::{ObjectRefusal, ObjectRefusalKind};
use kenc::keys::KmsRefusalKind;
use kenc::ops::upload::fault::UploadFault;
use kenc::storage::s3::ObjectName;

use super::{of_kms, quote, quoted};
use crate::failure::Cause;

/// For objects where they cannot stand.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NotAnObject { .. } => {
            "write `s3://BUCKET/KEY` or `https://HOST/PATH`; a local file whose name begins so is written `./s3:…`"
                .to_owned()
        }
        Cause::UrlOnlyRead(_) => "name a file or an object: `s3://BUCKET/KEY`".to_owned(),
        Cause::InputIsPrefix(path) => format!("name one object, or process all of them with `-r {}`", quoted(path)),
        Cause::OutputIsVersion(_) => "name the object without `?versionId=`".to_owned(),
        Cause::NoPrefixForSeveral(path) => {
            format!("end it with a slash: `-o {}`", quote(&format!("{}/", path.display())))
        }
        Cause::NotAnObjectName(_) => "write `s3://BUCKET/PREFIX`".to_owned(),
        Cause::RemovalNotConfirmed { .. } => "see them with `--dry-run`, and remove them with `--yes`".to_owned(),
        Cause::NotAPathHere(path) => {
            format!("write it under a name of its own: `kenc decrypt {} -o FILE`", quoted(path))
        }
        Cause::ObjectInPlace(_) => "write the result to another object: `-o s3://BUCKET/KEY`".to_owned(),
        Cause::ObjectNotHere(path) => format!("fetch it first: `aws s3 cp {} FILE`", quoted(path)),
        _ => String::new(),
    }
}

/// For a refusal of S3.
pub fn of_refusal(refusal: &ObjectRefusal) -> String {
    let ObjectRefusal { kind, object, unasked, .. } = refusal;
    let is_url = !object.starts_with("s3://");
    let name = ObjectName::of(Path::new(object)).ok().flatten();
    let version = name.as_ref().and_then(|name| name.version.clone());
    let (bucket, key) = name.map_or_else(|| ("BUCKET".to_owned(), "KEY".to_owned()), |name| (name.bucket, name.key));
    let folder = key.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"));
    let named = format!("--bucket {} --key {}", quote(&bucket), quote(&key));
    match kind {
        ObjectRefusalKind::NotFound if is_url => "check the URL".to_owned(),
        ObjectRefusalKind::Unasked(KmsRefusalKind::Network) if is_url => "check the URL, the network and HTTPS_PROXY".to_owned(),
        ObjectRefusalKind::ServiceFault | ObjectRefusalKind::Other | ObjectRefusalKind::WrongAnswer if is_url => {
            "try again; check the URL".to_owned()
        }
        ObjectRefusalKind::NotFound => {
            format!("list what is there: `aws s3 ls {}`", quote(&format!("s3://{bucket}/{folder}")))
        }
        ObjectRefusalKind::VersionNotFound => format!(
            "list its versions: `aws s3api list-object-versions --bucket {} --prefix {}`",
            quote(&bucket),
            quote(&key)
        ),
        ObjectRefusalKind::NoBucket => {
            "check its name with `aws s3 ls`; a bucket elsewhere needs its profile (`--aws-profile`), or its server in AWS_ENDPOINT_URL_S3"
                .to_owned()
        }
        ObjectRefusalKind::Denied => {
            if refusal.operation == "DeleteObject" {
                return format!(
                    "the new version is in its place, and the old one still opens with the old keys; who may do s3:DeleteObjectVersion deletes it with `aws s3api delete-object {named} --version-id {}`",
                    quote(&version.unwrap_or_default())
                );
            }
            let of_bucket = refusal.permission().starts_with("s3:List") && !refusal.permission().ends_with("Parts");
            let resource = if of_bucket { bucket } else { format!("{bucket}/{key}") };
            format!(
                "ask an administrator of the bucket for {} on {}; an object that does not exist is denied to who may not list it (s3:ListBucket); `aws sts get-caller-identity` shows the caller",
                refusal.permission(),
                quote(&format!("arn:aws:s3:::{resource}"))
            )
        }
        ObjectRefusalKind::Changed => {
            "run the command again; in a bucket with versions, `?versionId=` reads one of them whatever happens meanwhile"
                .to_owned()
        }
        ObjectRefusalKind::Conflict | ObjectRefusalKind::UploadGone | ObjectRefusalKind::PartsDiffer => {
            "run the command again".to_owned()
        }
        ObjectRefusalKind::Corrupted => {
            "nothing was written; run the command again, and check the network and the memory if it happens again"
                .to_owned()
        }
        ObjectRefusalKind::Throttled => "try again in a moment; AWS_MAX_ATTEMPTS=20 tries for longer".to_owned(),
        ObjectRefusalKind::OtherRegion => format!(
            "name its region with `--aws-region`; `aws s3api get-bucket-location --bucket {}` shows it",
            quote(&bucket)
        ),
        ObjectRefusalKind::Archived => {
            format!("restore it: `aws s3api restore-object {named} --restore-request Days=1`, and wait")
        }
        ObjectRefusalKind::TooLarge => "split the input into several objects".to_owned(),
        ObjectRefusalKind::ExpiredCredentials => "sign in again, for example with `aws sso login`".to_owned(),
        ObjectRefusalKind::RejectedCredentials => {
            "check them with `aws sts get-caller-identity`, and the clock with `date -u`".to_owned()
        }
        ObjectRefusalKind::Unasked(KmsRefusalKind::Network) => {
            "check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_S3, for example with `aws s3 ls`".to_owned()
        }
        ObjectRefusalKind::Unasked(KmsRefusalKind::TimedOut) => "try again when the network is better".to_owned(),
        ObjectRefusalKind::Unasked(_) => unasked.as_ref().map_or_else(String::new, |refusal| of_kms(refusal)),
        ObjectRefusalKind::UrlExpired | ObjectRefusalKind::UrlDenied => {
            "ask for a new one (`aws s3 presign s3://BUCKET/KEY`), and quote it: a shell takes an & for itself".to_owned()
        }
        ObjectRefusalKind::UrlRedirects => "name the URL that it leads to, if you trust it".to_owned(),
        ObjectRefusalKind::NotCarried => "write the result to another object: `-o s3://BUCKET/KEY`".to_owned(),
        ObjectRefusalKind::NotInThisBuild => "install kenc with AWS: `cargo install kenc`".to_owned(),
        ObjectRefusalKind::WrongAnswer => {
            "check AWS_ENDPOINT_URL_S3 and HTTPS_PROXY: they may point to a service that is not S3".to_owned()
        }
        _ => format!("try again; test the service with `aws s3api head-object {named}`"),
    }
}

/// For an upload that failed and stays.
pub fn of_kept_parts(object: &str) -> String {
    format!(
        "S3 keeps the parts that it has: run the same command again to send the others, or give them up with `kenc s3 cleanup {}`",
        quote(object)
    )
}

/// For an upload that no later run can go on with.
pub fn of_upload(fault: &UploadFault) -> String {
    match fault {
        UploadFault::NotAFile(_) => "write the input to a file first, or leave --resume out".to_owned(),
        UploadFault::NotToObject(_) => "name an object: `-o s3://BUCKET/KEY`; folders need -r as well".to_owned(),
        UploadFault::NotThisFormat(_) => "leave --resume out: a failed upload is then aborted".to_owned(),
        UploadFault::OfValues => "add `--whole`, or leave --resume out".to_owned(),
        UploadFault::NoStateFolder => "name one with XDG_STATE_HOME".to_owned(),
        UploadFault::OpenToOthers(path) => format!("remove it: `rm {}`; the upload then begins anew", quoted(path)),
        UploadFault::UnderWay { .. } => "wait for it, or end it".to_owned(),
        _ => String::new(),
    }
}

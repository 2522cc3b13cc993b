//! Options of `kenc s3`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::deferred::Deferred;
use super::shared::AwsArgs;

/// What `kenc s3 --help` says first, and its page.
pub const ABOUT: &str = "\
Use objects of Amazon S3, and remove what broken uploads left behind

`s3://BUCKET/KEY` names an object wherever encrypt, decrypt, verify and inspect take a file, as an input and after -o; \
`?versionId=ID` at its end names one version of it. With several files, with -r and with --files0-from, `s3://BUCKET/PREFIX/` \
stands for a folder: files go to prefixes, objects to folders, and both between prefixes. The bucket may be an access point (its \
alias, or its ARN). A local file with such a name is written `./s3:…`.

`https://HOST/PATH` is read as well, and needs no credentials: an object behind a presigned URL (`aws s3 presign`), or a file \
of any server that answers ranges. kenc reads it with plain requests, follows no redirect, and shows it everywhere without its \
query, which is a secret. (On the command line it is seen by the users of this machine.) Without TLS, only 127.0.0.1 is asked.

Credentials, profiles and roles are those for AWS KMS. The region is that of the bucket. AWS_ENDPOINT_URL_S3 names another \
server; then, and if the bucket has a dot in its name, the bucket is in the path of the URL.

An object appears complete or not at all. Without -f, S3 itself refuses to replace one (If-None-Match), even if another program \
writes it at the same moment. Longer objects are sent in parts: 5 MiB at first, growing so that a pipe reaches 5 TiB. One to three \
parts are under way at the same time, each with a checksum (CRC64NVME) that the server compares; \
AWS_REQUEST_CHECKSUM_CALCULATION=when_required leaves it out for servers that do not know it. What fails or is interrupted is \
aborted. Reading takes three requests of 4 MiB at the same time, all of the object that was opened: one that is replaced \
meanwhile is an error. `--range` takes two requests and one more for each further 4 MiB, `inspect` one. The range is authentic; \
only a range to the end shows that the object is complete.

All parts together take 20 MiB of memory, and what is read ahead 12 MiB, however many objects are worked on. From parts of more \
than 10 MiB on (43 GiB from a pipe, 97 GiB from a file), the part that is filled and the one that is sent are kept in unnamed temporary \
files (TMPDIR), encrypted under a key that only this run has. A failed request is tried again, six times in all, or as often as \
AWS_MAX_ATTEMPTS says.

`kenc encrypt --resume FILE -o s3://BUCKET/KEY` keeps the parts of an upload that fails or is killed, and the same command sends the \
others. What it must know of the upload is in the folder kenc/uploads of $XDG_STATE_HOME (~/.local/state): no secret, but the id of \
the upload, the head of the file (the data key as its keys have wrapped it), and the SHA-256 of each encrypted part, on the disk \
before the part is sent. The later run has the data key decrypted, encrypts the file again, compares every part with its SHA-256 and \
with the checksum that S3 lists, and sends what is missing. If a part differs, if the file (its device, number, length and times), the \
keys, the context or the cipher are others, or if S3 no longer has the upload, everything begins anew under a new data key. So no key \
and nonce ever encrypt two different parts. Only regular files can be resumed, and only kenc files are made so.

`kenc rewrap s3://BUCKET/KEY` replaces the head of a kenc file: of a long object, the first 5 MiB are sent again, and S3 copies \
the rest. Content type, metadata, tags, storage class, encryption and Object Lock are carried over; an object with an \
access-control list for others, with one that cannot be read (unless the bucket has such lists disabled), or with a \
customer-provided key (SSE-C), is refused. Nothing is replaced if the object is another one by then. In a bucket with versions, the old \
version still opens with the old keys, unless --delete-old-version removes it. With -r, objects that are not encrypted are \
left alone and counted.

Objects of the Amazon S3 Encryption Client (AES-GCM) are told by their metadata: inspect shows them, decrypt and verify open them \
with -k (they do not name their KMS key), and `kenc rewrap --format kenc --to KEY` makes them kenc files. Nothing of such an object is \
released before all of it is authentic.

With -r, objects keep the time of their files in their metadata (kenc-mtime), and plaintext from objects is readable only for \
its owner. --resume compares that time, the length and the head of each object. A key that cannot be a path here is refused: \
with an empty part, `.` or `..`.

Permissions: s3:GetObject to read (s3:GetObjectVersion for a version), s3:PutObject and s3:AbortMultipartUpload to write, \
s3:ListMultipartUploadParts (and kms:Decrypt) for --resume of a single file, s3:ListBucket for -r, s3:ListBucketMultipartUploads for `kenc s3 cleanup`, s3:GetBucketOwnershipControls or s3:GetObjectAcl (and \
s3:GetObjectTagging for tags) to rewrap, s3:DeleteObjectVersion for --delete-old-version. Without s3:ListBucket, AWS says of an object that \
does not exist that it is denied.";

const CLEANUP_USAGE: &str = "kenc s3 cleanup [OPTIONS] s3://BUCKET/PREFIX...";
const CLEANUP_HELP: &str = "\
Examples:
  See which uploads were never completed
    kenc s3 cleanup --dry-run s3://my-backups

  Remove their parts, except for those of today
    kenc s3 cleanup --yes --older-than 1d s3://my-backups/db/";

#[derive(Debug, Args)]
pub struct S3Args {
    #[command(subcommand)]
    pub command: S3Command,
}

#[derive(Debug, Subcommand)]
pub enum S3Command {
    /// List and remove the parts of uploads that were never completed
    ///
    /// kenc aborts an upload that fails or is interrupted. One that is killed leaves its parts behind: no object, but AWS
    /// bills their storage until somebody removes them. This command lists such uploads, of kenc and of other programs, asks, and
    /// aborts them.
    ///
    /// Do not abort an upload that is still under way: it fails then. --older-than leaves young ones alone.
    #[command(override_usage = CLEANUP_USAGE, after_long_help = CLEANUP_HELP)]
    Cleanup(Deferred<CleanupArgs>),
}

#[derive(Debug, Args)]
pub struct CleanupArgs {
    /// Objects, or prefixes of their keys: `s3://BUCKET` for a whole bucket
    #[arg(value_name = "s3://BUCKET/PREFIX", required = true)]
    pub prefixes: Vec<PathBuf>,

    /// Leave uploads alone that began less than this ago, such as 30m, 12h or 7d
    #[arg(long, value_name = "TIME", value_parser = parse_age)]
    pub older_than: Option<Duration>,

    /// List the uploads, and remove nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    #[command(flatten)]
    pub aws: AwsArgs,
}

fn parse_age(text: &str) -> Result<Duration, String> {
    let units = [('m', 60), ('h', 3600), ('d', 86_400)];
    let age = units.iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(*unit)?.parse().ok()?;
        Some(Duration::from_secs(u64::from(number) * seconds))
    });
    age.ok_or_else(|| "it must be a number of minutes, hours or days, such as 30m, 12h or 7d".to_owned())
}

//! How each command is used: the forms of its synopsis, and examples. `--help` and the man pages show both, and a test
//! (`tests/suite/command_line/examples.rs`) runs every example.
//!
//! Plain texts, so that nothing is assembled when kenc starts. A line indented by two spaces describes the command
//! below it, indented by four; an empty line separates examples.

pub mod kenc {
    pub const HELP: &str = "\
Examples:
  Create your own key
    kenc keygen

  Encrypt a file, and decrypt it
    kenc encrypt notes.txt -o notes.txt.kenc
    kenc decrypt notes.txt.kenc

  Encrypt the values of a config file, and read one of them
    kenc encrypt --values -i settings.yaml
    kenc get settings.yaml db.password

  Encrypt a backup in a pipe, under a key in AWS KMS
    pg_dump shop | kenc encrypt -k alias/backup > shop.sql.kenc

Exit codes:
  0    done
  1    failed
  2    the command line is wrong
  3    the input is damaged, was changed, is not an encrypted file, or has another encryption context
  4    none of the keys opens the file
  5    a key service could not be used: credentials, network, throttling, or a denial when encrypting
  6    the output file exists
  7    verify, keys check, keys usage or git check found problems
  126  the command after -- cannot be run
  127  the command after -- was not found
  130  interrupted
  141  the program that reads the output ended early
  129, 131 to 135  git merge failed, with the code above plus 128; conflicts are 1";
}

pub mod encrypt {
    pub const USAGE: &str = "\
kenc encrypt [-k KEY]... [-c K=V]... [-o FILE] [FILE]
       kenc encrypt [OPTIONS] -o FOLDER FILE...
       kenc encrypt [OPTIONS] -i FILE...
       kenc encrypt [OPTIONS] -r -o FOLDER FOLDER...
       kenc encrypt [OPTIONS] [-o FILE] -- CMD [ARG]...
       kenc encrypt --values [OPTIONS] [-i] FILE...";
    pub const HELP: &str = "\
Examples:
  Encrypt a file under the keys of the config, or else under your own key
    kenc encrypt notes.txt -o notes.txt.kenc

  Encrypt a stream under a key in AWS KMS, for one application
    tar cz photos | kenc encrypt -k alias/backup -c app=photos > photos.tar.gz.kenc

  Encrypt what a command prints, and leave nothing behind if it fails
    kenc encrypt -k alias/backup -o photos.kenc -- tar cz photos

  Encrypt one column of a CSV file, and leave every other byte as it is
    kenc encrypt --records csv --field ssn people.csv -o people.enc.csv -f

  Encrypt all files in a folder
    kenc encrypt -r photos -o photos.enc

  Encrypt the passwords in a config file, and leave the rest readable
    kenc encrypt --values --encrypted-regex '^password$' -i settings.yaml";
}

pub mod decrypt {
    pub const USAGE: &str = "\
kenc decrypt [-o FILE] [FILE]
       kenc decrypt [OPTIONS] -o FOLDER FILE...
       kenc decrypt [OPTIONS] -i FILE...
       kenc decrypt [OPTIONS] -r -o FOLDER FOLDER...
       kenc decrypt [OPTIONS] [-r] DOCUMENT|FOLDER...
       kenc decrypt [OPTIONS] [FILE] -- CMD [ARG]...
       kenc decrypt --range A..B FILE
       kenc decrypt --extract PATH FILE";
    pub const HELP: &str = "\
Examples:
  Decrypt a file
    kenc decrypt dump.sql.kenc -o dump.sql

  Unpack an encrypted archive
    kenc decrypt backup.tar.gz.kenc | tar xz

  Give the plaintext to a command, and fail if either fails
    kenc decrypt backup.tar.gz.kenc -- tar xz

  Decrypt all files in a folder
    kenc decrypt -r archive.enc -o restored

  Read 1000 bytes from the middle of a large file
    kenc decrypt --range 5000..6000 dump.sql.kenc";
}

pub mod rewrap {
    pub const USAGE: &str = "\
kenc rewrap --add KEY [--remove KEY] FILE...
       kenc rewrap --to KEY [OPTIONS] [-r] FILE...
       kenc rewrap --from-config [--yes] [-r] FILE...
       kenc rewrap --format FORMAT [--to KEY] [-r] FILE...
       kenc rewrap [OPTIONS] -o PATH FILE...";
    pub const HELP: &str = "\
Examples:
  Let a colleague open a file too, with a key that .kenc.yaml calls team
    kenc rewrap --add @team dump.sql.kenc

  Replace one key with another
    kenc rewrap --add @new --remove @team dump.sql.kenc

  Move all files in a folder to a key in AWS KMS
    kenc rewrap -r --to alias/backup archive.enc

  See what the config would change, then change it
    kenc rewrap -r --from-config --dry-run secrets
    kenc rewrap -r --from-config --yes secrets

  Turn them into messages of the AWS Encryption SDK
    kenc rewrap -r --format aws-esdk --to alias/backup archive.enc";
}

pub mod rotate {
    pub const USAGE: &str = "\
kenc rotate [--to KEY]... FILE...
       kenc rotate --from-config [--yes] [-r] FILE...
       kenc rotate [OPTIONS] [-r] FILE...
       kenc rotate [OPTIONS] -o PATH FILE...";
    pub const HELP: &str = "\
Examples:
  Encrypt a file again, under these keys only
    kenc rotate --to @me --to @team dump.sql.kenc

  Give a sealed config file a new data key, under the same keys
    kenc rotate secrets.yaml

  Encrypt all files in a folder again, under the keys that the config names
    kenc rotate -r --from-config --yes secrets";
}

pub mod seal {
    pub const USAGE: &str = "\
kenc seal FILE...
       kenc seal -r FOLDER...
       kenc seal --yes [-r] FILE...";
    pub const HELP: &str = "\
Examples:
  Review what the seal will cover, and seal a file that another tool wrote
    kenc seal from-sops.yaml

  Seal all documents in a folder after a review
    kenc seal --yes -r secrets

  See which documents are not sealed
    kenc verify -r --require-seal secrets";
}

pub mod get {
    pub const USAGE: &str = "kenc get [OPTIONS] FILE PATH";
    pub const HELP: &str = "\
Examples:
  Print a password
    kenc get secrets.yaml db.password

  Write a key to a file, exactly as it is
    kenc get -n secrets.yaml tls.key > key.pem

  Print a mapping as JSON, for another program
    kenc get --json secrets.yaml db | jq -r .user

  Print a field of one record
    kenc get people.enc.csv ssn --where id=2";
}

pub mod set {
    pub const USAGE: &str = "\
kenc set FILE PATH
       kenc set [OPTIONS] FILE PATH < VALUE
       kenc set --file VALUE-FILE FILE PATH
       kenc set --from-argument FILE PATH VALUE";
    pub const HELP: &str = "\
Examples:
  Type a value without echo
    kenc set secrets.yaml db.password

  Set a random password
    openssl rand -base64 24 | kenc set secrets.yaml db.password

  Take a certificate from a file
    kenc set --file cert.pem secrets.yaml tls.cert

  Replace a list
    echo '[\"eve\", \"bob\"]' | kenc set --force --type json secrets.yaml users";
}

pub mod unset {
    pub const USAGE: &str = "kenc unset [OPTIONS] FILE PATH";
    pub const HELP: &str = "\
Examples:
  Remove a value
    kenc unset secrets.yaml tls.key

  Remove the first item of a list, if there is one
    kenc unset --if-there secrets.yaml 'ports[0]'";
}

pub mod edit {
    pub const USAGE: &str = "\
kenc edit [OPTIONS] FILE
       kenc edit -k KEY [-c K=V]... NEW-FILE
       kenc edit --resume FILE";
    pub const HELP: &str = "\
Examples:
  Edit a file
    kenc edit secrets.yaml

  Create a file that the key called team opens too
    kenc edit -k @me -k @team new.yaml

  Edit in a graphical editor, which must wait until the file is closed
    KENC_EDITOR='code --wait' kenc edit secrets.yaml";
}

pub mod exec {
    pub const USAGE: &str = "\
kenc exec [OPTIONS] FILE... -- CMD [ARG]...
       kenc exec --file FILE... -- CMD [ARG | {}]...";
    pub const HELP: &str = "\
Examples:
  Run a program with all values of a file in its environment
    kenc exec app.env -- ./server

  Pass on one value only, as APP_DB_PASSWORD
    kenc exec --only db.password --prefix APP_ --upper secrets.yaml -- ./server

  Give a program a decrypted file
    kenc exec --file kubeconfig.kenc -- kubectl --kubeconfig {} get pods";
}

pub mod export {
    pub const USAGE: &str = "kenc export [--format FORMAT] [OPTIONS] FILE...";
    pub const HELP: &str = "\
Examples:
  Set the values of a file as variables in this shell
    eval \"$(kenc export app.env)\"

  Set them in fish
    kenc export app.env | source

  Write a file for docker compose, with upper-case names
    kenc export --format dotenv --upper secrets.yaml --only db > compose.env

  Print JSON for another program
    kenc export --format json secrets.yaml --only db | jq -r .db_user

  Pass values to the later steps of a job in GitHub Actions
    kenc export --format github-actions app.env";
}

pub mod inspect {
    pub const USAGE: &str = "\
kenc inspect [OPTIONS] [FILE]
       kenc inspect [OPTIONS] [-r] FILE...";
    pub const HELP: &str = "\
Examples:
  See which keys open a file, and its encryption context
    kenc inspect dump.sql.kenc

  See format, keys and context of all files in a folder, one per line
    kenc inspect -r archive.enc

  List the keys of a file, one per line
    kenc inspect --json dump.sql.kenc | jq -r '.keys[].id'

  Look at the beginning of a stream
    head -c 64K backup.tar.gz.kenc | kenc inspect";
}

pub mod verify {
    pub const USAGE: &str = "\
kenc verify [OPTIONS] [FILE]...
       kenc verify [OPTIONS] -r FOLDER...";
    pub const HELP: &str = "\
Examples:
  Check that a file is complete and opens
    kenc verify dump.sql.kenc

  Check all files in a folder
    kenc verify -r archive.enc

  Check that one key alone opens a file
    kenc verify -k @me dump.sql.kenc

  Check that documents are sealed
    kenc verify --require-seal secrets.yaml app.env";
}

pub mod keygen {
    pub const USAGE: &str = "\
kenc keygen [--pq] [-o FILE]
       kenc keygen --show [-o FILE]";
    pub const HELP: &str = "\
Examples:
  Create your own key
    kenc keygen

  Print its recipient again, to give it to others
    kenc keygen --show

  Create a key for a build server
    kenc keygen -o ci.txt > ci.pub

  Create a post-quantum key
    kenc keygen --pq -o pq.txt > pq.pub";
}

pub mod keys {
    pub const USAGE: &str = "\
kenc keys check [OPTIONS] [KEY]...
       kenc keys usage [OPTIONS] [PATH]...
       kenc keys policy [OPTIONS]";
    pub const HELP: &str = "\
Examples:
  Check the keys of the config, or else your own key
    kenc keys check

  See which keys open the files in a folder
    kenc keys usage archive.enc

  Print the policy of a KMS key that one role uses
    kenc keys policy --user arn:aws:iam::111122223333:role/app";
}

pub mod keys_check {
    pub const USAGE: &str = "\
kenc keys check [OPTIONS] [KEY]...
       kenc keys check [OPTIONS] --file FILE";
    pub const HELP: &str = "\
Examples:
  Check the keys of the config, or else your own key
    kenc keys check

  Check whether you may decrypt under a KMS key
    kenc keys check --decrypt-only alias/backup

  Find out why a file does not open
    kenc keys check --file dump.sql.kenc";
}

pub mod keys_usage {
    pub const USAGE: &str = "kenc keys usage [OPTIONS] [PATH]...";
    pub const HELP: &str = "\
Examples:
  See which keys open the files in a folder
    kenc keys usage archive.enc

  Find the files that no other key opens, before a key is deleted
    kenc keys usage --alone archive.enc

  Fail in CI while a file has a key that the config no longer names
    kenc keys usage --fail-on drift secrets";
}

pub mod keys_policy {
    pub const USAGE: &str = "kenc keys policy [--account ID] [--admin ARN]... [--user ARN]... [-c K=V]...";
    pub const HELP: &str = "\
Examples:
  Let one role use a key, for one application only
    kenc keys policy --user arn:aws:iam::111122223333:role/app -c app=shop > policy.json

  Let a role administer the key as well, without using it
    kenc keys policy --admin arn:aws:iam::111122223333:role/ops --user arn:aws:iam::111122223333:role/app

  Make a key for a role that only makes backups, with Terraform
    kenc keys policy --encrypt-only --format terraform --user arn:aws:iam::111122223333:role/backup > key.tf";
}

pub mod git {
    pub const USAGE: &str = "kenc git <COMMAND>";
    pub const HELP: &str = "\
Examples:
  Set up a repository: readable diffs, merges, and a check before every commit
    kenc git install --hook

  Show a change, as usual
    git diff secrets.yaml";
}

pub mod git_install {
    pub const USAGE: &str = "\
kenc git install [--hook] [PATTERN]...
       kenc git install --global
       kenc git install --uninstall [--global]";
    pub const HELP: &str = "\
Examples:
  Set up diffs and merges in a repository
    kenc git install

  Set up a check before every commit as well, and name more files
    kenc git install --hook 'deploy/*.secret.yaml'

  Remove everything again
    kenc git install --uninstall";
}

pub mod git_textconv {
    pub const USAGE: &str = "kenc git textconv [OPTIONS] FILE";
    pub const HELP: &str = "\
Examples:
  See what `git diff` compares
    kenc git textconv secrets.yaml

  Configure git by hand, instead of with `kenc git install`
    git config diff.kenc.textconv 'kenc git textconv'";
}

pub mod git_merge {
    pub const USAGE: &str = "kenc git merge [OPTIONS] BASE OURS THEIRS [PATH]";
    pub const HELP: &str = "\
Examples:
  Merge three versions of a document into ours.yaml
    kenc git merge base.yaml ours.yaml theirs.yaml

  Configure git by hand, instead of with `kenc git install`
    git config merge.kenc.driver 'kenc git merge -- %O %A %B %P'";
}

pub mod git_check {
    pub const USAGE: &str = "\
kenc git check [--all] [--no-keys]
       kenc git check [--no-keys] PATH...";
    pub const HELP: &str = "\
Examples:
  Check what would be committed
    kenc git check

  Check the whole repository on a build server that has no keys
    kenc git check --all --no-keys

  Check files as they are
    kenc git check secrets.yaml app.env";
}

pub mod git_mac_repair {
    pub const USAGE: &str = "kenc git mac-repair [--yes] FILE";
    pub const HELP: &str = "\
Examples:
  See what differs from the last commit, and write a new MAC
    kenc git mac-repair merged.yaml

  Do it in a script, after you have reviewed the file
    kenc decrypt --ignore-mac merged.yaml
    kenc git mac-repair --yes merged.yaml";
}

pub mod s3 {
    pub const USAGE: &str = "kenc s3 <COMMAND>";
    pub const HELP: &str = "\
Examples:
  Send a backup to Amazon S3, and fetch it
    kenc encrypt notes.txt -o s3://my-backups/notes.txt.kenc
    kenc decrypt s3://my-backups/notes.txt.kenc -o notes.back

  Send a large file; if that fails, the same command sends the rest
    kenc encrypt disk.img -o s3://my-backups/disk.img.kenc --resume

  Send a folder; a second run sends only what is new
    kenc encrypt -r photos -o s3://my-backups/photos/ --resume

  See which uploads were never completed
    kenc s3 cleanup --dry-run s3://my-backups";
}

pub mod completions {
    pub const USAGE: &str = "kenc completions [--static] SHELL";
    pub const HELP: &str = "\
Examples:
  Complete commands in bash
    kenc completions bash > ~/.local/share/bash-completion/completions/kenc

  Complete commands in zsh, with ~/.zfunc in fpath
    kenc completions zsh > ~/.zfunc/_kenc

  Complete commands in fish
    kenc completions fish > ~/.config/fish/completions/kenc.fish";
}

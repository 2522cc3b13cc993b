//! What to do with files of other programs.

use kenc::error::Foreign;

/// The command that opens a file, which is a word of a command line already, or that shows more of it.
pub fn of(foreign: Foreign, file: &str) -> String {
    match foreign {
        Foreign::Empty => "check the command that should have written it".to_owned(),
        Foreign::BeginningOfKenc => super::messages::CUT_OFF.to_owned(),
        Foreign::NewlinesConverted | Foreign::SevenBit => {
            "transfer it again in binary mode; `kenc encrypt -a` writes files that survive as text".to_owned()
        }
        Foreign::Age => {
            "kenc opens version 1 of the age format: the first line is damaged, or a newer program wrote it".to_owned()
        }
        Foreign::OpenPgp => format!("decrypt it with `gpg -d {file}`"),
        Foreign::Sops => format!("decrypt it with `sops decrypt {file}`"),
        Foreign::AwsEncryptionSdk => format!("decrypt it with `kenc decrypt {file}`"),
        Foreign::OpenSslEnc => {
            format!("decrypt it with `openssl enc -d -in {file}` and the options it was encrypted with")
        }
        Foreign::AnsibleVault => format!(
            "decrypt it with `ansible-vault view {file}`; to move it to kenc, pipe that into `kenc encrypt --values --input-type yaml`"
        ),
        Foreign::AnsibleVaultValues => format!(
            "show a value with `ansible localhost -m debug -a var=NAME -e @{file} --ask-vault-pass`, and move it with `kenc set`"
        ),
        Foreign::GitCrypt => "run `git-crypt unlock` in its repository, which decrypts the files there".to_owned(),
        Foreign::KmsCiphertext => format!(
            "decrypt it with `aws kms decrypt --ciphertext-blob fileb://{file} --query Plaintext --output text | base64 -d`"
        ),
        Foreign::KmsCiphertextText => format!(
            "decrypt it with `base64 -d {file} | aws kms decrypt --ciphertext-blob fileb:///dev/stdin --query Plaintext --output text | base64 -d`"
        ),
        Foreign::SealedSecret => {
            "in the cluster, `kubectl get secret NAME -o yaml` shows the secret; with the controller's private key, `kubeseal --recovery-unseal` decrypts the file".to_owned()
        }
        Foreign::S3EncryptionInstructions => {
            "get the object with the Amazon S3 Encryption Client, which reads this file and decrypts the object".to_owned()
        }
        Foreign::HieraEyaml => format!("decrypt it with `eyaml decrypt -e {file}`"),
        Foreign::VaultTransit => {
            format!("decrypt it with `vault write transit/decrypt/KEY ciphertext=@{file}`")
        }
        Foreign::Cms => format!("decrypt it with `openssl cms -decrypt -inform PEM -in {file} -inkey KEYFILE`"),
        _ => format!("find out what it is with `file {file}`"),
    }
}

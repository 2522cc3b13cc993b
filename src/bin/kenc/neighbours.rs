//! Words of other programs for what kenc does: sops, age, gpg, the AWS CLI, ansible-vault, git-crypt. Whoever types one is told
//! kenc's word, which is rarely the one with the nearest spelling.

/// What to use instead of a flag of another program.
pub fn hint_for_flag(flag: &str) -> Option<&'static str> {
    Some(match flag.split('=').next().unwrap_or(flag) {
        "--kms" | "--kms-arn" | "--key-id" | "--wrapping-keys" | "-w" => {
            "use `-k ARN` or `-k alias/NAME`; repeat -k for several keys"
        }
        "--age" | "--recipient" => "use `-k age1…`; repeat -k for several keys",
        "--recipients-file" | "-R" => "use `-k file:FILE`, one key on each line",
        "--pgp" | "--fingerprint" => {
            "use `-k pgp:FINGERPRINT`; documents take such keys, files that are encrypted whole do not"
        }
        "--gcp-kms" | "--azure-kv" | "--hc-vault-transit" | "--hckms" => {
            "kenc uses keys of AWS KMS, age, ssh and PGP; for this service encrypt with `sops`"
        }
        "--encryption-context" => "use `-c KEY=VALUE`; repeat -c for several pairs",
        "--passphrase" | "--symmetric" | "-p" => "use `-k passphrase:`",
        "--vault-password-file" | "--vault-pass-file" | "--password-file" => "use `--passphrase-from file:PATH`",
        "--profile" => "use `--aws-profile NAME`",
        "--region" => "use `--aws-region REGION`",
        "--role-arn" | "--role" => "use `--aws-role-arn ARN`",
        "--inplace" | "--in_place" => "use `-i` or `--in-place`",
        "--decrypt" | "-d" => "use the command `kenc decrypt`",
        "--encrypt" | "-e" => "use the command `kenc encrypt`",
        "--armor" | "--ascii" => "use `-a` with `kenc encrypt`; `kenc decrypt` detects armor",
        "--rotate" => "use the command `kenc rotate`",
        "--add-kms" | "--add-age" | "--add-pgp" => "use `kenc rewrap --add KEY`, or `kenc rotate --to KEY`",
        "--rm-kms" | "--rm-age" | "--rm-pgp" => "use `kenc rewrap --remove KEY`, then `kenc rotate` for a new data key",
        "--set" => "use the command `kenc set FILE PATH`",
        _ => return None,
    })
}

/// What to use instead of a command of another program.
pub fn hint_for_command(command: &str) -> Option<&'static str> {
    Some(match command {
        "view" | "cat" | "show" | "print" | "unseal" => {
            "use `kenc decrypt FILE`, or `kenc get FILE PATH` for one value"
        }
        "updatekeys" | "update-keys" => "use `kenc rewrap --from-config FILE`",
        "exec-env" | "run" => "use `kenc exec FILE -- COMMAND`",
        "exec-file" => "use `kenc exec --file FILE -- COMMAND`",
        "rekey" | "re-encrypt" => {
            "use `kenc rewrap --to KEY FILE` for other keys, or `kenc rotate FILE` for a new data key too"
        }
        "groups" => "use `kenc rewrap --add KEY FILE` and `kenc rewrap --remove KEY FILE`",
        "create" | "new" => "use `kenc edit FILE`, which creates a missing file",
        "encrypt_string" | "encrypt-string" | "write" | "put" => "use `kenc set FILE PATH`",
        "extract" | "read" => "use `kenc get FILE PATH`",
        "delete" | "remove" | "rm" => "use `kenc unset FILE PATH`",
        "filestatus" | "file-status" | "status" | "info" | "list" | "ls" => {
            "use `kenc inspect FILE`, or `kenc git check`"
        }
        "init" | "unlock" | "lock" | "add-gpg-user" => {
            "files stay encrypted in the working tree; `kenc git install` makes diffs and merges readable"
        }
        "generate" | "gen-key" | "genkey" | "age-keygen" => "use `kenc keygen`",
        "publish" | "keyservice" => "kenc has no such command; use `sops` for it",
        "sign" => "use `kenc seal FILE`",
        "check" => "use `kenc verify FILE`, `kenc keys check KEY` or `kenc git check`",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn no_word_of_a_neighbour_hides_a_word_of_ours() {
        let cli = Cli::command();
        let ours = cli.get_subcommands().flat_map(|command| command.get_name_and_visible_aliases());
        let hidden: Vec<_> = ours.filter(|name| hint_for_command(name).is_some()).collect();
        assert!(hidden.is_empty(), "{hidden:?}");
    }

    #[test]
    fn every_command_that_a_hint_names_exists() {
        let cli = Cli::command();
        let words =
            ["view", "updatekeys", "exec-env", "exec-file", "rekey", "groups", "create", "write", "read", "rm", "info"];
        for hint in words.iter().chain(&["init", "generate", "sign", "check"]).filter_map(|word| hint_for_command(word))
        {
            for named in hint.split("`kenc ").skip(1) {
                let name = named.split([' ', '`']).next().expect("a name follows");
                assert!(cli.find_subcommand(name).is_some(), "{hint}");
            }
        }
    }
}

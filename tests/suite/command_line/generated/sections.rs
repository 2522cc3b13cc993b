//! The sections of a page that follow from the options of its command.

use clap::Command;

type Definitions = Vec<(String, String)>;

fn has(command: &Command, option: &str) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == option && !arg.is_hide_set())
}

/// Commands that read no config.
fn reads_no_config(command: &Command) -> bool {
    matches!(command.get_name(), "keygen" | "completions" | "inspect" | "policy" | "report")
}

fn owned(pairs: &[(&str, &str)]) -> Definitions {
    pairs.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned())).collect()
}

pub fn environment(command: &Command) -> Definitions {
    let mut all = Definitions::new();
    if command.get_name() == "edit" {
        all.extend(owned(&[
            ("KENC_EDITOR, SOPS_EDITOR, VISUAL, EDITOR", "The editor, with arguments. The first that is set is used."),
            ("XDG_RUNTIME_DIR", "A folder in memory for the plaintext, where it is one."),
            (
                "XDG_STATE_HOME",
                "Where edits are kept that could not be saved beside the file (default: `~/.local/state`).",
            ),
        ]));
    }
    if has(command, "identities") || matches!(command.get_name(), "keygen" | "encrypt" | "kenc") {
        all.extend(owned(&[(
            "KENC_AGE_KEY_FILE",
            "The file of the local key, instead of `keys.txt` in the configuration folder.",
        )]));
    }
    if has(command, "identities") || command.get_name() == "kenc" {
        all.extend(owned(&[
            ("SOPS_AGE_KEY, SOPS_AGE_KEY_FILE", "Identities, or a file of identities, that sops uses as well."),
            ("SOPS_GPG_EXEC", "The program to run instead of `gpg`."),
        ]));
    }
    if !reads_no_config(command) {
        all.extend(owned(&[("SOPS_CONFIG", "A config to use instead of the nearest one, read as sops reads it.")]));
    }
    if has(command, "profile") || command.get_name() == "kenc" {
        all.extend(owned(&[
            (
                "AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...",
                "Credentials and region, as for every program that uses the AWS SDK.",
            ),
            ("AWS_ENDPOINT_URL_KMS", "Another address for AWS KMS, such as an emulator."),
            ("AWS_ENDPOINT_URL_S3", "Another server for s3:// objects."),
        ]));
    }
    if has(command, "shard") {
        all.extend(owned(&[(
            "SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX, PARALLEL_SEQ, ...",
            "The task of a job array, for `--shard auto`. See kenc-shards(7).",
        )]));
    }
    all.extend(owned(&[("NO_COLOR", "If set, and not empty, `--color auto` means `never`.")]));
    all
}

pub fn files(command: &Command) -> Definitions {
    let mut all = Definitions::new();
    if !reads_no_config(command) {
        all.extend(owned(&[
            (".kenc.yaml, .sops.yaml", "The config, in the folder of the file or above it. See kenc-config(5)."),
            (
                "~/.config/kenc/config.yaml",
                "Your own config: restrictions that hold for every file. See kenc-config(5).",
            ),
        ]));
    }
    if has(command, "identities") || matches!(command.get_name(), "keygen" | "encrypt" | "kenc") {
        all.extend(owned(&[("~/.config/kenc/keys.txt", "The local key, which `kenc keygen` makes.")]));
    }
    if has(command, "identities") || command.get_name() == "kenc" {
        all.extend(owned(&[
            ("~/.config/sops/age/keys.txt", "Identities that sops uses as well."),
            ("~/.ssh/id_ed25519, ~/.ssh/id_rsa", "Identities for ssh recipients."),
        ]));
    }
    if has(command, "profile") || command.get_name() == "kenc" {
        all.extend(owned(&[("~/.aws/config, ~/.aws/credentials", "Profiles, regions and credentials of AWS.")]));
    }
    match command.get_name() {
        "edit" => all.extend(owned(&[("FILE.kenc-edit", "Edits that could not be saved, encrypted.")])),
        "install" => all.extend(owned(&[
            (".gitattributes", "Names the files that git shows and merges with kenc."),
            (".git/config, .git/hooks/pre-commit", "What this command sets up in the repository."),
        ])),
        _ => {}
    }
    all
}

/// The exit codes of `kenc --help` that the command can end with.
pub fn exit_status(command: &Command, help: &str) -> Definitions {
    let opens_files = has(command, "open") || has(command, "identities");
    let writes = has(command, "output") || has(command, "in_place");
    let asks_keys = has(command, "profile");
    let own = |code: &str, meaning: &str| (code.to_owned(), meaning.to_owned());
    if command.get_name() == "kenc" {
        let codes = help.split_once("Exit codes:\n").expect("kenc says what its exit codes mean").1;
        return codes
            .lines()
            .filter_map(|line| line.trim().split_once("  "))
            .map(|(code, words)| own(code.trim(), &format!("{}.", capital(words.trim()))))
            .collect();
    }
    let mut all = vec![own("0", "Done.")];
    all.push(own("1", if command.get_name() == "merge" { "Conflicts." } else { "Failed." }));
    all.push(own("2", "The command line is wrong."));
    if command.get_name() == "merge" {
        all.push(own("129, 131 to 135", "The merge failed, with the exit code of kenc(1) plus 128."));
    } else {
        if command.get_name() == "audit" {
            all.push(own("3", "A file or a log is damaged."));
        }
        if opens_files || command.get_name() == "inspect" {
            all.push(own(
                "3",
                "An input is damaged, was changed, is not an encrypted file, or has another encryption context.",
            ));
        }
        if opens_files {
            all.push(own("4", "None of the keys opens a file."));
        }
        if asks_keys {
            all.push(own("5", "A key service could not be used."));
        }
        if writes || command.get_name() == "keygen" {
            all.push(own("6", "The output file exists."));
        }
        if matches!(command.get_name(), "verify" | "check" | "usage" | "audit" | "report") {
            all.push(own("7", "Problems were found."));
        }
    }
    if command.get_name() == "exec" {
        all.push(own("126", "The command cannot be run."));
        all.push(own("127", "The command was not found."));
        all.push(own("other", "The exit code of the command."));
    }
    if matches!(command.get_name(), "encrypt" | "decrypt") {
        all.push(own("126", "The command after `--` cannot be run."));
        all.push(own("127", "The command after `--` was not found."));
    }
    all.push(own("130", "Interrupted."));
    all.push(own("141", "The program that reads the output ended early."));
    all
}

pub fn signals(command: &Command) -> Definitions {
    if command.get_name() != "kenc" {
        return Definitions::new();
    }
    owned(&[
        (
            "SIGINT, SIGTERM, SIGHUP",
            "kenc removes its temporary files, leaves every file as it was or whole, and ends with 128 plus the number of the \
             signal: 130 for SIGINT.",
        ),
        (
            "Ignored signals",
            "A signal that is ignored when kenc starts stays ignored, as `nohup` does it with SIGHUP, and a script with SIGINT \
             for programs that it starts with `&`. So kenc goes on when the terminal is closed.",
        ),
    ])
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Pages to read on, with their sections.
pub fn see_also(name: &str, command: &Command) -> Vec<(String, u8)> {
    let near: &[&str] = match name {
        "kenc-encrypt" => &["kenc-decrypt", "kenc-keygen", "kenc-rewrap", "kenc-verify"],
        "kenc-decrypt" => &["kenc-encrypt", "kenc-get", "kenc-verify"],
        "kenc-rewrap" => &["kenc-inspect", "kenc-rotate", "kenc-verify"],
        "kenc-rotate" => &["kenc-inspect", "kenc-rewrap", "kenc-seal"],
        "kenc-seal" => &["kenc-git-mac-repair", "kenc-verify"],
        "kenc-get" => &["kenc-decrypt", "kenc-exec", "kenc-set"],
        "kenc-set" => &["kenc-edit", "kenc-get", "kenc-unset"],
        "kenc-unset" => &["kenc-edit", "kenc-get", "kenc-set"],
        "kenc-edit" => &["kenc-set", "kenc-unset"],
        "kenc-krm" => &["kenc-decrypt", "kenc-exec"],
        "kenc-exec" => &["kenc-decrypt", "kenc-export", "kenc-get"],
        "kenc-export" => &["kenc-exec", "kenc-get"],
        "kenc-inspect" => &["kenc-keys-check", "kenc-keys-usage", "kenc-verify"],
        "kenc-verify" => &["kenc-git-check", "kenc-inspect", "kenc-seal"],
        "kenc-audit" => &["kenc-inspect", "kenc-keys-policy", "kenc-keys-usage"],
        "kenc-keygen" => &["kenc-encrypt", "kenc-keys-check"],
        "kenc-keys-check" => &["kenc-inspect", "kenc-keys-policy"],
        "kenc-keys-usage" => &["kenc-inspect", "kenc-rewrap", "kenc-verify"],
        "kenc-keys-policy" => &["kenc-keys-check"],
        "kenc-git-install" => &["kenc-git-check", "kenc-git-merge", "kenc-git-textconv"],
        "kenc-git-textconv" | "kenc-git-merge" => &["kenc-git-install", "kenc-git-mac-repair"],
        "kenc-git-check" => &["kenc-git-install", "kenc-verify"],
        "kenc-git-mac-repair" => &["kenc-git-check", "kenc-git-merge", "kenc-seal"],
        "kenc-report" => &["kenc-encrypt", "kenc-rewrap", "kenc-verify"],
        "kenc-s3" => &["kenc-encrypt", "kenc-decrypt"],
        "kenc-s3-cleanup" => &["kenc-s3"],
        "kenc" | "kenc-keys" | "kenc-git" | "kenc-completions" => &[],
        _ => panic!("{name} is not known here: which pages should one read on?"),
    };
    let mut all: Vec<(String, u8)> = near.iter().map(|name| ((*name).to_owned(), 1)).collect();
    if name != "kenc" {
        all.push(("kenc".to_owned(), 1));
    }
    for part in command.get_subcommands().filter(|part| part.get_name() != "help") {
        all.push((format!("{name}-{}", part.get_name()), 1));
    }
    if name.starts_with("kenc-git-") {
        all.push(("git".to_owned(), 1));
    }
    if !reads_no_config(command) {
        all.push(("kenc-config".to_owned(), 5));
    }
    if matches!(name, "kenc" | "kenc-report") {
        all.push(("kenc-json".to_owned(), 5));
    }
    if has(command, "ignore_mac") || has(command, "values") || matches!(name, "kenc" | "kenc-seal" | "kenc-rotate") {
        all.push(("kenc-document".to_owned(), 5));
    }
    if has(command, "records") || has(command, "allow_unsealed") || name == "kenc-get" {
        all.push(("kenc-records".to_owned(), 5));
    }
    if has(command, "shard") || name == "kenc-report" {
        all.push(("kenc-shards".to_owned(), 7));
    }
    if matches!(name, "kenc" | "kenc-encrypt" | "kenc-decrypt" | "kenc-inspect" | "kenc-verify") {
        all.push(("kenc-format".to_owned(), 5));
        all.push(("kenc-security".to_owned(), 7));
    } else if matches!(name, "kenc-rotate" | "kenc-rewrap" | "kenc-seal") {
        all.push(("kenc-security".to_owned(), 7));
    }
    all
}


using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'kenc' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'kenc'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'kenc' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt files or the standard input')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Decrypt files or the standard input')
            [CompletionResult]::new('rewrap', 'rewrap', [CompletionResultType]::ParameterValue, 'Change the keys that open files, without touching their payload')
            [CompletionResult]::new('reencrypt', 'reencrypt', [CompletionResultType]::ParameterValue, 'Change the keys that open files, without touching their payload')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Encrypt files again with a new data key, under the same keys or others')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Seal encrypted config documents as they stand, after a look at them')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print one value of an encrypted config document')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set one value of an encrypted config document')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Take one value out of an encrypted config document')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Edit a file in the clear, and encrypt what was changed')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with decrypted values in its environment')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show all that can be known of a file without a key')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Open and authenticate everything, write nothing')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make the local key, and print its recipient')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'Find out why a key does not work, and print the policy that makes it work')
            [CompletionResult]::new('git', 'git', [CompletionResultType]::ParameterValue, 'Encrypted files in git: readable diffs, merges, and a check before every commit')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;encrypt' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Key to encrypt under; give several times for several keys, any one of which opens the file')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key to encrypt under; give several times for several keys, any one of which opens the file')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair of the encryption context, which is bound to the file in the clear and sent to KMS')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair of the encryption context, which is bound to the file in the clear and sent to KMS')
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Take the files named in FILE, each name ended by a NUL byte (`find -print0` writes them); `-` is the standard input')
            [CompletionResult]::new('--unencrypted-suffix', '--unencrypted-suffix', [CompletionResultType]::ParameterName, 'Leave values in the clear below a key that ends so (`_unencrypted` when no rule is given)')
            [CompletionResult]::new('--encrypted-suffix', '--encrypted-suffix', [CompletionResultType]::ParameterName, 'Encrypt only values below a key that ends so')
            [CompletionResult]::new('--unencrypted-regex', '--unencrypted-regex', [CompletionResultType]::ParameterName, 'Leave values in the clear below a key that matches')
            [CompletionResult]::new('--encrypted-regex', '--encrypted-regex', [CompletionResultType]::ParameterName, 'Encrypt only values below a key that matches')
            [CompletionResult]::new('--unencrypted-comment-regex', '--unencrypted-comment-regex', [CompletionResultType]::ParameterName, 'Leave values in the clear behind a comment that matches')
            [CompletionResult]::new('--encrypted-comment-regex', '--encrypted-comment-regex', [CompletionResultType]::ParameterName, 'Encrypt only values behind a comment that matches')
            [CompletionResult]::new('--shamir-threshold', '--shamir-threshold', [CompletionResultType]::ParameterName, 'Key groups of which a value needs one key each (Shamir''s scheme); each -k is then one group, with commas in it')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('--cipher', '--cipher', [CompletionResultType]::ParameterName, 'Cipher for the payload')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'File to write, or folder for several; `-` is the standard output even if it is a terminal')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'File to write, or folder for several; `-` is the standard output even if it is a terminal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Most threads to work with; all available cores by default')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Take all files in folders, and in the folders within them')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Take all files in folders, and in the folders within them')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Skip what an earlier run has done already, and do the rest')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Write text (strict PEM) instead of bytes')
            [CompletionResult]::new('--armor', '--armor', [CompletionResultType]::ParameterName, 'Write text (strict PEM) instead of bytes')
            [CompletionResult]::new('--values', '--values', [CompletionResultType]::ParameterName, 'Encrypt the values of a config file one by one: keys, comments and layout stay as they are')
            [CompletionResult]::new('--whole', '--whole', [CompletionResultType]::ParameterName, 'Encrypt the file as a whole, even if a rule of a config would have its values encrypted')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'With --values -r, write nothing, and say which files would be encrypted')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'With --values -r, write nothing, and say which files would be encrypted')
            [CompletionResult]::new('--mac-only-encrypted', '--mac-only-encrypted', [CompletionResultType]::ParameterName, 'Compute the MAC over encrypted values only, so that others can be edited by hand')
            [CompletionResult]::new('--encrypt-comments', '--encrypt-comments', [CompletionResultType]::ParameterName, 'Encrypt comments as well')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;decrypt' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Take the files named in FILE, each name ended by a NUL byte (`find -print0` writes them); `-` is the standard input')
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Plaintext bytes to write: A..B from A up to but without B, counted from 0; A.. and ..B are open-ended')
            [CompletionResult]::new('--extract', '--extract', [CompletionResultType]::ParameterName, 'Write one value only: `db.password`, `list[0]`, or `["db"]["password"]`')
            [CompletionResult]::new('--output-type', '--output-type', [CompletionResultType]::ParameterName, 'Notation to write, if it is to be another')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'File to write, or folder for several; `-` is the standard output even if it is a terminal')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'File to write, or folder for several; `-` is the standard output even if it is a terminal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Most threads to work with; all available cores by default')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Take all files in folders, and in the folders within them')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Take all files in folders, and in the folders within them')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Skip what an earlier run has done already, and do the rest')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;rewrap' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Key to have instead of all others; give several times for several keys')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Key to have as well; one that the file has already changes nothing')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Key to have no more; the last one of a file cannot go')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Key group that --to, --add and --remove are about, from 1; needed where a document has several')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--new-passphrase-from', '--new-passphrase-from', [CompletionResultType]::ParameterName, 'Where a new passphrase comes from, if not from where others come: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Go through the folders among them, and change every kenc file and every encrypted config document')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Go through the folders among them, and change every kenc file and every encrypted config document')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Change each file itself, as is done without -o too')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Change each file itself, as is done without -o too')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist, and replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist, and replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--from-config', '--from-config', [CompletionResultType]::ParameterName, 'Give each file the keys of the rule for its path in .kenc.yaml or .sops.yaml, groups and threshold included')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask: say yes to what --from-config would change, and to keys that only a file names')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask: say yes to what --from-config would change, and to keys that only a file names')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Ask the keys as it would be done, write nothing, and say what would change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Ask the keys as it would be done, write nothing, and say what would change')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;reencrypt' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Key to have instead of all others; give several times for several keys')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Key to have as well; one that the file has already changes nothing')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Key to have no more; the last one of a file cannot go')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Key group that --to, --add and --remove are about, from 1; needed where a document has several')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--new-passphrase-from', '--new-passphrase-from', [CompletionResultType]::ParameterName, 'Where a new passphrase comes from, if not from where others come: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Go through the folders among them, and change every kenc file and every encrypted config document')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Go through the folders among them, and change every kenc file and every encrypted config document')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Change each file itself, as is done without -o too')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Change each file itself, as is done without -o too')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist, and replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist, and replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--from-config', '--from-config', [CompletionResultType]::ParameterName, 'Give each file the keys of the rule for its path in .kenc.yaml or .sops.yaml, groups and threshold included')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask: say yes to what --from-config would change, and to keys that only a file names')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask: say yes to what --from-config would change, and to keys that only a file names')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Ask the keys as it would be done, write nothing, and say what would change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Ask the keys as it would be done, write nothing, and say what would change')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;rotate' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Key to have instead of all others; give several times for several keys')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Key to have as well; one that the file has already changes nothing')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Key to have no more; the last one of a file cannot go')
            [CompletionResult]::new('--new-context', '--new-context', [CompletionResultType]::ParameterName, 'Pair of the encryption context that the new file has instead of the old one; give several times for several pairs')
            [CompletionResult]::new('--cipher', '--cipher', [CompletionResultType]::ParameterName, 'Cipher for the new payload; that of the old file by default')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Key group that --to, --add and --remove are about, from 1; needed where a document has several')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('--unencrypted-suffix', '--unencrypted-suffix', [CompletionResultType]::ParameterName, 'Leave values in the clear below a key that ends so (`_unencrypted` when no rule is given)')
            [CompletionResult]::new('--encrypted-suffix', '--encrypted-suffix', [CompletionResultType]::ParameterName, 'Encrypt only values below a key that ends so')
            [CompletionResult]::new('--unencrypted-regex', '--unencrypted-regex', [CompletionResultType]::ParameterName, 'Leave values in the clear below a key that matches')
            [CompletionResult]::new('--encrypted-regex', '--encrypted-regex', [CompletionResultType]::ParameterName, 'Encrypt only values below a key that matches')
            [CompletionResult]::new('--unencrypted-comment-regex', '--unencrypted-comment-regex', [CompletionResultType]::ParameterName, 'Leave values in the clear behind a comment that matches')
            [CompletionResult]::new('--encrypted-comment-regex', '--encrypted-comment-regex', [CompletionResultType]::ParameterName, 'Encrypt only values behind a comment that matches')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Most threads to work with; all available cores by default')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--new-passphrase-from', '--new-passphrase-from', [CompletionResultType]::ParameterName, 'Where a new passphrase comes from, if not from where others come: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Go through the folders among them, and change every kenc file and every encrypted config document')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Go through the folders among them, and change every kenc file and every encrypted config document')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Change each file itself, as is done without -o too')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Change each file itself, as is done without -o too')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist, and replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist, and replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--from-config', '--from-config', [CompletionResultType]::ParameterName, 'Give each file the keys of the rule for its path in .kenc.yaml or .sops.yaml, groups and threshold included')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask: say yes to what --from-config would change, and to keys that only a file names')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask: say yes to what --from-config would change, and to keys that only a file names')
            [CompletionResult]::new('--no-context', '--no-context', [CompletionResultType]::ParameterName, 'Leave the new file without an encryption context')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('--mac-only-encrypted', '--mac-only-encrypted', [CompletionResultType]::ParameterName, 'Compute the MAC of config documents over encrypted values only, so that others can be edited by hand')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;seal' {
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Go through the folders among them, and seal every encrypted config document')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Go through the folders among them, and seal every encrypted config document')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Seal them without asking, because somebody has looked at them')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Seal them without asking, because somebody has looked at them')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace a file that has other names (hard links), which keep the old one')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;get' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Which YAML document of a file with several, from 1')
            [CompletionResult]::new('--output-type', '--output-type', [CompletionResultType]::ParameterName, 'Notation for a mapping or a list, if it is to be another than that of the file')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Print the value exactly, without a line end behind it')
            [CompletionResult]::new('--no-newline', '--no-newline', [CompletionResultType]::ParameterName, 'Print the value exactly, without a line end behind it')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;set' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Which YAML document of a file with several, from 1')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Take the value from this file, to its last byte')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--from-argument', '--from-argument', [CompletionResultType]::ParameterName, 'Take the value from the command line, where it is no secret')
            [CompletionResult]::new('--string', '--string', [CompletionResultType]::ParameterName, 'Take the value as text, whatever it looks like')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;unset' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Which YAML document of a file with several, from 1')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--if-there', '--if-there', [CompletionResultType]::ParameterName, 'Change nothing if there is nothing at the path, instead of failing')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;edit' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--show-keys', '--show-keys', [CompletionResultType]::ParameterName, 'Show the keys of a document in its text too, so that they can be edited')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Edit a document whose MAC or seal is broken; what is saved has a right MAC, and no seal')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with the edits that an earlier run could not save and kept')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;exec' {
            [CompletionResult]::new('--prefix', '--prefix', [CompletionResultType]::ParameterName, 'What the name of every variable begins with')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Pass on only this value; give several times for several values')
            [CompletionResult]::new('--file-name', '--file-name', [CompletionResultType]::ParameterName, 'Name at the end of the path, for a command that looks at it; give once for each FILE')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--pristine', '--pristine', [CompletionResultType]::ParameterName, 'Of our own environment pass on only PATH, HOME, USER, LOGNAME, SHELL, TERM, TZ, TMPDIR, LANG and LC_*')
            [CompletionResult]::new('--upper', '--upper', [CompletionResultType]::ParameterName, 'Write the names of the variables in upper case')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Give the command decrypted files instead of variables: `{}` in its arguments becomes the path')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;inspect' {
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;verify' {
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Notation of the config file, instead of what its name says')
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Take the files named in FILE, each name ended by a NUL byte (`find -print0` writes them); `-` is the standard input')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Most threads to work with; all available cores by default')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that are not sealed: that kenc never sealed, or another tool has encrypted since')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Take all files in folders, and in the folders within them')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Take all files in folders, and in the folders within them')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keygen' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'File for the key, instead of the local key''s own place; `-` prints it to the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'File for the key, instead of the local key''s own place; `-` prints it to the standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Make nothing: print the recipient of the key that is there')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keys' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find out whether keys work, and what is missing where they do not')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Print the policy for a KMS key that is used by kenc')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;keys;check' {
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Encrypted file whose keys to check, with its context; give several times for several files')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair of the encryption context with which KMS is asked, and that the context of a --file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair of the encryption context with which KMS is asked, and that the context of a --file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--encrypt-only', '--encrypt-only', [CompletionResultType]::ParameterName, 'For encrypting alone: kms:GenerateDataKey and kms:Encrypt')
            [CompletionResult]::new('--decrypt-only', '--decrypt-only', [CompletionResultType]::ParameterName, 'For decrypting alone: kms:Decrypt')
            [CompletionResult]::new('--rewrap-only', '--rewrap-only', [CompletionResultType]::ParameterName, 'For moving data to other keys without reading it: kms:ReEncryptFrom and kms:ReEncryptTo')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keys;policy' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Account of the key, with 12 digits; by default the one that all of --admin and --user belong to')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'User or role that cares for the key and cannot use it; give several times for several')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'User or role that uses the key; give several times for several')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context must contain for users to use the key')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context must contain for users to use the key')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--exact-context', '--exact-context', [CompletionResultType]::ParameterName, 'Let the context contain nothing but what -c names')
            [CompletionResult]::new('--users-only', '--users-only', [CompletionResultType]::ParameterName, 'Let the account care for the key, but not use it, so that no IAM policy can grant its use past --user and -c')
            [CompletionResult]::new('--encrypt-only', '--encrypt-only', [CompletionResultType]::ParameterName, 'For encrypting alone: kms:GenerateDataKey and kms:Encrypt')
            [CompletionResult]::new('--decrypt-only', '--decrypt-only', [CompletionResultType]::ParameterName, 'For decrypting alone: kms:Decrypt')
            [CompletionResult]::new('--rewrap-only', '--rewrap-only', [CompletionResultType]::ParameterName, 'For moving data to other keys without reading it: kms:ReEncryptFrom and kms:ReEncryptTo')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keys;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find out whether keys work, and what is missing where they do not')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Print the policy for a KMS key that is used by kenc')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;keys;help;check' {
            break
        }
        'kenc;keys;help;policy' {
            break
        }
        'kenc;keys;help;help' {
            break
        }
        'kenc;git' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let git show and merge encrypted files of this repository')
            [CompletionResult]::new('textconv', 'textconv', [CompletionResultType]::ParameterValue, 'Print what is in an encrypted file, for `git diff`')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge three versions of an encrypted document, as git calls it')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Look for secrets that would be committed in the clear, and for encrypted files that are broken')
            [CompletionResult]::new('mac-repair', 'mac-repair', [CompletionResultType]::ParameterValue, 'Write a new MAC, after a conflict was resolved by hand')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;git;install' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--global', '--global', [CompletionResultType]::ParameterName, 'Set it for all repositories of the user, and leave .gitattributes alone')
            [CompletionResult]::new('--hook', '--hook', [CompletionResultType]::ParameterName, 'Make `kenc git check` the pre-commit hook of this repository as well')
            [CompletionResult]::new('--uninstall', '--uninstall', [CompletionResultType]::ParameterName, 'Take away all that was set up')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;textconv' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;merge' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;check' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Look at everything in the index, not only at what differs from the last commit')
            [CompletionResult]::new('--no-keys', '--no-keys', [CompletionResultType]::ParameterName, 'Ask no key: find only what can be found without')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;mac-repair' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Try only the file''s wrapped keys of this key; give several times for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair that the encryption context of the file must contain')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'Profile of the AWS configuration to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region of keys that name none, and of multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before KMS is asked')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Longest time for one operation of KMS, retries included, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;help' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let git show and merge encrypted files of this repository')
            [CompletionResult]::new('textconv', 'textconv', [CompletionResultType]::ParameterValue, 'Print what is in an encrypted file, for `git diff`')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge three versions of an encrypted document, as git calls it')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Look for secrets that would be committed in the clear, and for encrypted files that are broken')
            [CompletionResult]::new('mac-repair', 'mac-repair', [CompletionResultType]::ParameterValue, 'Write a new MAC, after a conflict was resolved by hand')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;git;help;install' {
            break
        }
        'kenc;git;help;textconv' {
            break
        }
        'kenc;git;help;merge' {
            break
        }
        'kenc;git;help;check' {
            break
        }
        'kenc;git;help;mac-repair' {
            break
        }
        'kenc;git;help;help' {
            break
        }
        'kenc;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done: which key opened what, and how many bytes')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask for anything on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;help' {
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt files or the standard input')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Decrypt files or the standard input')
            [CompletionResult]::new('rewrap', 'rewrap', [CompletionResultType]::ParameterValue, 'Change the keys that open files, without touching their payload')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Encrypt files again with a new data key, under the same keys or others')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Seal encrypted config documents as they stand, after a look at them')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print one value of an encrypted config document')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set one value of an encrypted config document')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Take one value out of an encrypted config document')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Edit a file in the clear, and encrypt what was changed')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with decrypted values in its environment')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show all that can be known of a file without a key')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Open and authenticate everything, write nothing')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make the local key, and print its recipient')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'Find out why a key does not work, and print the policy that makes it work')
            [CompletionResult]::new('git', 'git', [CompletionResultType]::ParameterValue, 'Encrypted files in git: readable diffs, merges, and a check before every commit')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;help;encrypt' {
            break
        }
        'kenc;help;decrypt' {
            break
        }
        'kenc;help;rewrap' {
            break
        }
        'kenc;help;rotate' {
            break
        }
        'kenc;help;seal' {
            break
        }
        'kenc;help;get' {
            break
        }
        'kenc;help;set' {
            break
        }
        'kenc;help;unset' {
            break
        }
        'kenc;help;edit' {
            break
        }
        'kenc;help;exec' {
            break
        }
        'kenc;help;inspect' {
            break
        }
        'kenc;help;verify' {
            break
        }
        'kenc;help;keygen' {
            break
        }
        'kenc;help;keys' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find out whether keys work, and what is missing where they do not')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Print the policy for a KMS key that is used by kenc')
            break
        }
        'kenc;help;keys;check' {
            break
        }
        'kenc;help;keys;policy' {
            break
        }
        'kenc;help;git' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let git show and merge encrypted files of this repository')
            [CompletionResult]::new('textconv', 'textconv', [CompletionResultType]::ParameterValue, 'Print what is in an encrypted file, for `git diff`')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge three versions of an encrypted document, as git calls it')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Look for secrets that would be committed in the clear, and for encrypted files that are broken')
            [CompletionResult]::new('mac-repair', 'mac-repair', [CompletionResultType]::ParameterValue, 'Write a new MAC, after a conflict was resolved by hand')
            break
        }
        'kenc;help;git;install' {
            break
        }
        'kenc;help;git;textconv' {
            break
        }
        'kenc;help;git;merge' {
            break
        }
        'kenc;help;git;check' {
            break
        }
        'kenc;help;git;mac-repair' {
            break
        }
        'kenc;help;completions' {
            break
        }
        'kenc;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}

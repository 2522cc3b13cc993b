
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
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt files or the standard input')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Decrypt files or the standard input')
            [CompletionResult]::new('rewrap', 'rewrap', [CompletionResultType]::ParameterValue, 'Change the keys that open files, without encrypting the files again; or their format')
            [CompletionResult]::new('reencrypt', 'reencrypt', [CompletionResultType]::ParameterValue, 'Change the keys that open files, without encrypting the files again; or their format')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Encrypt files again with a new data key, under the same keys or others')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Seal encrypted config documents after you have reviewed them')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print one value of an encrypted config document')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set one value of an encrypted config document')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Remove one value from an encrypted config document')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Edit the plaintext of a file, and encrypt what changed')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with decrypted values in its environment')
            [CompletionResult]::new('krm', 'krm', [CompletionResultType]::ParameterValue, 'Decrypt the resources of a Kubernetes ResourceList')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print decrypted values as variables for a shell, dotenv, JSON, Docker or GitHub Actions')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what a file says about itself, without a key')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that files are authentic and complete, and write nothing')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Create the local key, and print its recipient')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'Show which keys open which files, find out why a key does not work, and print its policy')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who used the keys of files, by the logs of AWS CloudTrail')
            [CompletionResult]::new('git', 'git', [CompletionResultType]::ParameterValue, 'Use encrypted files in git: readable diffs, merges, and a check before every commit')
            [CompletionResult]::new('s3', 's3', [CompletionResultType]::ParameterValue, 'Use objects of Amazon S3, and remove what broken uploads left behind')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Add up the reports of all shards of a run')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;encrypt' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Key to encrypt under; with several, each of them alone opens the file')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key to encrypt under; with several, each of them alone opens the file')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair of the encryption context: bound to the file, readable in it, and sent to KMS')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair of the encryption context: bound to the file, readable in it, and sent to KMS')
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a line of JSON to FILE for each file as it is done or fails')
            [CompletionResult]::new('--unencrypted-suffix', '--unencrypted-suffix', [CompletionResultType]::ParameterName, 'Do not encrypt values under keys ending in SUFFIX (default without another rule: `_unencrypted`)')
            [CompletionResult]::new('--encrypted-suffix', '--encrypted-suffix', [CompletionResultType]::ParameterName, 'Encrypt only values under keys ending in SUFFIX')
            [CompletionResult]::new('--unencrypted-regex', '--unencrypted-regex', [CompletionResultType]::ParameterName, 'Do not encrypt values under keys that match REGEX')
            [CompletionResult]::new('--encrypted-regex', '--encrypted-regex', [CompletionResultType]::ParameterName, 'Encrypt only values under keys that match REGEX')
            [CompletionResult]::new('--unencrypted-comment-regex', '--unencrypted-comment-regex', [CompletionResultType]::ParameterName, 'Do not encrypt values that follow a comment matching REGEX')
            [CompletionResult]::new('--encrypted-comment-regex', '--encrypted-comment-regex', [CompletionResultType]::ParameterName, 'Encrypt only values that follow a comment matching REGEX')
            [CompletionResult]::new('--shamir-threshold', '--shamir-threshold', [CompletionResultType]::ParameterName, 'Number of key groups needed to decrypt (Shamir''s scheme); each -k is one group, with commas between its keys')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('--records', '--records', [CompletionResultType]::ParameterName, 'Encrypt fields of records, and leave every other byte as it is')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Field to encrypt: a column, an attribute, or a path such as `$.address.street` or `$.cards[*].number`; repeatable')
            [CompletionResult]::new('--min-size', '--min-size', [CompletionResultType]::ParameterName, 'Fail if an input is shorter, in bytes or with K, M, G or T; `--min-size 1` refuses an empty one')
            [CompletionResult]::new('--cipher', '--cipher', [CompletionResultType]::ParameterName, 'Cipher for the payload')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the result: kenc, age, or aws-esdk for the AWS Encryption SDK')
            [CompletionResult]::new('--frame-length', '--frame-length', [CompletionResultType]::ParameterName, 'Plaintext bytes in a frame (aws-esdk only; default: 65536)')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'Add a random pair, kenc-id, to the encryption context')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue an earlier run: skip completed files, and send the rest of an upload')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Write text (PEM) instead of bytes')
            [CompletionResult]::new('--armor', '--armor', [CompletionResultType]::ParameterName, 'Write text (PEM) instead of bytes')
            [CompletionResult]::new('--values', '--values', [CompletionResultType]::ParameterName, 'Encrypt the values of a config file one by one, and keep its keys, comments and layout')
            [CompletionResult]::new('--whole', '--whole', [CompletionResultType]::ParameterName, 'Encrypt the file as a whole, even if a rule matches it')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'With --values -r: write nothing, and print which files would be encrypted')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'With --values -r: write nothing, and print which files would be encrypted')
            [CompletionResult]::new('--shared-data-key', '--shared-data-key', [CompletionResultType]::ParameterName, 'Encrypt all documents with the same keys under one data key: faster, but opening one opens all')
            [CompletionResult]::new('--mac-only-encrypted', '--mac-only-encrypted', [CompletionResultType]::ParameterName, 'Leave unencrypted values out of the MAC, so that they can be edited by hand')
            [CompletionResult]::new('--encrypt-comments', '--encrypt-comments', [CompletionResultType]::ParameterName, 'Encrypt comments as well')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign the message: whoever can open it cannot change it without notice (aws-esdk only)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;decrypt' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a line of JSON to FILE for each file as it is done or fails')
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Decrypt only bytes A (inclusive) to B (exclusive), counted from 0; A.. and ..B are open-ended')
            [CompletionResult]::new('--max-encrypted-data-keys', '--max-encrypted-data-keys', [CompletionResultType]::ParameterName, 'Most encrypted data keys of an AWS Encryption SDK message')
            [CompletionResult]::new('--max-frame-length', '--max-frame-length', [CompletionResultType]::ParameterName, 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)')
            [CompletionResult]::new('--extract', '--extract', [CompletionResultType]::ParameterName, 'Print only the value at PATH: `db.password`, `list[0]`, or `["db"]["password"]`')
            [CompletionResult]::new('--output-type', '--output-type', [CompletionResultType]::ParameterName, 'Output format (default: same as the input)')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'Decrypt only this field of records, and leave the others encrypted; repeatable')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write only these records, counted from 1: N, A-B, A- or -B')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Take the header from this file, for records that another program sorted, filtered, or imported and exported')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Skip files that an earlier run has completed')
            [CompletionResult]::new('--allow-uncommitted', '--allow-uncommitted', [CompletionResultType]::ParameterName, 'Open AWS Encryption SDK messages that do not commit to their key')
            [CompletionResult]::new('--allow-unsealed', '--allow-unsealed', [CompletionResultType]::ParameterName, 'Accept records without a seal, such as the beginning of a file, and say what is proven')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Replace each file by its result')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;rewrap' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Replace all current keys with this one; repeat it for several keys')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Add this key; nothing changes if the file already has it')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Remove this key; a file''s last key cannot be removed')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Turn the files into this format: kenc, age, or aws-esdk for the AWS Encryption SDK')
            [CompletionResult]::new('--frame-length', '--frame-length', [CompletionResultType]::ParameterName, 'Plaintext bytes in a frame of the results (--format aws-esdk only; default: 65536)')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Number of the key group for --to, --add and --remove, from 1; required if a document has several')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--max-encrypted-data-keys', '--max-encrypted-data-keys', [CompletionResultType]::ParameterName, 'Most encrypted data keys of an AWS Encryption SDK message')
            [CompletionResult]::new('--max-frame-length', '--max-frame-length', [CompletionResultType]::ParameterName, 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--new-passphrase-from', '--new-passphrase-from', [CompletionResultType]::ParameterName, 'Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a line of JSON to FILE for each file as it is done or fails')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Change every encrypted file and every encrypted config document in folders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Change every encrypted file and every encrypted config document in folders')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Rewrite files in place (the default without -o)')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Rewrite files in place (the default without -o)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--delete-old-version', '--delete-old-version', [CompletionResultType]::ParameterName, 'Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue the run of an existing report: skip the files that it calls done')
            [CompletionResult]::new('--from-config', '--from-config', [CompletionResultType]::ParameterName, 'Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask: accept what --from-config changes, and keys that only a file names')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask: accept what --from-config changes, and keys that only a file names')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign the results (--format aws-esdk only)')
            [CompletionResult]::new('--no-context', '--no-context', [CompletionResultType]::ParameterName, 'Remove the encryption context, which an age file cannot have')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Dry run: contact the keys, write nothing, and print what would change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Dry run: contact the keys, write nothing, and print what would change')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'With --from-config: write nothing, print how files differ from their config, and exit with 7 if any does')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--allow-uncommitted', '--allow-uncommitted', [CompletionResultType]::ParameterName, 'Open AWS Encryption SDK messages that do not commit to their key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;reencrypt' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Replace all current keys with this one; repeat it for several keys')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Add this key; nothing changes if the file already has it')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Remove this key; a file''s last key cannot be removed')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Turn the files into this format: kenc, age, or aws-esdk for the AWS Encryption SDK')
            [CompletionResult]::new('--frame-length', '--frame-length', [CompletionResultType]::ParameterName, 'Plaintext bytes in a frame of the results (--format aws-esdk only; default: 65536)')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Number of the key group for --to, --add and --remove, from 1; required if a document has several')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--max-encrypted-data-keys', '--max-encrypted-data-keys', [CompletionResultType]::ParameterName, 'Most encrypted data keys of an AWS Encryption SDK message')
            [CompletionResult]::new('--max-frame-length', '--max-frame-length', [CompletionResultType]::ParameterName, 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--new-passphrase-from', '--new-passphrase-from', [CompletionResultType]::ParameterName, 'Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a line of JSON to FILE for each file as it is done or fails')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Change every encrypted file and every encrypted config document in folders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Change every encrypted file and every encrypted config document in folders')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Rewrite files in place (the default without -o)')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Rewrite files in place (the default without -o)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--delete-old-version', '--delete-old-version', [CompletionResultType]::ParameterName, 'Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue the run of an existing report: skip the files that it calls done')
            [CompletionResult]::new('--from-config', '--from-config', [CompletionResultType]::ParameterName, 'Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask: accept what --from-config changes, and keys that only a file names')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask: accept what --from-config changes, and keys that only a file names')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign the results (--format aws-esdk only)')
            [CompletionResult]::new('--no-context', '--no-context', [CompletionResultType]::ParameterName, 'Remove the encryption context, which an age file cannot have')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Dry run: contact the keys, write nothing, and print what would change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Dry run: contact the keys, write nothing, and print what would change')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'With --from-config: write nothing, print how files differ from their config, and exit with 7 if any does')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--allow-uncommitted', '--allow-uncommitted', [CompletionResultType]::ParameterName, 'Open AWS Encryption SDK messages that do not commit to their key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;rotate' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Replace all current keys with this one; repeat it for several keys')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Add this key; nothing changes if the file already has it')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Remove this key; a file''s last key cannot be removed')
            [CompletionResult]::new('--new-context', '--new-context', [CompletionResultType]::ParameterName, 'Pair of a new encryption context, which replaces the old one; repeat it for several pairs')
            [CompletionResult]::new('--cipher', '--cipher', [CompletionResultType]::ParameterName, 'Cipher for the new payload (default: same as before)')
            [CompletionResult]::new('--group', '--group', [CompletionResultType]::ParameterName, 'Number of the key group for --to, --add and --remove, from 1; required if a document has several')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('--unencrypted-suffix', '--unencrypted-suffix', [CompletionResultType]::ParameterName, 'Do not encrypt values under keys ending in SUFFIX (default without another rule: `_unencrypted`)')
            [CompletionResult]::new('--encrypted-suffix', '--encrypted-suffix', [CompletionResultType]::ParameterName, 'Encrypt only values under keys ending in SUFFIX')
            [CompletionResult]::new('--unencrypted-regex', '--unencrypted-regex', [CompletionResultType]::ParameterName, 'Do not encrypt values under keys that match REGEX')
            [CompletionResult]::new('--encrypted-regex', '--encrypted-regex', [CompletionResultType]::ParameterName, 'Encrypt only values under keys that match REGEX')
            [CompletionResult]::new('--unencrypted-comment-regex', '--unencrypted-comment-regex', [CompletionResultType]::ParameterName, 'Do not encrypt values that follow a comment matching REGEX')
            [CompletionResult]::new('--encrypted-comment-regex', '--encrypted-comment-regex', [CompletionResultType]::ParameterName, 'Encrypt only values that follow a comment matching REGEX')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--max-encrypted-data-keys', '--max-encrypted-data-keys', [CompletionResultType]::ParameterName, 'Most encrypted data keys of an AWS Encryption SDK message')
            [CompletionResult]::new('--max-frame-length', '--max-frame-length', [CompletionResultType]::ParameterName, 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--new-passphrase-from', '--new-passphrase-from', [CompletionResultType]::ParameterName, 'Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a line of JSON to FILE for each file as it is done or fails')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Change every encrypted file and every encrypted config document in folders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Change every encrypted file and every encrypted config document in folders')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Rewrite files in place (the default without -o)')
            [CompletionResult]::new('--in-place', '--in-place', [CompletionResultType]::ParameterName, 'Rewrite files in place (the default without -o)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--sync', '--sync', [CompletionResultType]::ParameterName, 'Sync new output files to the disk before they appear')
            [CompletionResult]::new('--delete-old-version', '--delete-old-version', [CompletionResultType]::ParameterName, 'Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue the run of an existing report: skip the files that it calls done')
            [CompletionResult]::new('--from-config', '--from-config', [CompletionResultType]::ParameterName, 'Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask: accept what --from-config changes, and keys that only a file names')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask: accept what --from-config changes, and keys that only a file names')
            [CompletionResult]::new('--no-context', '--no-context', [CompletionResultType]::ParameterName, 'Remove the encryption context')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Dry run: contact the keys, write nothing, and print what would change')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Dry run: contact the keys, write nothing, and print what would change')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--mac-only-encrypted', '--mac-only-encrypted', [CompletionResultType]::ParameterName, 'Leave unencrypted values out of the MAC, so that they can be edited by hand')
            [CompletionResult]::new('--allow-uncommitted', '--allow-uncommitted', [CompletionResultType]::ParameterName, 'Open AWS Encryption SDK messages that do not commit to their key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;seal' {
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Seal every encrypted config document in folders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Seal every encrypted config document in folders')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; use this only for documents that you have reviewed')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; use this only for documents that you have reviewed')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files with several names (hard links), whose other names keep the old content')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;get' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Number of the YAML document in a file with several, from 1')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Of a file of records: the record with this number, from 1')
            [CompletionResult]::new('--where', '--where', [CompletionResultType]::ParameterName, 'Of a file of records: the only record in which this field has this value, such as `id=42`')
            [CompletionResult]::new('--output-type', '--output-type', [CompletionResultType]::ParameterName, 'Format for a mapping or a list (default: that of the file)')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Print the value without a line end after it')
            [CompletionResult]::new('--no-newline', '--no-newline', [CompletionResultType]::ParameterName, 'Print the value without a line end after it')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;set' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Number of the YAML document in a file with several, from 1')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Take the value from this file, exactly as it is')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Type of the value (default: what it looks like, and text or a date where it was one)')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--from-argument', '--from-argument', [CompletionResultType]::ParameterName, 'Take the value from the command line; only for values that are not secret')
            [CompletionResult]::new('--string', '--string', [CompletionResultType]::ParameterName, 'Store the value as text, even if it looks like a number; the same as `--type string`')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Replace a mapping or a list with everything in it, without asking')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace a mapping or a list with everything in it, without asking')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;unset' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'Number of the YAML document in a file with several, from 1')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--if-there', '--if-there', [CompletionResultType]::ParameterName, 'Do not fail if there is no value at the path')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;edit' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--show-keys', '--show-keys', [CompletionResultType]::ParameterName, 'Show the wrapping keys of a document in the text, so that they can be edited')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Edit a document whose MAC or seal is broken; the saved document has a valid MAC and no seal')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue with edits that an earlier run could not save')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;exec' {
            [CompletionResult]::new('--prefix', '--prefix', [CompletionResultType]::ParameterName, 'Prefix for the names of all variables')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Pass on only this value; repeat it for several values')
            [CompletionResult]::new('--file-name', '--file-name', [CompletionResultType]::ParameterName, 'Name of the decrypted file, for a command that depends on it; repeat it for each FILE')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--pristine', '--pristine', [CompletionResultType]::ParameterName, 'Start with a clean environment, keeping only PATH, HOME, USER, LOGNAME, SHELL, TERM, TZ, TMPDIR, LANG and LC_*')
            [CompletionResult]::new('--upper', '--upper', [CompletionResultType]::ParameterName, 'Use upper case for the names of variables')
            [CompletionResult]::new('--literal', '--literal', [CompletionResultType]::ParameterName, 'Take values of dotenv files literally, as sops does: with quotes, comments and references')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Give the command decrypted files instead of variables: `{}` in its arguments is replaced by the path')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;krm' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;export' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the output (default: shell, or json with --json)')
            [CompletionResult]::new('--prefix', '--prefix', [CompletionResultType]::ParameterName, 'Prefix for the names of all variables')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Pass on only this value; repeat it for several values')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--upper', '--upper', [CompletionResultType]::ParameterName, 'Use upper case for the names of variables')
            [CompletionResult]::new('--literal', '--literal', [CompletionResultType]::ParameterName, 'Take values of dotenv files literally, as sops does: with quotes, comments and references')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;inspect' {
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;verify' {
            [CompletionResult]::new('--max-encrypted-data-keys', '--max-encrypted-data-keys', [CompletionResultType]::ParameterName, 'Most encrypted data keys of an AWS Encryption SDK message')
            [CompletionResult]::new('--max-frame-length', '--max-frame-length', [CompletionResultType]::ParameterName, 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)')
            [CompletionResult]::new('--input-type', '--input-type', [CompletionResultType]::ParameterName, 'Format of the config file (default: by its name)')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write a line of JSON to FILE for each file as it is done or fails')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--allow-uncommitted', '--allow-uncommitted', [CompletionResultType]::ParameterName, 'Open AWS Encryption SDK messages that do not commit to their key')
            [CompletionResult]::new('--ignore-mac', '--ignore-mac', [CompletionResultType]::ParameterName, 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed')
            [CompletionResult]::new('--require-seal', '--require-seal', [CompletionResultType]::ParameterName, 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Continue the run of an existing report: skip the files that it calls done')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Include all files in folders and their subfolders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keygen' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'File for the key, instead of the place of the local key; `-` prints the key to the standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'File for the key, instead of the place of the local key; `-` prints the key to the standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--pq', '--pq', [CompletionResultType]::ParameterName, 'Make a key that also resists quantum computers (age 1.3 and later, sops 3.12 and later read it)')
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Print the existing key''s recipient')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
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
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check whether keys work, and what is missing if they do not')
            [CompletionResult]::new('usage', 'usage', [CompletionResultType]::ParameterValue, 'Show which keys open which files, and what depends on one key alone')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Print a key policy for a KMS key that kenc uses')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;keys;check' {
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Check the keys of this encrypted file, with its context; repeat it for several files')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Pair of the encryption context to check with; the context of a --file must contain it')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Pair of the encryption context to check with; the context of a --file must contain it')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--encrypt-only', '--encrypt-only', [CompletionResultType]::ParameterName, 'Only encrypt: kms:GenerateDataKey and kms:Encrypt')
            [CompletionResult]::new('--decrypt-only', '--decrypt-only', [CompletionResultType]::ParameterName, 'Only decrypt: kms:Decrypt')
            [CompletionResult]::new('--rewrap-only', '--rewrap-only', [CompletionResultType]::ParameterName, 'Only move data to other keys, without reading it: kms:ReEncryptFrom and kms:ReEncryptTo')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keys;usage' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 7 if a file has this key, or (`drift`) a key that its config does not name; repeat it for several')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--alone', '--alone', [CompletionResultType]::ParameterName, 'Name every file that only one key opens')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keys;policy' {
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Account of the key, 12 digits (default: the account of all --admin and --user)')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'User or role that administers the key and cannot use it; repeat it for several')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'User or role that uses the key; repeat it for several')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Allow use of the key only with this pair in the encryption context')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Allow use of the key only with this pair in the encryption context')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Also allow the users to use the key through Amazon S3 or DynamoDB (s3, dynamodb; with .REGION for one region)')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print the policy alone (json), or a key with it and an alias: terraform (and OpenTofu) or cloudformation')
            [CompletionResult]::new('--alias', '--alias', [CompletionResultType]::ParameterName, 'Name of the alias for --format terraform and cloudformation, without alias/')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--exact-context', '--exact-context', [CompletionResultType]::ParameterName, 'Allow no other pairs in the encryption context than those of -c')
            [CompletionResult]::new('--users-only', '--users-only', [CompletionResultType]::ParameterName, 'Allow the account root to administer the key but not use it, so that no IAM policy can grant its use')
            [CompletionResult]::new('--encrypt-only', '--encrypt-only', [CompletionResultType]::ParameterName, 'Only encrypt: kms:GenerateDataKey and kms:Encrypt')
            [CompletionResult]::new('--decrypt-only', '--decrypt-only', [CompletionResultType]::ParameterName, 'Only decrypt: kms:Decrypt')
            [CompletionResult]::new('--rewrap-only', '--rewrap-only', [CompletionResultType]::ParameterName, 'Only move data to other keys, without reading it: kms:ReEncryptFrom and kms:ReEncryptTo')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;keys;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check whether keys work, and what is missing if they do not')
            [CompletionResult]::new('usage', 'usage', [CompletionResultType]::ParameterValue, 'Show which keys open which files, and what depends on one key alone')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Print a key policy for a KMS key that kenc uses')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;keys;help;check' {
            break
        }
        'kenc;keys;help;usage' {
            break
        }
        'kenc;keys;help;policy' {
            break
        }
        'kenc;keys;help;help' {
            break
        }
        'kenc;audit' {
            [CompletionResult]::new('--files0-from', '--files0-from', [CompletionResultType]::ParameterName, 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input')
            [CompletionResult]::new('--trail', '--trail', [CompletionResultType]::ParameterName, 'Log of CloudTrail, or a folder or an s3:// prefix of logs; `-` is the standard input; repeat it for several')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Log of kenc''s own use of keys, which ties request ids to files (default: `audit_log` of your own config)')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Leave out events before this: 2026-11-29, 2026-11-29T10:15:00Z, or an age such as 30m, 12h or 7d')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Leave out events at this time and later')
            [CompletionResult]::new('--principal', '--principal', [CompletionResultType]::ParameterName, 'Show only calls of principals with this text in their ARN, role, account or service; repeat it for several')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Show only events that tell at least this much: file, context or key')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 7 if such an event is shown: denied or unknown; repeat it for both')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Maximum number of threads (default: all available cores)')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--denied', '--denied', [CompletionResultType]::ParameterName, 'Show only what was denied')
            [CompletionResult]::new('--unknown', '--unknown', [CompletionResultType]::ParameterName, 'Show only decrypts (and re-encryptions) with these keys that match no file here')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Configure git to show and merge encrypted files')
            [CompletionResult]::new('textconv', 'textconv', [CompletionResultType]::ParameterValue, 'Print the plaintext of an encrypted file for `git diff`')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge three versions of an encrypted document, as a merge driver of git')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find secrets that would be committed unencrypted, and broken encrypted files')
            [CompletionResult]::new('mac-repair', 'mac-repair', [CompletionResultType]::ParameterValue, 'Write a new MAC after a conflict was resolved by hand')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;git;install' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--global', '--global', [CompletionResultType]::ParameterName, 'Configure all repositories of the user, and do not change .gitattributes')
            [CompletionResult]::new('--hook', '--hook', [CompletionResultType]::ParameterName, 'Run `kenc git check` in the pre-commit hook of this repository as well')
            [CompletionResult]::new('--uninstall', '--uninstall', [CompletionResultType]::ParameterName, 'Remove everything that was set up')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;textconv' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;merge' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;check' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Check everything in the index, not only what differs from the last commit')
            [CompletionResult]::new('--no-keys', '--no-keys', [CompletionResultType]::ParameterName, 'Use no keys; find only what can be found without them')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;mac-repair' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Open the file with this key only; repeat it for several keys')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Require this pair in the encryption context of the file')
            [CompletionResult]::new('--identity', '--identity', [CompletionResultType]::ParameterName, 'File of age identities or an ssh private key, instead of the usual places')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask for confirmation')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;git;help' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Configure git to show and merge encrypted files')
            [CompletionResult]::new('textconv', 'textconv', [CompletionResultType]::ParameterValue, 'Print the plaintext of an encrypted file for `git diff`')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge three versions of an encrypted document, as a merge driver of git')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find secrets that would be committed unencrypted, and broken encrypted files')
            [CompletionResult]::new('mac-repair', 'mac-repair', [CompletionResultType]::ParameterValue, 'Write a new MAC after a conflict was resolved by hand')
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
        'kenc;s3' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('cleanup', 'cleanup', [CompletionResultType]::ParameterValue, 'List and remove the parts of uploads that were never completed')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;s3;cleanup' {
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Leave uploads alone that began less than this ago, such as 30m, 12h or 7d')
            [CompletionResult]::new('--aws-profile', '--aws-profile', [CompletionResultType]::ParameterName, 'AWS profile to use')
            [CompletionResult]::new('--aws-region', '--aws-region', [CompletionResultType]::ParameterName, 'Region for keys that do not name one, and for multi-Region keys')
            [CompletionResult]::new('--aws-role-arn', '--aws-role-arn', [CompletionResultType]::ParameterName, 'Role to assume before calling KMS')
            [CompletionResult]::new('--aws-timeout', '--aws-timeout', [CompletionResultType]::ParameterName, 'Time limit for one KMS operation with its retries, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'List the uploads, and remove nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'List the uploads, and remove nothing')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;s3;help' {
            [CompletionResult]::new('cleanup', 'cleanup', [CompletionResultType]::ParameterValue, 'List and remove the parts of uploads that were never completed')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'kenc;s3;help;cleanup' {
            break
        }
        'kenc;s3;help;help' {
            break
        }
        'kenc;report' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colors')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml')
            [CompletionResult]::new('--static', '--static', [CompletionResultType]::ParameterName, 'Print a script that completes flags, words and file names by itself, and never runs kenc')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results and errors as JSON')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only: no hints, no progress')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print details: which key opened a file, and how many bytes were written')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt on the terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'kenc;help' {
            [CompletionResult]::new('encrypt', 'encrypt', [CompletionResultType]::ParameterValue, 'Encrypt files or the standard input')
            [CompletionResult]::new('decrypt', 'decrypt', [CompletionResultType]::ParameterValue, 'Decrypt files or the standard input')
            [CompletionResult]::new('rewrap', 'rewrap', [CompletionResultType]::ParameterValue, 'Change the keys that open files, without encrypting the files again; or their format')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Encrypt files again with a new data key, under the same keys or others')
            [CompletionResult]::new('seal', 'seal', [CompletionResultType]::ParameterValue, 'Seal encrypted config documents after you have reviewed them')
            [CompletionResult]::new('get', 'get', [CompletionResultType]::ParameterValue, 'Print one value of an encrypted config document')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set one value of an encrypted config document')
            [CompletionResult]::new('unset', 'unset', [CompletionResultType]::ParameterValue, 'Remove one value from an encrypted config document')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Edit the plaintext of a file, and encrypt what changed')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command with decrypted values in its environment')
            [CompletionResult]::new('krm', 'krm', [CompletionResultType]::ParameterValue, 'Decrypt the resources of a Kubernetes ResourceList')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print decrypted values as variables for a shell, dotenv, JSON, Docker or GitHub Actions')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what a file says about itself, without a key')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that files are authentic and complete, and write nothing')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Create the local key, and print its recipient')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'Show which keys open which files, find out why a key does not work, and print its policy')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who used the keys of files, by the logs of AWS CloudTrail')
            [CompletionResult]::new('git', 'git', [CompletionResultType]::ParameterValue, 'Use encrypted files in git: readable diffs, merges, and a check before every commit')
            [CompletionResult]::new('s3', 's3', [CompletionResultType]::ParameterValue, 'Use objects of Amazon S3, and remove what broken uploads left behind')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Add up the reports of all shards of a run')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
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
        'kenc;help;krm' {
            break
        }
        'kenc;help;export' {
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
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check whether keys work, and what is missing if they do not')
            [CompletionResult]::new('usage', 'usage', [CompletionResultType]::ParameterValue, 'Show which keys open which files, and what depends on one key alone')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Print a key policy for a KMS key that kenc uses')
            break
        }
        'kenc;help;keys;check' {
            break
        }
        'kenc;help;keys;usage' {
            break
        }
        'kenc;help;keys;policy' {
            break
        }
        'kenc;help;audit' {
            break
        }
        'kenc;help;git' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Configure git to show and merge encrypted files')
            [CompletionResult]::new('textconv', 'textconv', [CompletionResultType]::ParameterValue, 'Print the plaintext of an encrypted file for `git diff`')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge three versions of an encrypted document, as a merge driver of git')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find secrets that would be committed unencrypted, and broken encrypted files')
            [CompletionResult]::new('mac-repair', 'mac-repair', [CompletionResultType]::ParameterValue, 'Write a new MAC after a conflict was resolved by hand')
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
        'kenc;help;s3' {
            [CompletionResult]::new('cleanup', 'cleanup', [CompletionResultType]::ParameterValue, 'List and remove the parts of uploads that were never completed')
            break
        }
        'kenc;help;s3;cleanup' {
            break
        }
        'kenc;help;report' {
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

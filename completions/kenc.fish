# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kenc_global_optspecs
    string join \n json q/quiet v/verbose color= config= no-input h/help V/version
end

function __fish_kenc_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kenc_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kenc_using_subcommand
    set -l cmd (__fish_kenc_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kenc -n "__fish_kenc_needs_command" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_needs_command" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_needs_command" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_needs_command" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_needs_command" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_needs_command" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_needs_command" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "encrypt" -d 'Encrypt files or the standard input'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "decrypt" -d 'Decrypt files or the standard input'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "rewrap" -d 'Change the keys that open files, without encrypting the files again; or their format'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "reencrypt" -d 'Change the keys that open files, without encrypting the files again; or their format'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "rotate" -d 'Encrypt files again with a new data key, under the same keys or others'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "seal" -d 'Seal encrypted config documents after you have reviewed them'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "get" -d 'Print one value of an encrypted config document'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "set" -d 'Set one value of an encrypted config document'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "unset" -d 'Remove one value from an encrypted config document'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "edit" -d 'Edit the plaintext of a file, and encrypt what changed'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "exec" -d 'Run a command with decrypted values in its environment'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "krm" -d 'Decrypt the resources of a Kubernetes ResourceList'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "export" -d 'Print decrypted values as variables for a shell, dotenv, JSON, Docker or GitHub Actions'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "inspect" -d 'Show what a file says about itself, without a key'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "verify" -d 'Check that files are authentic and complete, and write nothing'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "keygen" -d 'Create the local key, and print its recipient'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "keys" -d 'Show which keys open which files, find out why a key does not work, and print its policy'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "audit" -d 'Show who used the keys of files, by the logs of AWS CloudTrail'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "git" -d 'Use encrypted files in git: readable diffs, merges, and a check before every commit'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "s3" -d 'Use objects of Amazon S3, and remove what broken uploads left behind'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "report" -d 'Add up the reports of all shards of a run'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s k -l key -d 'Key to encrypt under; with several, each of them alone opens the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s c -l context -d 'Pair of the encryption context: bound to the file, readable in it, and sent to KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l shard -d 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l report -d 'Write a line of JSON to FILE for each file as it is done or fails' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l unencrypted-suffix -d 'Do not encrypt values under keys ending in SUFFIX (default without another rule: `_unencrypted`)' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l encrypted-suffix -d 'Encrypt only values under keys ending in SUFFIX' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l unencrypted-regex -d 'Do not encrypt values under keys that match REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l encrypted-regex -d 'Encrypt only values under keys that match REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l unencrypted-comment-regex -d 'Do not encrypt values that follow a comment matching REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l encrypted-comment-regex -d 'Encrypt only values that follow a comment matching REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l shamir-threshold -d 'Number of key groups needed to decrypt (Shamir\'s scheme); each -k is one group, with commas between its keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l records -d 'Encrypt fields of records, and leave every other byte as it is' -r -f -a "jsonl\t'A JSON value in each line'
csv\t'CSV with the names of its columns'
ddb-export\t'An export of DynamoDB to S3 in DynamoDB JSON'"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l field -d 'Field to encrypt: a column, an attribute, or a path such as `$.address.street` or `$.cards[*].number`; repeatable' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l min-size -d 'Fail if an input is shorter, in bytes or with K, M, G or T; `--min-size 1` refuses an empty one' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l cipher -d 'Cipher for the payload' -r -f -a "aes-256-gcm\t''
chacha20-poly1305\t''"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l format -d 'Format of the result: kenc, age, or aws-esdk for the AWS Encryption SDK' -r -f -a "kenc\t''
age\t''
aws-esdk\t''"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l frame-length -d 'Plaintext bytes in a frame (aws-esdk only; default: 65536)' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s o -l output -d 'File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l id -d 'Add a random pair, kenc-id, to the encryption context'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s r -l recursive -d 'Include all files in folders and their subfolders'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l resume -d 'Continue an earlier run: skip completed files, and send the rest of an upload'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s a -l armor -d 'Write text (PEM) instead of bytes'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l values -d 'Encrypt the values of a config file one by one, and keep its keys, comments and layout'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l whole -d 'Encrypt the file as a whole, even if a rule matches it'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s n -l dry-run -d 'With --values -r: write nothing, and print which files would be encrypted'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l shared-data-key -d 'Encrypt all documents with the same keys under one data key: faster, but opening one opens all'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l mac-only-encrypted -d 'Leave unencrypted values out of the MAC, so that they can be edited by hand'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l encrypt-comments -d 'Encrypt comments as well'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l sign -d 'Sign the message: whoever can open it cannot change it without notice (aws-esdk only)'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s f -l force -d 'Replace output files that exist'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l sync -d 'Sync new output files to the disk before they appear'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s i -l in-place -d 'Replace each file by its result'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l shard -d 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l report -d 'Write a line of JSON to FILE for each file as it is done or fails' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l range -d 'Decrypt only bytes A (inclusive) to B (exclusive), counted from 0; A.. and ..B are open-ended' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l max-encrypted-data-keys -d 'Most encrypted data keys of an AWS Encryption SDK message' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l max-frame-length -d 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l extract -d 'Print only the value at PATH: `db.password`, `list[0]`, or `["db"]["password"]`' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l output-type -d 'Output format (default: same as the input)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l field -d 'Decrypt only this field of records, and leave the others encrypted; repeatable' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l record -d 'Write only these records, counted from 1: N, A-B, A- or -B' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l header -d 'Take the header from this file, for records that another program sorted, filtered, or imported and exported' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s o -l output -d 'File or s3:// object to write, or folder for several files; `-` is the standard output, even if it is a terminal' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s r -l recursive -d 'Include all files in folders and their subfolders'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l resume -d 'Skip files that an earlier run has completed'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l allow-uncommitted -d 'Open AWS Encryption SDK messages that do not commit to their key'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l allow-unsealed -d 'Accept records without a seal, such as the beginning of a file, and say what is proven'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l ignore-mac -d 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s f -l force -d 'Replace output files that exist'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l sync -d 'Sync new output files to the disk before they appear'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s i -l in-place -d 'Replace each file by its result'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s o -l output -d 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l shard -d 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l to -d 'Replace all current keys with this one; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l add -d 'Add this key; nothing changes if the file already has it' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l remove -d 'Remove this key; a file\'s last key cannot be removed' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l format -d 'Turn the files into this format: kenc, age, or aws-esdk for the AWS Encryption SDK' -r -f -a "kenc\t''
age\t''
aws-esdk\t''"
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l frame-length -d 'Plaintext bytes in a frame of the results (--format aws-esdk only; default: 65536)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l group -d 'Number of the key group for --to, --add and --remove, from 1; required if a document has several' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l max-encrypted-data-keys -d 'Most encrypted data keys of an AWS Encryption SDK message' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l max-frame-length -d 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l new-passphrase-from -d 'Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l report -d 'Write a line of JSON to FILE for each file as it is done or fails' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s r -l recursive -d 'Change every encrypted file and every encrypted config document in folders'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s i -l in-place -d 'Rewrite files in place (the default without -o)'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s f -l force -d 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l sync -d 'Sync new output files to the disk before they appear'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l delete-old-version -d 'Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l resume -d 'Continue the run of an existing report: skip the files that it calls done'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l from-config -d 'Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s y -l yes -d 'Do not ask: accept what --from-config changes, and keys that only a file names'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l sign -d 'Sign the results (--format aws-esdk only)'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l no-context -d 'Remove the encryption context, which an age file cannot have'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s n -l dry-run -d 'Dry run: contact the keys, write nothing, and print what would change'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l check -d 'With --from-config: write nothing, print how files differ from their config, and exit with 7 if any does'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l allow-uncommitted -d 'Open AWS Encryption SDK messages that do not commit to their key'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand rewrap" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s o -l output -d 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l shard -d 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l to -d 'Replace all current keys with this one; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l add -d 'Add this key; nothing changes if the file already has it' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l remove -d 'Remove this key; a file\'s last key cannot be removed' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l format -d 'Turn the files into this format: kenc, age, or aws-esdk for the AWS Encryption SDK' -r -f -a "kenc\t''
age\t''
aws-esdk\t''"
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l frame-length -d 'Plaintext bytes in a frame of the results (--format aws-esdk only; default: 65536)' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l group -d 'Number of the key group for --to, --add and --remove, from 1; required if a document has several' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l max-encrypted-data-keys -d 'Most encrypted data keys of an AWS Encryption SDK message' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l max-frame-length -d 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l new-passphrase-from -d 'Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l report -d 'Write a line of JSON to FILE for each file as it is done or fails' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s r -l recursive -d 'Change every encrypted file and every encrypted config document in folders'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s i -l in-place -d 'Rewrite files in place (the default without -o)'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s f -l force -d 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l sync -d 'Sync new output files to the disk before they appear'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l delete-old-version -d 'Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l resume -d 'Continue the run of an existing report: skip the files that it calls done'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l from-config -d 'Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s y -l yes -d 'Do not ask: accept what --from-config changes, and keys that only a file names'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l sign -d 'Sign the results (--format aws-esdk only)'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l no-context -d 'Remove the encryption context, which an age file cannot have'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s n -l dry-run -d 'Dry run: contact the keys, write nothing, and print what would change'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l check -d 'With --from-config: write nothing, print how files differ from their config, and exit with 7 if any does'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l allow-uncommitted -d 'Open AWS Encryption SDK messages that do not commit to their key'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand reencrypt" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s o -l output -d 'Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l shard -d 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l to -d 'Replace all current keys with this one; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l add -d 'Add this key; nothing changes if the file already has it' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l remove -d 'Remove this key; a file\'s last key cannot be removed' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l new-context -d 'Pair of a new encryption context, which replaces the old one; repeat it for several pairs' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l cipher -d 'Cipher for the new payload (default: same as before)' -r -f -a "aes-256-gcm\t''
chacha20-poly1305\t''"
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l group -d 'Number of the key group for --to, --add and --remove, from 1; required if a document has several' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l unencrypted-suffix -d 'Do not encrypt values under keys ending in SUFFIX (default without another rule: `_unencrypted`)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l encrypted-suffix -d 'Encrypt only values under keys ending in SUFFIX' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l unencrypted-regex -d 'Do not encrypt values under keys that match REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l encrypted-regex -d 'Encrypt only values under keys that match REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l unencrypted-comment-regex -d 'Do not encrypt values that follow a comment matching REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l encrypted-comment-regex -d 'Encrypt only values that follow a comment matching REGEX' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l max-encrypted-data-keys -d 'Most encrypted data keys of an AWS Encryption SDK message' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l max-frame-length -d 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l new-passphrase-from -d 'Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l report -d 'Write a line of JSON to FILE for each file as it is done or fails' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s r -l recursive -d 'Change every encrypted file and every encrypted config document in folders'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s i -l in-place -d 'Rewrite files in place (the default without -o)'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s f -l force -d 'Replace output files that exist, and files with several names (hard links), whose other names keep the old content'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l sync -d 'Sync new output files to the disk before they appear'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l delete-old-version -d 'Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l resume -d 'Continue the run of an existing report: skip the files that it calls done'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l from-config -d 'Give each file the keys that the rule for its path in .kenc.yaml or .sops.yaml names, with groups and threshold'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s y -l yes -d 'Do not ask: accept what --from-config changes, and keys that only a file names'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l no-context -d 'Remove the encryption context'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s n -l dry-run -d 'Dry run: contact the keys, write nothing, and print what would change'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l mac-only-encrypted -d 'Leave unencrypted values out of the MAC, so that they can be edited by hand'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l allow-uncommitted -d 'Open AWS Encryption SDK messages that do not commit to their key'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand rotate" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s r -l recursive -d 'Seal every encrypted config document in folders'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s y -l yes -d 'Do not ask; use this only for documents that you have reviewed'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s f -l force -d 'Replace files with several names (hard links), whose other names keep the old content'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand seal" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand get" -l document -d 'Number of the YAML document in a file with several, from 1' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l record -d 'Of a file of records: the record with this number, from 1' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l where -d 'Of a file of records: the only record in which this field has this value, such as `id=42`' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l output-type -d 'Format for a mapping or a list (default: that of the file)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand get" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand get" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand get" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand get" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand get" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand get" -s n -l no-newline -d 'Print the value without a line end after it'
complete -c kenc -n "__fish_kenc_using_subcommand get" -l ignore-mac -d 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed'
complete -c kenc -n "__fish_kenc_using_subcommand get" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand get" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand get" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand get" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand get" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand get" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand set" -l document -d 'Number of the YAML document in a file with several, from 1' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l file -d 'Take the value from this file, exactly as it is' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand set" -l type -d 'Type of the value (default: what it looks like, and text or a date where it was one)' -r -f -a "string\t''
integer\t''
float\t''
boolean\t''
date\t'A date, or a date with a time, as the format of the file writes it'
null\t''
json\t'Any JSON value, as with --json'"
complete -c kenc -n "__fish_kenc_using_subcommand set" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand set" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand set" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand set" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand set" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand set" -l from-argument -d 'Take the value from the command line; only for values that are not secret'
complete -c kenc -n "__fish_kenc_using_subcommand set" -l string -d 'Store the value as text, even if it looks like a number; the same as `--type string`'
complete -c kenc -n "__fish_kenc_using_subcommand set" -s f -l force -d 'Replace a mapping or a list with everything in it, without asking'
complete -c kenc -n "__fish_kenc_using_subcommand set" -l ignore-mac -d 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed'
complete -c kenc -n "__fish_kenc_using_subcommand set" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand set" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand set" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand set" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand set" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand set" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l document -d 'Number of the YAML document in a file with several, from 1' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand unset" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l if-there -d 'Do not fail if there is no value at the path'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l ignore-mac -d 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand unset" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l show-keys -d 'Show the wrapping keys of a document in the text, so that they can be edited'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l ignore-mac -d 'Edit a document whose MAC or seal is broken; the saved document has a valid MAC and no seal'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l resume -d 'Continue with edits that an earlier run could not save'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand edit" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l prefix -d 'Prefix for the names of all variables' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l only -d 'Pass on only this value; repeat it for several values' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l file-name -d 'Name of the decrypted file, for a command that depends on it; repeat it for each FILE' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l pristine -d 'Start with a clean environment, keeping only PATH, HOME, USER, LOGNAME, SHELL, TERM, TZ, TMPDIR, LANG and LC_*'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l upper -d 'Use upper case for the names of variables'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l literal -d 'Take values of dotenv files literally, as sops does: with quotes, comments and references'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l file -d 'Give the command decrypted files instead of variables: `{}` in its arguments is replaced by the path'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand exec" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand krm" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand krm" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand krm" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand krm" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand krm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand krm" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand export" -l format -d 'Format of the output (default: shell, or json with --json)' -r -f -a "shell\t'export NAME=\'value\', for sh, bash, zsh and fish'
dotenv\t'A dotenv file for docker compose, godotenv and python-dotenv'
json\t'A JSON object of strings'
github-actions\t'Variables for the later steps of the job, and masks for the log: adds to the file $GITHUB_ENV'
docker\t'A file for `docker run --env-file`'"
complete -c kenc -n "__fish_kenc_using_subcommand export" -l prefix -d 'Prefix for the names of all variables' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l only -d 'Pass on only this value; repeat it for several values' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand export" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand export" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand export" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand export" -l upper -d 'Use upper case for the names of variables'
complete -c kenc -n "__fish_kenc_using_subcommand export" -l literal -d 'Take values of dotenv files literally, as sops does: with quotes, comments and references'
complete -c kenc -n "__fish_kenc_using_subcommand export" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand export" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand export" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand export" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand export" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s r -l recursive -d 'Include all files in folders and their subfolders'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l max-encrypted-data-keys -d 'Most encrypted data keys of an AWS Encryption SDK message' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l max-frame-length -d 'Longest frame of an AWS Encryption SDK message, in bytes (default: 67108864)' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l input-type -d 'Format of the config file (default: by its name)' -r -f -a "yaml\t''
json\t''
dotenv\t''
ini\t''
toml\t''
hcl\t''
binary\t'Any content, as one value'"
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l shard -d 'Process one of N parts of the files: I/N (from 1/N to N/N), auto in a job array, or auto/N' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l report -d 'Write a line of JSON to FILE for each file as it is done or fails' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l allow-uncommitted -d 'Open AWS Encryption SDK messages that do not commit to their key'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l ignore-mac -d 'Open a document even if its MAC is missing or wrong: values may have been moved, added or removed'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l require-seal -d 'Refuse documents that were never sealed, or whose seal is stale because another tool encrypted them again'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l resume -d 'Continue the run of an existing report: skip the files that it calls done'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s r -l recursive -d 'Include all files in folders and their subfolders'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s o -l output -d 'File for the key, instead of the place of the local key; `-` prints the key to the standard output' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l pq -d 'Make a key that also resists quantum computers (age 1.3 and later, sops 3.12 and later read it)'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l show -d 'Print the existing key\'s recipient'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -f -a "check" -d 'Check whether keys work, and what is missing if they do not'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -f -a "usage" -d 'Show which keys open which files, and what depends on one key alone'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -f -a "policy" -d 'Print a key policy for a KMS key that kenc uses'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and not __fish_seen_subcommand_from check usage policy help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l file -d 'Check the keys of this encrypted file, with its context; repeat it for several files' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -s c -l context -d 'Pair of the encryption context to check with; the context of a --file must contain it' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l encrypt-only -d 'Only encrypt: kms:GenerateDataKey and kms:Encrypt'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l decrypt-only -d 'Only decrypt: kms:Decrypt'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l rewrap-only -d 'Only move data to other keys, without reading it: kms:ReEncryptFrom and kms:ReEncryptTo'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l fail-on -d 'Exit with 7 if a file has this key, or (`drift`) a key that its config does not name; repeat it for several' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l alone -d 'Name every file that only one key opens'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from usage" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l account -d 'Account of the key, 12 digits (default: the account of all --admin and --user)' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l admin -d 'User or role that administers the key and cannot use it; repeat it for several' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l user -d 'User or role that uses the key; repeat it for several' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -s c -l context -d 'Allow use of the key only with this pair in the encryption context' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l via -d 'Also allow the users to use the key through Amazon S3 or DynamoDB (s3, dynamodb; with .REGION for one region)' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l format -d 'Print the policy alone (json), or a key with it and an alias: terraform (and OpenTofu) or cloudformation' -r -f -a "json\t''
terraform\t''
cloudformation\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l alias -d 'Name of the alias for --format terraform and cloudformation, without alias/' -r
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l exact-context -d 'Allow no other pairs in the encryption context than those of -c'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l users-only -d 'Allow the account root to administer the key but not use it, so that no IAM policy can grant its use'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l encrypt-only -d 'Only encrypt: kms:GenerateDataKey and kms:Encrypt'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l decrypt-only -d 'Only decrypt: kms:Decrypt'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l rewrap-only -d 'Only move data to other keys, without reading it: kms:ReEncryptFrom and kms:ReEncryptTo'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from policy" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check whether keys work, and what is missing if they do not'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "usage" -d 'Show which keys open which files, and what depends on one key alone'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "policy" -d 'Print a key policy for a KMS key that kenc uses'
complete -c kenc -n "__fish_kenc_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l files0-from -d 'Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l trail -d 'Log of CloudTrail, or a folder or an s3:// prefix of logs; `-` is the standard input; repeat it for several' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l log -d 'Log of kenc\'s own use of keys, which ties request ids to files (default: `audit_log` of your own config)' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l since -d 'Leave out events before this: 2026-11-29, 2026-11-29T10:15:00Z, or an age such as 30m, 12h or 7d' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l until -d 'Leave out events at this time and later' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l principal -d 'Show only calls of principals with this text in their ARN, role, account or service; repeat it for several' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l level -d 'Show only events that tell at least this much: file, context or key' -r -f -a "file\t'This file, by the id of the request'
context\t'This key and this context'
key\t'This key only'"
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l fail-on -d 'Exit with 7 if such an event is shown: denied or unknown; repeat it for both' -r -f -a "denied\t'A call that was denied'
unknown\t'A decrypt that matches no file'"
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l threads -d 'Maximum number of threads (default: all available cores)' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l denied -d 'Show only what was denied'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l unknown -d 'Show only decrypts (and re-encryptions) with these keys that match no file here'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand audit" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -f -a "install" -d 'Configure git to show and merge encrypted files'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -f -a "textconv" -d 'Print the plaintext of an encrypted file for `git diff`'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -f -a "merge" -d 'Merge three versions of an encrypted document, as a merge driver of git'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -f -a "check" -d 'Find secrets that would be committed unencrypted, and broken encrypted files'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -f -a "mac-repair" -d 'Write a new MAC after a conflict was resolved by hand'
complete -c kenc -n "__fish_kenc_using_subcommand git; and not __fish_seen_subcommand_from install textconv merge check mac-repair help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l global -d 'Configure all repositories of the user, and do not change .gitattributes'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l hook -d 'Run `kenc git check` in the pre-commit hook of this repository as well'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l uninstall -d 'Remove everything that was set up'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from install" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from textconv" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from merge" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l all -d 'Check everything in the index, not only what differs from the last commit'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l no-keys -d 'Use no keys; find only what can be found without them'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s k -l key -d 'Open the file with this key only; repeat it for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s c -l context -d 'Require this pair in the encryption context of the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l passphrase-from -d 'Read passphrases from fd:N, file:PATH or cmd:PROGRAM instead of the terminal' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s y -l yes -d 'Do not ask for confirmation'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from mac-repair" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from help" -f -a "install" -d 'Configure git to show and merge encrypted files'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from help" -f -a "textconv" -d 'Print the plaintext of an encrypted file for `git diff`'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from help" -f -a "merge" -d 'Merge three versions of an encrypted document, as a merge driver of git'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from help" -f -a "check" -d 'Find secrets that would be committed unencrypted, and broken encrypted files'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from help" -f -a "mac-repair" -d 'Write a new MAC after a conflict was resolved by hand'
complete -c kenc -n "__fish_kenc_using_subcommand git; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -f -a "cleanup" -d 'List and remove the parts of uploads that were never completed'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and not __fish_seen_subcommand_from cleanup help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l older-than -d 'Leave uploads alone that began less than this ago, such as 30m, 12h or 7d' -r
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l aws-profile -d 'AWS profile to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l aws-region -d 'Region for keys that do not name one, and for multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l aws-role-arn -d 'Role to assume before calling KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l aws-timeout -d 'Time limit for one KMS operation with its retries, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -s n -l dry-run -d 'List the uploads, and remove nothing'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -s y -l yes -d 'Do not ask'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from cleanup" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from help" -f -a "cleanup" -d 'List and remove the parts of uploads that were never completed'
complete -c kenc -n "__fish_kenc_using_subcommand s3; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand report" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand report" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand report" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand report" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand report" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand report" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand report" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l config -d 'Config file to use, instead of the nearest .kenc.yaml or .sops.yaml' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l static -d 'Print a script that completes flags, words and file names by itself, and never runs kenc'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s v -l verbose -d 'Print details: which key opened a file, and how many bytes were written'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l no-input -d 'Never prompt on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "encrypt" -d 'Encrypt files or the standard input'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "decrypt" -d 'Decrypt files or the standard input'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "rewrap" -d 'Change the keys that open files, without encrypting the files again; or their format'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "rotate" -d 'Encrypt files again with a new data key, under the same keys or others'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "seal" -d 'Seal encrypted config documents after you have reviewed them'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "get" -d 'Print one value of an encrypted config document'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "set" -d 'Set one value of an encrypted config document'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "unset" -d 'Remove one value from an encrypted config document'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "edit" -d 'Edit the plaintext of a file, and encrypt what changed'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "exec" -d 'Run a command with decrypted values in its environment'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "krm" -d 'Decrypt the resources of a Kubernetes ResourceList'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "export" -d 'Print decrypted values as variables for a shell, dotenv, JSON, Docker or GitHub Actions'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "inspect" -d 'Show what a file says about itself, without a key'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "verify" -d 'Check that files are authentic and complete, and write nothing'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "keygen" -d 'Create the local key, and print its recipient'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "keys" -d 'Show which keys open which files, find out why a key does not work, and print its policy'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "audit" -d 'Show who used the keys of files, by the logs of AWS CloudTrail'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "git" -d 'Use encrypted files in git: readable diffs, merges, and a check before every commit'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "s3" -d 'Use objects of Amazon S3, and remove what broken uploads left behind'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "report" -d 'Add up the reports of all shards of a run'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt rewrap rotate seal get set unset edit exec krm export inspect verify keygen keys audit git s3 report completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "check" -d 'Check whether keys work, and what is missing if they do not'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "usage" -d 'Show which keys open which files, and what depends on one key alone'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "policy" -d 'Print a key policy for a KMS key that kenc uses'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from git" -f -a "install" -d 'Configure git to show and merge encrypted files'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from git" -f -a "textconv" -d 'Print the plaintext of an encrypted file for `git diff`'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from git" -f -a "merge" -d 'Merge three versions of an encrypted document, as a merge driver of git'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from git" -f -a "check" -d 'Find secrets that would be committed unencrypted, and broken encrypted files'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from git" -f -a "mac-repair" -d 'Write a new MAC after a conflict was resolved by hand'
complete -c kenc -n "__fish_kenc_using_subcommand help; and __fish_seen_subcommand_from s3" -f -a "cleanup" -d 'List and remove the parts of uploads that were never completed'

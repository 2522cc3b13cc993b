# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kenc_global_optspecs
    string join \n json q/quiet v/verbose color= no-input h/help V/version
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
complete -c kenc -n "__fish_kenc_needs_command" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_needs_command" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_needs_command" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_needs_command" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_needs_command" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "encrypt" -d 'Encrypt files or the standard input'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "decrypt" -d 'Decrypt files or the standard input'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "inspect" -d 'Show all that can be known of a file without a key'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "verify" -d 'Open and authenticate everything, write nothing'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "keygen" -d 'Make the local key, and print its recipient'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c kenc -n "__fish_kenc_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s k -l key -d 'Key to encrypt under; give several times for several keys, any one of which opens the file' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s c -l context -d 'Pair of the encryption context, which is bound to the file in the clear and sent to KMS' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l cipher -d 'Cipher for the payload' -r -f -a "aes-256-gcm\t''
chacha20-poly1305\t''"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s o -l output -d 'File to write, or folder for several; `-` is the standard output even if it is a terminal' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l threads -d 'Most threads to work with; all available cores by default' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l passphrase-from -d 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-profile -d 'Profile of the AWS configuration to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-region -d 'Region of keys that name none, and of multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-role-arn -d 'Role to assume before KMS is asked' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l aws-timeout -d 'Longest time for one operation of KMS, retries included, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s a -l armor -d 'Write text (strict PEM) instead of bytes'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s i -l in-place -d 'Replace each file by its result'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s f -l force -d 'Replace output files that exist'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l sync -d 'Sync new output files to the disk before they appear (those that replace another always are)'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand encrypt" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l range -d 'Plaintext bytes to write: A..B from A up to but without B, counted from 0; A.. and ..B are open-ended' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s k -l key -d 'Try only the file\'s wrapped keys of this key; give several times for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s c -l context -d 'Pair that the encryption context of the file must contain' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s o -l output -d 'File to write, or folder for several; `-` is the standard output even if it is a terminal' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l threads -d 'Most threads to work with; all available cores by default' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l passphrase-from -d 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-profile -d 'Profile of the AWS configuration to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-region -d 'Region of keys that name none, and of multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-role-arn -d 'Role to assume before KMS is asked' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l aws-timeout -d 'Longest time for one operation of KMS, retries included, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s i -l in-place -d 'Replace each file by its result'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s f -l force -d 'Replace output files that exist'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l sync -d 'Sync new output files to the disk before they appear (those that replace another always are)'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand decrypt" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand inspect" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s k -l key -d 'Try only the file\'s wrapped keys of this key; give several times for several keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s c -l context -d 'Pair that the encryption context of the file must contain' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l identity -d 'File of age identities or an ssh private key, instead of the usual places' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l threads -d 'Most threads to work with; all available cores by default' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l passphrase-from -d 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-profile -d 'Profile of the AWS configuration to use' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-region -d 'Region of keys that name none, and of multi-Region keys' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-role-arn -d 'Role to assume before KMS is asked' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l aws-timeout -d 'Longest time for one operation of KMS, retries included, in seconds' -r
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand verify" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s o -l output -d 'File for the key, instead of the local key\'s own place; `-` prints it to the standard output' -r -F
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l show -d 'Make nothing: print the recipient of the key that is there'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand keygen" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l color -d 'When to use colors' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t''
never\t''"
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l json -d 'Print results and errors as JSON'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s q -l quiet -d 'Print errors only: no hints, no progress'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s v -l verbose -d 'Say what is done: which key opened what, and how many bytes'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -l no-input -d 'Never ask for anything on the terminal'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kenc -n "__fish_kenc_using_subcommand completions" -s V -l version -d 'Print version'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "encrypt" -d 'Encrypt files or the standard input'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "decrypt" -d 'Decrypt files or the standard input'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "inspect" -d 'Show all that can be known of a file without a key'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "verify" -d 'Open and authenticate everything, write nothing'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "keygen" -d 'Make the local key, and print its recipient'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "completions" -d 'Print the completions for a shell'
complete -c kenc -n "__fish_kenc_using_subcommand help; and not __fish_seen_subcommand_from encrypt decrypt inspect verify keygen completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'

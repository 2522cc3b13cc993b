
use builtin;
use str;

set edit:completion:arg-completer[kenc] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'kenc'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'kenc'= {
            cand --color 'When to use colors'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand encrypt 'Encrypt files or the standard input'
            cand decrypt 'Decrypt files or the standard input'
            cand inspect 'Show all that can be known of a file without a key'
            cand verify 'Open and authenticate everything, write nothing'
            cand keygen 'Make the local key, and print its recipient'
            cand completions 'Print the completions for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'kenc;encrypt'= {
            cand -k 'Key to encrypt under; give several times for several keys, any one of which opens the file'
            cand --key 'Key to encrypt under; give several times for several keys, any one of which opens the file'
            cand -c 'Pair of the encryption context, which is bound to the file in the clear and sent to KMS'
            cand --context 'Pair of the encryption context, which is bound to the file in the clear and sent to KMS'
            cand --cipher 'Cipher for the payload'
            cand -o 'File to write, or folder for several; `-` is the standard output even if it is a terminal'
            cand --output 'File to write, or folder for several; `-` is the standard output even if it is a terminal'
            cand --threads 'Most threads to work with; all available cores by default'
            cand --passphrase-from 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM'
            cand --aws-profile 'Profile of the AWS configuration to use'
            cand --aws-region 'Region of keys that name none, and of multi-Region keys'
            cand --aws-role-arn 'Role to assume before KMS is asked'
            cand --aws-timeout 'Longest time for one operation of KMS, retries included, in seconds'
            cand --color 'When to use colors'
            cand -a 'Write text (strict PEM) instead of bytes'
            cand --armor 'Write text (strict PEM) instead of bytes'
            cand -i 'Replace each file by its result'
            cand --in-place 'Replace each file by its result'
            cand -f 'Replace output files that exist'
            cand --force 'Replace output files that exist'
            cand --sync 'Sync new output files to the disk before they appear (those that replace another always are)'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kenc;decrypt'= {
            cand --range 'Plaintext bytes to write: A..B from A up to but without B, counted from 0; A.. and ..B are open-ended'
            cand -k 'Try only the file''s wrapped keys of this key; give several times for several keys'
            cand --key 'Try only the file''s wrapped keys of this key; give several times for several keys'
            cand -c 'Pair that the encryption context of the file must contain'
            cand --context 'Pair that the encryption context of the file must contain'
            cand --identity 'File of age identities or an ssh private key, instead of the usual places'
            cand -o 'File to write, or folder for several; `-` is the standard output even if it is a terminal'
            cand --output 'File to write, or folder for several; `-` is the standard output even if it is a terminal'
            cand --threads 'Most threads to work with; all available cores by default'
            cand --passphrase-from 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM'
            cand --aws-profile 'Profile of the AWS configuration to use'
            cand --aws-region 'Region of keys that name none, and of multi-Region keys'
            cand --aws-role-arn 'Role to assume before KMS is asked'
            cand --aws-timeout 'Longest time for one operation of KMS, retries included, in seconds'
            cand --color 'When to use colors'
            cand -i 'Replace each file by its result'
            cand --in-place 'Replace each file by its result'
            cand -f 'Replace output files that exist'
            cand --force 'Replace output files that exist'
            cand --sync 'Sync new output files to the disk before they appear (those that replace another always are)'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kenc;inspect'= {
            cand --color 'When to use colors'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kenc;verify'= {
            cand -k 'Try only the file''s wrapped keys of this key; give several times for several keys'
            cand --key 'Try only the file''s wrapped keys of this key; give several times for several keys'
            cand -c 'Pair that the encryption context of the file must contain'
            cand --context 'Pair that the encryption context of the file must contain'
            cand --identity 'File of age identities or an ssh private key, instead of the usual places'
            cand --threads 'Most threads to work with; all available cores by default'
            cand --passphrase-from 'Where passphrases come from, instead of the terminal: fd:N, file:PATH, or cmd:PROGRAM'
            cand --aws-profile 'Profile of the AWS configuration to use'
            cand --aws-region 'Region of keys that name none, and of multi-Region keys'
            cand --aws-role-arn 'Role to assume before KMS is asked'
            cand --aws-timeout 'Longest time for one operation of KMS, retries included, in seconds'
            cand --color 'When to use colors'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kenc;keygen'= {
            cand -o 'File for the key, instead of the local key''s own place; `-` prints it to the standard output'
            cand --output 'File for the key, instead of the local key''s own place; `-` prints it to the standard output'
            cand --color 'When to use colors'
            cand --show 'Make nothing: print the recipient of the key that is there'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kenc;completions'= {
            cand --color 'When to use colors'
            cand --json 'Print results and errors as JSON'
            cand -q 'Print errors only: no hints, no progress'
            cand --quiet 'Print errors only: no hints, no progress'
            cand -v 'Say what is done: which key opened what, and how many bytes'
            cand --verbose 'Say what is done: which key opened what, and how many bytes'
            cand --no-input 'Never ask for anything on the terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'kenc;help'= {
            cand encrypt 'Encrypt files or the standard input'
            cand decrypt 'Decrypt files or the standard input'
            cand inspect 'Show all that can be known of a file without a key'
            cand verify 'Open and authenticate everything, write nothing'
            cand keygen 'Make the local key, and print its recipient'
            cand completions 'Print the completions for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'kenc;help;encrypt'= {
        }
        &'kenc;help;decrypt'= {
        }
        &'kenc;help;inspect'= {
        }
        &'kenc;help;verify'= {
        }
        &'kenc;help;keygen'= {
        }
        &'kenc;help;completions'= {
        }
        &'kenc;help;help'= {
        }
    ]
    $completions[$command]
}

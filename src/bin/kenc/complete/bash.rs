//! bash, which splits words at `@`, `:` and `=`: its script joins them again.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::{Bash as Usual, EnvCompleter};

pub struct Bash;

const SCRIPT: &str = r#"_kenc_complete() {
    local line=$COMP_LINE words=() last=-1 word part i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]} part=${COMP_WORDS[i]}
        # Of the last word only what is before the cursor.
        if ((i == COMP_CWORD)) && [[ ! $word =~ ^[@:=]+$ ]]; then part=${2##*[@:=]}; fi
        # Without a blank between them, two words are one.
        if ((i > 0)) && [[ -n $word && $line == "$word"* ]]; then
            words[last]+=$part
        else
            last=$((last + 1))
            words[last]=$part
        fi
        line=${line#*"$word"}
    done
    # bash replaces only what it takes for the last word.
    local before=${words[last]%"$2"}
    local IFS=$'\013'
    COMPREPLY=($(_CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX=$last VARIABLE=bash kenc -- "${words[@]}" 2>/dev/null))
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} =~ [=/:]$ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o bashdefault -o default -o nosort -F _kenc_complete kenc 2>/dev/null ||
    complete -o bashdefault -o default -F _kenc_complete kenc
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        variable: &str,
        _name: &str,
        _program: &str,
        _completer: &str,
        output: &mut dyn Write,
    ) -> Result<(), Error> {
        output.write_all(SCRIPT.replace("VARIABLE", variable).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        output: &mut dyn Write,
    ) -> Result<(), Error> {
        Usual.write_complete(command, words, folder, output)
    }
}

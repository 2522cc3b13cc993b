//! The commands that write, each with the files that it needs.

use super::sweep;

/// A command, and the place for it.
pub struct Scenario {
    /// Programs without which it cannot be.
    pub needs: &'static [&'static str],
    /// A script that makes the files.
    pub prepare: &'static str,
    pub command: &'static str,
    pub input: &'static str,
}

macro_rules! sweeps {
    ($($sentence:ident: $prepare:expr, $command:literal, $input:literal, $needs:expr;)*) => {
        $(#[test] fn $sentence() {
            let prepare = concat!(
                "printf 'user: me\\npassword: correct-horse-battery-staple\\n' > s.yaml; cp s.yaml plain; ",
                $prepare,
            );
            sweep(stringify!($sentence), &Scenario { needs: $needs, prepare, command: $command, input: $input });
        })*
    };
}

// In a command, RECIPIENT is the local key, OTHER and OTHER2 to OTHER5 are more.
sweeps! {
    encrypt_to_a_new_file: "", "kenc encrypt plain -o new.kenc", "", &[];
    encrypt_over_a_file: "echo old > old", "kenc encrypt plain -f -o old", "", &[];
    encrypt_the_standard_input: "", "kenc encrypt -a -o new.kenc", "correct-horse-battery-staple", &[];
    encrypt_in_place: "", "kenc encrypt -i plain", "", &[];
    encrypt_a_large_file: "yes correct-horse-battery-staple | head -c 3000000 > large || true",
        "kenc encrypt --threads 2 large -o new.kenc", "", &[];
    encrypt_a_folder: "mkdir -p folder/within; cp plain folder/a; cp plain folder/within/b",
        "kenc encrypt -r folder -o sealed", "", &[];
    encrypt_a_folder_in_place: "mkdir -p folder/within; cp plain folder/a; cp plain folder/within/b",
        "kenc encrypt -r -i folder", "", &[];
    encrypt_values_in_place: "", "kenc encrypt --values -i s.yaml", "", &[];
    encrypt_values_to_a_new_file: "", "kenc encrypt --values s.yaml -o new.yaml", "", &[];
    encrypt_by_a_rule:
        "printf 'creation_rules:\\n- path_regex: s.yaml\\n  age: %s\\n' $(cat other) > .sops.yaml",
        "kenc encrypt -i s.yaml", "", &[];
    decrypt_to_a_new_file: "kenc encrypt plain -o f.kenc; rm plain s.yaml", "kenc decrypt f.kenc -o new", "", &[];
    decrypt_over_a_file: "kenc encrypt plain -o f.kenc; rm plain s.yaml; echo old > old",
        "kenc decrypt f.kenc -f -o old", "", &[];
    decrypt_in_place: "kenc encrypt -i plain; rm s.yaml", "kenc decrypt -i plain", "", &[];
    decrypt_a_document_in_place: "kenc encrypt --values -i s.yaml; rm plain", "kenc decrypt -i s.yaml", "", &[];
    decrypt_a_folder:
        "mkdir -p f/within; cp plain f/a; cp plain f/within/b; kenc encrypt -r f -o sealed; rm -r f plain s.yaml",
        "kenc decrypt -r sealed -o opened", "", &[];
    rewrap_in_place: "kenc encrypt -i plain", "kenc rewrap plain --add OTHER", "", &[];
    rewrap_in_place_to_a_longer_table: "kenc encrypt -i plain",
        "kenc rewrap plain --add OTHER --add OTHER2 --add OTHER3 --add OTHER4 --add OTHER5", "", &[];
    rewrap_to_a_new_file: "kenc encrypt -i plain", "kenc rewrap plain --add OTHER -o new.kenc", "", &[];
    rewrap_a_document: "kenc encrypt --values -i s.yaml", "kenc rewrap s.yaml --add OTHER", "", &[];
    rotate_a_file: "kenc encrypt -i plain", "kenc rotate plain --to OTHER", "", &[];
    rotate_a_document: "kenc encrypt --values -i s.yaml", "kenc rotate s.yaml", "", &[];
    rotate_a_document_to_a_new_file: "kenc encrypt --values -i s.yaml", "kenc rotate s.yaml -o new.yaml", "", &[];
    set_a_value: "kenc encrypt --values -i s.yaml", "kenc set s.yaml user", "correct-horse-battery-staple", &[];
    set_a_value_of_a_new_file:
        "printf 'creation_rules:\\n- path_regex: new.yaml\\n  age: %s\\n' $(cat recipient) > .sops.yaml",
        "kenc set new.yaml user", "correct-horse-battery-staple", &[];
    unset_a_value: "kenc encrypt --values -i s.yaml", "kenc unset s.yaml user", "", &[];
    edit_a_document: "kenc encrypt --values -i s.yaml", "kenc edit s.yaml", "", &["sed"];
    edit_a_whole_file: "kenc encrypt -i plain", "kenc edit plain", "", &["sed"];
    edit_a_new_file: "", "kenc edit new.kenc", "", &["sed"];
    keygen_at_its_place: "rm ../home/.config/kenc/keys.txt", "kenc keygen", "", &[];
    keygen_to_a_file: "", "kenc keygen -o key.txt", "", &[];
    git_install: "git init -q --template= .; kenc encrypt --values -i s.yaml; echo '* text' > .gitattributes", "kenc git install --hook *.env", "",
        &["git"];
    git_merge:
        "kenc encrypt --values -i s.yaml; cp s.yaml base; cp s.yaml t.yaml; printf you | kenc set t.yaml user
        mv t.yaml theirs; printf correct-horse-battery-staple | kenc set s.yaml more; mv s.yaml ours",
        "kenc git merge base ours theirs s.yaml", "", &["git"];
    git_mac_repair:
        "git init -q --template= .; kenc encrypt --values -i s.yaml; git add s.yaml
        git -c user.name=a -c user.email=a@example.com commit -q -m base; sed -i /^user/d s.yaml",
        "kenc git mac-repair -y s.yaml", "", &["git"];
    seal_a_document: "kenc encrypt --values -i s.yaml; sed -i /kenc_seal/d s.yaml", "kenc seal --yes s.yaml", "", &[];
    sops_encrypt_in_place: "", "sops -e -i --age RECIPIENT s.yaml", "", &[];
    sops_encrypt_to_a_new_file: "", "sops encrypt --age RECIPIENT --output new.yaml s.yaml", "", &[];
    sops_decrypt_in_place: "kenc encrypt --values -i s.yaml", "sops -d -i s.yaml", "", &[];
    sops_decrypt_to_a_new_file: "kenc encrypt --values -i s.yaml", "sops decrypt --output new.yaml s.yaml", "", &[];
    sops_set: "kenc encrypt --values -i s.yaml", "sops set s.yaml [\"user\"] \"you\"", "", &[];
    sops_unset: "kenc encrypt --values -i s.yaml", "sops unset s.yaml [\"user\"]", "", &[];
    sops_rotate: "kenc encrypt --values -i s.yaml", "sops rotate -i s.yaml", "", &[];
    sops_rotate_with_another_key: "kenc encrypt --values -i s.yaml", "sops rotate -i --add-age OTHER s.yaml", "", &[];
    sops_updatekeys:
        "kenc encrypt --values -i s.yaml
        printf 'creation_rules:\\n- age: %s,%s\\n' $(cat recipient) $(cat other) > .sops.yaml",
        "sops updatekeys -y s.yaml", "", &[];
    sops_edit: "kenc encrypt --values -i s.yaml", "sops s.yaml", "", &["sed"];
}

//! Files that sops wrote.

use super::*;
use crate::test_data::{OutsideData, skip};

/// `None`, and a skipped test, if the documents are not there.
fn vector(name: &str) -> Option<Zeroizing<String>> {
    match OutsideData::SopsDocuments.path() {
        Ok(folder) => Some(Zeroizing::new(std::fs::read_to_string(folder.join(name)).unwrap())),
        Err(reason) => {
            skip(&reason);
            None
        }
    }
}

#[test]
fn files_that_sops_wrote_have_their_metadata_whatever_their_notation() {
    for (name, format, leaves) in
        [("example.json", Format::Json, 12), ("example.ini", Format::Ini, 11), ("example.txt", Format::Binary, 1)]
    {
        let Some(text) = vector(name) else { return };
        assert_eq!(Format::of_content(text.as_bytes()), Some(format), "{name}");
        let document = Document::parse(format, text.clone()).unwrap();
        assert_eq!(shown(&document).len(), leaves, "{name}");
        let metadata = document.metadata().unwrap();
        assert_eq!(metadata["unencrypted_suffix"], "_unencrypted");
        assert_eq!(metadata["version"], "3.5.0");
        assert!(metadata["lastmodified"].as_str().unwrap().starts_with("2019-12-10T22:4"));
        assert!(metadata["mac"].as_str().unwrap().starts_with("ENC[AES256_GCM,data:"));
        assert!(metadata["age"][0]["recipient"].as_str().unwrap().starts_with("age1ap6crg9ezh4vuf4hluph85cltzy5asz"));
        for (key, armor) in
            [("age", "-----BEGIN AGE ENCRYPTED FILE-----\n"), ("pgp", "-----BEGIN PGP MESSAGE-----\n\n")]
        {
            assert!(metadata[key][0]["enc"].as_str().unwrap().starts_with(armor), "{name} {key}");
        }
        assert_eq!(metadata["pgp"][1]["fp"], "D7229043384BCC60326C6FB9D8720D957C3D3074");
        let same = document.rewrite(&[], MetadataChange::Write(metadata.clone())).unwrap();
        assert_eq!(Document::parse(format, same).unwrap().metadata(), Some(metadata));
        document.rewrite(&[], MetadataChange::Remove).unwrap();
        if format != Format::Binary {
            replaces_all_and_restores(
                &Document::parse(format, document.rewrite(&[], MetadataChange::Remove).unwrap()).unwrap(),
            );
        }
    }
}

#[test]
fn an_encrypted_comment_of_sops_is_one_in_ini() {
    let Some(text) = vector("example.ini") else { return };
    let document = Document::parse(Format::Ini, text).unwrap();
    let comment = shown(&document).remove(0);
    assert!(comment.starts_with("name #ENC[AES256_GCM,data:EexYkXJHDv1E9"), "{comment}");
    let decrypted = Edit { leaf: LeafId(0), text: NewText::Comment(Zeroizing::new("one\n# two".to_owned())) };
    let text = document.rewrite(&[decrypted], MetadataChange::Keep).unwrap();
    assert!(text.starts_with("; one\n# two\n[name]\n"));
}

use super::*;

#[test]
fn cross() {
    let source = "a:\n    a:\n        a: |-\n            =\n            =\t\n";
    let document = Document::parse(Format::Yaml, Zeroizing::new(source.to_owned())).unwrap();
    println!("{:?}", shown(&document));
    let enc = document.rewrite(&[Edit { leaf: LeafId(0), text: NewText::Encrypted("ENC[x]".to_owned()) }], MetadataChange::Keep).unwrap();
    println!("{:?}", *enc);
    let enc = Document::parse(Format::Yaml, enc).unwrap();
    let splices = store_of(Format::Yaml).change(&enc.text, &enc.found, LeafId(0), &NewText::Plain(text("=\n=\t"))).unwrap();
    let out = apply(&enc.text, splices).unwrap();
    println!("{:?}", *out);
    println!("{:?}", shown(&Document::parse(Format::Yaml, out).unwrap()));
}

//! YAML aliases resolved, for reading values rather than changing the file.

use crate::document::content::tree::{Member, Node, Path, Tree, TreeEntry, children};
use crate::document::file::document::Document;
use crate::document::store::registry::{AliasSupport, facts_of};
use crate::error::{At, DocumentError};

/// Maximum number of nodes that aliases may add to a document: a few lines of YAML can expand beyond any memory.
const MOST_NODES: usize = 100_000;
/// The key whose value is merged into the surrounding mapping.
const MERGE: &str = "<<";

impl Document {
    /// The path of each alias, in text order, with the path of its target.
    pub(crate) fn alias_targets(&self) -> Vec<(Path, Path)> {
        self.found.outline.alias_targets(self.tree())
    }

    /// The document with each alias replaced by a copy of its target, and with `<<` merged.
    ///
    /// # Errors
    /// [`DocumentError::Refused`] if an alias refers to a value that contains it, or the expansion is too large.
    pub fn followed(&self) -> Result<Tree, DocumentError> {
        let mut tree = self.tree().clone();
        if facts_of(self.format()).aliases == AliasSupport::None {
            return Ok(tree);
        }
        let mut added = 0;
        // The target comes before its alias, and its own aliases are resolved already.
        for (alias, target) in self.alias_targets() {
            let Some(Node::Alias(place)) = tree.node(&alias) else { continue };
            let at = At::from(*place);
            let refused = |fault: &str| DocumentError::Refused { at, fault: fault.to_owned() };
            if is_within(&alias, &target) {
                return Err(refused("this alias refers to a value that contains it"));
            }
            let meant = tree.node(&target).ok_or_else(|| refused("this alias has no anchor"))?.clone();
            added += count(&meant);
            if added > MOST_NODES {
                return Err(refused("the aliases up to this one expand to more than 100 000 values"));
            }
            if let Some(node) = tree.node_mut(&alias) {
                *node = meant;
            }
        }
        tree.roots.iter_mut().for_each(merge);
        Ok(tree)
    }
}

fn is_within(path: &Path, container: &Path) -> bool {
    path.root == container.root && path.steps.starts_with(&container.steps)
}

// The depth is bounded: at most 255 from the text, and the limit of nodes bounds what aliases add.
fn count(node: &Node) -> usize {
    1 + match node {
        Node::Mapping(entries) => children(entries).map(|member| count(&member.value)).sum(),
        Node::Sequence(entries) => children(entries).map(count).sum(),
        Node::Leaf(_) | Node::Alias(_) => 0,
    }
}

/// Merges the value of `<<` into the surrounding mapping. The mapping's own members take precedence, then the first of
/// several merged mappings.
fn merge(node: &mut Node) {
    match node {
        Node::Leaf(_) | Node::Alias(_) => {}
        Node::Sequence(entries) => entries.iter_mut().for_each(|entry| {
            if let TreeEntry::Child(item) = entry {
                merge(item);
            }
        }),
        Node::Mapping(entries) => {
            for entry in entries.iter_mut() {
                if let TreeEntry::Child(member) = entry {
                    merge(&mut member.value);
                }
            }
            let merged: Vec<Member> = children(entries)
                .filter(|member| member.key == MERGE)
                .flat_map(|member| merged_members(&member.value))
                .cloned()
                .collect();
            if merged.is_empty() {
                return;
            }
            entries.retain(|entry| !matches!(entry, TreeEntry::Child(member) if member.key == MERGE));
            for member in merged {
                if children(entries).all(|own| own.key != member.key) {
                    entries.push(TreeEntry::Child(member));
                }
            }
        }
    }
}

fn merged_members(node: &Node) -> Vec<&Member> {
    match node {
        Node::Mapping(entries) => children(entries).collect(),
        Node::Sequence(entries) => children(entries).flat_map(merged_members).collect(),
        Node::Leaf(_) | Node::Alias(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::document::content::format::Format;
    use crate::document::content::value::Value;
    use crate::document::content::walk::TreeItem;

    fn followed(text: &str) -> Result<Vec<String>, DocumentError> {
        let tree = Document::parse(Format::Yaml, Zeroizing::new(text.to_owned())).unwrap().followed()?;
        let mut values = Vec::new();
        tree.walk(|path, item| match item {
            TreeItem::Leaf(leaf) => match &leaf.value {
                Value::Text(text) => values.push(format!("{}{path}={}", path.root, text.as_str())),
                other => values.push(format!("{}{path}={other:?}", path.root)),
            },
            TreeItem::Alias(_) => panic!("an alias is left at {path}"),
            TreeItem::Comment(_) | TreeItem::Enter(_) | TreeItem::Leave(_) => {}
        });
        Ok(values)
    }

    #[test]
    fn an_alias_says_what_it_stands_for() {
        let text = "a: &x one # &y\nb: *x\nc: &l\n- *x\n- {k: &x two}\nd: *l\ne: *x\n";
        let wanted = ["0a=one", "0b=one", "0c[0]=one", "0c[1].k=two", "0d[0]=one", "0d[1].k=two", "0e=two"];
        assert_eq!(followed(text).unwrap(), wanted);
        let documents = "a: &x one\n---\nb: [&x two, *x]\n";
        assert_eq!(followed(documents).unwrap(), ["0a=one", "1b[0]=two", "1b[1]=two"]);
    }

    #[test]
    fn merged_mappings_give_way_to_what_stands_there() {
        let text = "base: &b\n  host: h\n  port: p\nmore: &m\n  port: q\n  user: u\nx:\n  <<: [*b, *m]\n  host: own\ny:\n  <<: *m\n";
        let found = followed(text).unwrap();
        assert_eq!(found[4..], ["0x.host=own", "0x.port=p", "0x.user=u", "0y.port=q", "0y.user=u"]);
        assert_eq!(followed("a:\n  <<: no mapping\n").unwrap(), ["0a.<<=no mapping"]);
    }

    #[test]
    fn aliases_that_have_no_end_or_none_that_fits_memory_are_refused() {
        let level = |level: u32| match level {
            0 => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
            _ => format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")),
        };
        let bomb: Vec<String> = (0..9).map(level).collect();
        let bomb = bomb.concat();
        for text in [bomb.as_str(), "a: &a\n  b: *a\n"] {
            assert!(matches!(followed(text), Err(DocumentError::Refused { .. })), "{text}");
        }
    }
}

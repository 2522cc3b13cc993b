//! The steps of a sequence: each changes a file as a command does, and the model in the same way.

use super::*;

impl Sequence<'_> {
    pub(super) fn step(&mut self) -> Result<(), String> {
        match self.dice.below(20) {
            0 => self.rotate(),
            1 => self.rewrap(),
            2 | 3 => self.edit(),
            4..=7 => self.merge(),
            _ => {
                let change = self.change(None);
                self.make(&change)
            }
        }
    }

    /// A possible change, below one top-level key if that is named.
    pub(super) fn change(&mut self, below: Option<&(usize, String)>) -> Change {
        let is_flat = matches!(self.format, Format::Dotenv | Format::Ini);
        let depth = if self.format == Format::Ini { 2 } else { 1 };
        let is_below = |root: &usize, steps: &Steps| {
            below.is_none_or(|(document, key)| document == root && steps.first() == Some(&Step::Key(key.clone())))
        };
        let paths: Vec<_> = self.model.paths().into_iter().filter(|(root, steps)| is_below(root, steps)).collect();
        let leaves: Vec<_> =
            paths.iter().filter(|(_, steps)| if is_flat { steps.len() == depth } else { !steps.is_empty() }).collect();
        if !leaves.is_empty() && self.dice.percent(30) {
            let (root, steps) = self.dice.pick(&leaves);
            return Change::Unset(*root, steps.clone());
        }
        let new_in: Vec<_> = paths
            .iter()
            .filter(|(root, steps)| {
                let node = self.model.node(*root, steps).expect("the path is there");
                matches!(node.kind, Kind::Map(_) | Kind::List(_)) && (!is_flat || steps.len() + 1 == depth)
            })
            .collect();
        let is_new = !new_in.is_empty() && (leaves.is_empty() || self.dice.percent(35));
        if leaves.is_empty() && new_in.is_empty() {
            return Change::Unset(0, vec![Step::Key("nothing".to_owned())]);
        }
        let (root, mut steps) =
            if is_new { (*self.dice.pick(&new_in)).clone() } else { (*self.dice.pick(&leaves)).clone() };
        if is_new {
            let node = self.model.node(root, &steps).expect("the path is there");
            let step = match &node.kind {
                Kind::List(items) => Step::Index(items.len()),
                Kind::Map(members) => {
                    let members = members.clone();
                    Step::Key(Generator::new(&mut self.dice, self.format).key(&members))
                }
                Kind::Leaf(_) | Kind::Alias(_) => unreachable!("it holds others"),
            };
            steps.push(step);
        }
        let mut value = Generator::new(&mut self.dice, self.format).node(2);
        value.number(&mut self.next);
        Change::Set(root, steps, value)
    }

    pub(super) fn changed(opened: &OpenedDocument, change: &Change) -> Result<Document, DocumentError> {
        match change {
            Change::Set(root, steps, value) => opened.with_value(&path(*root, steps), &tree(value)),
            Change::Unset(root, steps) => opened.without(&path(*root, steps)),
        }
    }

    pub(super) fn apply(model: &mut Model, change: &Change) {
        match change {
            Change::Set(root, steps, value) => model.set(*root, steps, value.clone()),
            Change::Unset(root, steps) => model.unset(*root, steps),
        }
    }

    /// Does what `kenc set` and `kenc unset` do.
    pub(super) fn make(&mut self, change: &Change) -> Result<(), String> {
        if let Change::Unset(root, steps) = change
            && self.model.node(*root, steps).is_none()
        {
            return Ok(());
        }
        let _ = writeln!(self.story, "{change:?}");
        let opened = self.open(&self.text)?;
        let before = opened.plaintext().text().to_owned();
        let done = Self::changed(&opened, change).map_err(Error::from);
        let after = done.as_ref().map(|document| document.text().to_owned()).unwrap_or_default();
        let done = done.and_then(|document| opened.encrypt_again(&document));
        self.count("changes");
        match done {
            Ok(outcome) => {
                self.comments_stay(change, &before, &after)?;
                self.take(outcome);
                Self::apply(&mut self.model, change);
                self.count(if matches!(change, Change::Set(..)) { "set" } else { "unset" });
                self.check()
            }
            Err(error) => self.refused(&error),
        }
    }

    pub(super) fn take(&mut self, outcome: ChangeOutcome) {
        if let ChangeOutcome::Changed(EncryptedText { text, .. }) = outcome {
            self.text = text.to_string();
        }
    }

    /// No comment appears, and none disappears when a single value replaces one or is new.
    pub(super) fn comments_stay(&self, change: &Change, before: &str, after: &str) -> Result<(), String> {
        let comments = |text: &str| {
            let word = |at: usize| text[at..].chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
            let mut found: Vec<String> = text.match_indices("cm").map(|(at, _)| word(at)).collect();
            found.sort();
            found
        };
        let (before_comments, after_comments) = (comments(before), comments(after));
        let is_single = match change {
            Change::Set(root, steps, _) => {
                let old = self.model.node(*root, steps).map(|node| &node.kind);
                matches!(old, None | Some(Kind::Leaf(_) | Kind::Alias(_)))
            }
            Change::Unset(..) => false,
        };
        let are_the_same = before_comments == after_comments;
        if are_the_same || (!is_single && after_comments.iter().all(|comment| before_comments.contains(comment))) {
            return Ok(());
        }
        Err(format!("comments {after_comments:?} instead of {before_comments:?}:\n{after}"))
    }

    pub(super) fn rotate(&mut self) -> Result<(), String> {
        let _ = writeln!(self.story, "rotate");
        let opened = self.open(&self.text)?;
        self.text = opened
            .rotate(&self.bench.keyring(), &kenc::keys::Vouchers::person())
            .map_err(|error| format!("rotate: {error}"))?
            .text
            .to_string();
        self.count("rotate");
        self.check()
    }

    pub(super) fn rewrap(&mut self) -> Result<(), String> {
        let _ = writeln!(self.story, "rewrap");
        let opened = self.open(&self.text)?;
        let count = 1 + self.dice.below(3);
        let new = |key: &kenc::keys::WrappingKey| NewKey::Wrapping(key.clone());
        let keys = &self.bench.keys[..count];
        let groups: Vec<Vec<NewKey>> = if count > 1 && self.dice.percent(40) {
            keys.iter().map(|key| vec![new(key)]).collect()
        } else {
            vec![keys.iter().map(new).collect()]
        };
        let outcome = opened
            .with_keys(&groups, 0, &self.bench.keyring(), &kenc::keys::Vouchers::person())
            .map_err(|error| format!("rewrap: {error}"))?;
        self.take(outcome);
        self.count("rewrap");
        self.check()
    }

    /// Several changes at once, as an editor makes them.
    pub(super) fn edit(&mut self) -> Result<(), String> {
        let opened = self.open(&self.text)?;
        let mut document = Document::parse(self.format, Zeroizing::new(opened.plaintext().text().to_owned())).unwrap();
        let mut model = self.model.clone();
        for _ in 0..3 {
            let change = self.change(None);
            if let Change::Unset(root, steps) = &change
                && model.node(*root, steps).is_none()
            {
                continue;
            }
            let changed = match &change {
                Change::Set(root, steps, value) => {
                    let parent = model.node(*root, &steps[..steps.len() - 1]);
                    let fits = match (parent.map(|node| &node.kind), steps.last()) {
                        (Some(Kind::Map(_)), Some(Step::Key(_))) => true,
                        (Some(Kind::List(items)), Some(Step::Index(at))) => *at <= items.len(),
                        _ => false,
                    };
                    if !fits {
                        continue;
                    }
                    document.with_value(&path(*root, steps), &tree(value))
                }
                Change::Unset(root, steps) => document.without(&path(*root, steps)),
            };
            let _ = writeln!(self.story, "edit {change:?}");
            match changed {
                Ok(changed) => {
                    document = changed;
                    Self::apply(&mut model, &change);
                }
                Err(error) => self.refused(&error.into())?,
            }
        }
        self.count("changes");
        match opened.encrypt_again(&document) {
            Ok(outcome) => {
                self.take(outcome);
                self.model = model;
                self.count("edit");
                self.check()
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Two changes below different top-level keys, one on each side of a merge.
    pub(super) fn merge(&mut self) -> Result<(), String> {
        let mut places = Vec::new();
        for (root, node) in self.model.roots.iter().enumerate() {
            if let Kind::Map(members) = &node.kind {
                places.extend(members.iter().map(|(key, _)| (root, key.clone())));
            }
        }
        if places.len() < 2 {
            return Ok(());
        }
        let ours_at = places.remove(self.dice.below(places.len()));
        let theirs_at = places.remove(self.dice.below(places.len()));
        let (ours, theirs) = (self.change(Some(&ours_at)), self.change(Some(&theirs_at)));
        let _ = writeln!(self.story, "merge ours {ours:?}\n      theirs {theirs:?}");
        let base = self.open(&self.text)?;
        let mut sides = Vec::new();
        for change in [&ours, &theirs] {
            if let Change::Unset(root, steps) = change
                && self.model.node(*root, steps).is_none()
            {
                return Ok(());
            }
            let opened = self.open(&self.text)?;
            let done = Self::changed(&opened, change).map_err(Error::from);
            match done.and_then(|document| opened.encrypt_again(&document)) {
                Ok(ChangeOutcome::Changed(encrypted)) => sides.push(self.open(&encrypted.text)?),
                Ok(ChangeOutcome::Unchanged) => sides.push(opened),
                Err(error) => return self.refused(&error),
            }
        }
        let (their_side, our_side) = (sides.remove(1), sides.remove(0));
        let texts = [our_side.plaintext().text().to_owned(), their_side.plaintext().text().to_owned()];
        let our_text = our_side.document().text().to_owned();
        let version = |opened| Version::Opened(Box::new(opened));
        self.count("changes");
        let merged = merge(
            Some(&version(base)),
            &version(our_side),
            &version(their_side),
            &self.bench.keyring(),
            &kenc::keys::Vouchers::none(),
        );
        let Merge { text, conflicts, disputes, .. } = match merged {
            Ok(merged) => merged,
            Err(error) => {
                return self
                    .refused(&error)
                    .map_err(|fault| format!("{fault}\nours:\n{}\ntheirs:\n{}", texts[0], texts[1]));
            }
        };
        if !conflicts.is_empty() || !disputes.is_empty() {
            return Err(format!("conflicts {conflicts:?} {disputes:?}"));
        }
        self.text = match text {
            MergedText::Ours => our_text,
            MergedText::New(text) => text.to_string(),
        };
        Self::apply(&mut self.model, &ours);
        Self::apply(&mut self.model, &theirs);
        self.count("merge");
        self.check().map_err(|fault| format!("{fault}\nours:\n{}\ntheirs:\n{}", texts[0], texts[1]))
    }
}

fn path(root: usize, steps: &[Step]) -> Path {
    let steps = steps.iter().map(|step| match step {
        Step::Key(key) => PathStep::Key(key.clone()),
        Step::Index(index) => PathStep::Index(*index),
    });
    Path { root, steps: steps.collect() }
}

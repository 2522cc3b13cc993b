//! The data keys of a run in which files are encrypted again: files with the same keys, context and form share one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::context::EncryptionContext;
use crate::error::Result;
use crate::formats::format::{PreparedSeal, SealSettings};
use crate::keys::KeySpec;

/// Data keys of a run: files with the same keys, context and form are sealed with one.
#[derive(Default)]
pub struct PreparedSeals(Mutex<VecDeque<(SealRecipe, SealCell)>>);

/// What a recipe gave, once it has been asked for.
type SealCell = Arc<Mutex<Option<Arc<dyn PreparedSeal>>>>;

/// Data keys that are kept at a time. The oldest gives way: who wants it again asks again.
const MOST_SEALS: usize = 256;

/// What decides how files are sealed.
#[derive(PartialEq)]
pub(super) struct SealRecipe {
    pub(super) format: &'static str,
    pub(super) settings: SealSettings,
    pub(super) context: EncryptionContext,
    pub(super) keys: Vec<KeySpec>,
    /// The choice of the config, whose keys are asked in another account perhaps.
    pub(super) choice: Option<usize>,
}

impl PreparedSeals {
    /// The one for a recipe, which `prepare` makes if there is none yet. Whoever else wants the same one waits.
    pub(super) fn of(
        &self,
        recipe: SealRecipe,
        prepare: impl FnOnce() -> Result<Box<dyn PreparedSeal>>,
    ) -> Result<Arc<dyn PreparedSeal>> {
        let cell = self.cell(recipe);
        let mut cell = lock(&cell);
        if let Some(seal) = &*cell {
            return Ok(Arc::clone(seal));
        }
        let seal: Arc<dyn PreparedSeal> = prepare()?.into();
        *cell = Some(Arc::clone(&seal));
        Ok(seal)
    }

    fn cell(&self, recipe: SealRecipe) -> SealCell {
        let mut known = lock(&self.0);
        if let Some((_, cell)) = known.iter().find(|(other, _)| *other == recipe) {
            return Arc::clone(cell);
        }
        if known.len() == MOST_SEALS {
            known.pop_front();
        }
        let cell = SealCell::default();
        known.push_back((recipe, Arc::clone(&cell)));
        cell
    }
}

/// A thread that panicked left nothing half-done: each lock guards one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

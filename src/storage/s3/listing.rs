//! Listing the objects below a prefix: a page at a time, so that any number of them costs the same memory.

use super::handle::S3;
use super::name::ObjectName;
use crate::error::Result;

/// The objects whose keys begin as that of a prefix, in the order of the storage.
pub struct ObjectList<'a> {
    s3: &'a S3,
    prefix: ObjectName,
    page: std::vec::IntoIter<ObjectName>,
    next: Page,
}

enum Page {
    First,
    After(String),
    None,
}

impl S3 {
    /// Lists the objects below a prefix. Nothing is asked yet.
    #[must_use]
    pub fn list(&self, prefix: &ObjectName) -> ObjectList<'_> {
        ObjectList { s3: self, prefix: prefix.clone(), page: Vec::new().into_iter(), next: Page::First }
    }
}

impl ObjectList<'_> {
    fn turn(&mut self) -> Result<()> {
        let token = match std::mem::replace(&mut self.next, Page::None) {
            Page::First => None,
            Page::After(token) => Some(token),
            Page::None => return Ok(()),
        };
        let (objects, next) = self.s3.list_page(&self.prefix, token.as_deref())?;
        self.page = objects.into_iter();
        self.next = match next {
            // A server that repeats itself must not keep us here.
            Some(next) if token.as_ref() != Some(&next) => Page::After(next),
            _ => Page::None,
        };
        Ok(())
    }
}

impl Iterator for ObjectList<'_> {
    type Item = Result<ObjectName>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(object) = self.page.next() {
                return Some(Ok(object));
            }
            if matches!(self.next, Page::None) {
                return None;
            }
            if let Err(error) = self.turn() {
                return Some(Err(error));
            }
        }
    }
}

//! 共享的台账: a value that copies share until one of them changes it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Copying costs nothing, reading is as of the value itself, and the first change after a copy makes a value of one's
/// own. Readers keep what they see while the writer goes on, and a trial on a copy costs only what it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared<T>(Arc<T>);

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Shared<T> {
        Shared(Arc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_of_the_copy_that_is_changed() {
        let mut one = Shared::<Vec<i64>>::default();
        one.push(1);
        let two = one.clone();
        assert!(std::ptr::eq(&*one, &*two), "not copied before a change");
        one.push(2);
        assert_eq!((one.as_slice(), two.as_slice()), ([1, 2].as_slice(), [1].as_slice()));
        assert_ne!(one, two);
    }
}

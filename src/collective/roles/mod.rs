//! 科目对应: which account of the book plays which part in the posting patterns. Start with [`role`].

mod posting;
pub mod report;
pub mod role;

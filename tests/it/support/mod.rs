//! What several tests need: a real PostgreSQL, the program itself, and the sample county's files.

pub mod postgres;
pub mod program;

pub use postgres::Postgres;
pub use program::{Program, Service, root};

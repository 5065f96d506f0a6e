//! Entrusted assets from outside: facts go in, vouchers and registers come out.

pub(crate) mod custody;
pub(crate) mod treasury;

//! Contracts from outside: facts go in, vouchers and registers come out.

pub(crate) mod advance;
pub(crate) mod contracts;
pub(crate) mod rents;
pub(crate) mod services;
